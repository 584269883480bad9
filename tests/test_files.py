"""Small files that are there whole or as they were before."""

import os
import stat
from pathlib import Path

import pytest

from vivavoce.files import write_whole


def test_it_is_there_whole_and_for_its_owners_eyes(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_whole(path, "{}")
    write_whole(path, '{"ä": 1}', durable=True)
    assert path.read_text(encoding="utf-8") == '{"ä": 1}'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_there_stays_if_it_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.json"
    write_whole(path, "before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "after", durable=True)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_must_not_be_written_over_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_whole(path, "first", over=False)
    with pytest.raises(FileExistsError):
        write_whole(path, "second", over=False)
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_half_a_character_is_written_as_a_question_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_whole(path, '"happy birthday \ud83c"')
    assert path.read_text(encoding="utf-8") == '"happy birthday ?"'


def test_it_stays_as_open_as_it_was_and_whose_it_was(tmp_path: Path) -> None:
    """A sudo must not take a file away from whoever has it."""
    path = tmp_path / "a.json"
    write_whole(path, "before")
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, 12345, 23456)
    old = path.stat()
    write_whole(path, "after")
    new = path.stat()
    assert (new.st_mode, new.st_uid, new.st_gid) == (old.st_mode, old.st_uid, old.st_gid)
