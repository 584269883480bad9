"""Saved scenes, and what was before: good ones stay whatever the disk does."""

import errno
from pathlib import Path

import pytest

from vivavoce.core import Refused, Retry
from vivavoce.experts.builtin.home.device import Change
from vivavoce.experts.builtin.home.kept import Kept

ON = {"lamp": Change(on=True)}


def _no_handles(*_: object, **__: object) -> str:
    raise OSError(errno.EMFILE, "Too many open files")


def test_scenes_that_can_not_be_read_now_are_not_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path)
    kept.save("movie", ON)
    kept.remember(ON)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", _no_handles)
        for ask in (kept.names, lambda: kept.save("dinner", ON), lambda: kept.delete("movie")):
            with pytest.raises(Retry, match="Too many open files"):
                ask()
        assert kept.remember(ON) == "#0"
    assert kept.names() == ("movie",)
    assert kept.before("#1") == ON
    assert kept.before("#0") is None


def test_damaged_scenes_are_set_aside(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    (tmp_path / "scenes.json").write_text("{")
    assert kept.names() == ()
    assert (tmp_path / "scenes.broken").read_text() == "{"


def test_a_scene_that_can_not_be_kept_is_refused(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "gone")
    with pytest.raises(Refused, match="see to the disk"):
        kept.save("movie", ON)
