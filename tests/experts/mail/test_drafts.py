"""Drafts as files, without any server."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vivavoce.core import Refused
from vivavoce.experts.builtin.mail.drafts import Drafts
from vivavoce.experts.builtin.mail.mail import Person

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
BOB = Person("Bob", "bob@example.org")


def test_half_a_draft_is_none_and_the_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    drafts = Drafts(tmp_path / "drafts", "me@example.org")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Refused, match=r"No space left .* make room on the disk"):
            drafts.add([BOB], "Offer", "We pay, but only if the board says yes.", NOW)
    assert not drafts.waiting
    assert drafts.add([BOB], "Offer", "We pay.", NOW).number == 1
    assert list(drafts.waiting) == [1]
