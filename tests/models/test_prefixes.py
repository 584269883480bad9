"""Beginnings of prompts that are kept on disk."""

import os
import stat
from pathlib import Path

import pytest

from vivavoce.models.prefixes import Prefixes


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


def test_the_folder_is_its_owners_alone(tmp_path: Path, model: Path) -> None:
    made = Prefixes(tmp_path / "cache" / "prefixes", model)
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def test_another_text_and_another_model_have_other_names(tmp_path: Path, model: Path) -> None:
    name = Prefixes(tmp_path, model).name("Be brief.")
    assert name != Prefixes(tmp_path, model).name("Be brief")
    assert name == Prefixes(tmp_path, model).name("Be brief.")
    model.write_bytes(b"other weights")
    assert name != Prefixes(tmp_path, model).name("Be brief.")


def test_the_longest_unused_make_room(tmp_path: Path, model: Path) -> None:
    made = Prefixes(tmp_path, model, most_bytes=25)
    names = [made.name(text) for text in "abc"]
    for age, name in enumerate(names):
        (tmp_path / name).write_bytes(bytes(10))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    assert made.known(names[2])  # used just now
    made.tidy()
    assert [made.known(name) for name in names] == [True, False, True]
    assert model.exists()


def test_what_is_not_there_is_not_known(tmp_path: Path, model: Path) -> None:
    made = Prefixes(tmp_path, model)
    assert not made.known("gone.prefix")
    made.forget("gone.prefix")
    made.tidy()
