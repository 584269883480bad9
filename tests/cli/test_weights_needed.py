"""Without its weights, or with broken ones, every command says what to run."""

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.run import refused, vivavoce
from tests.clips import DATA
from vivavoce import weights

QUESTION = DATA / "questions" / "q01.flac"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "Who are you?"],
        ["chat"],
        ["serve", "--port", "0"],
        ["replay", QUESTION, "--out", "OUT"],
        ["talk", "--null"],
        ["demo", "--out", "OUT"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_nothing_is_here(arguments: list[object], tmp_path: Path) -> None:
    given = [tmp_path / "out" if a == "OUT" else a for a in arguments]
    done = vivavoce(*given, VIVAVOCE_WEIGHTS=tmp_path / "nothing")
    assert "vivavoce weights pull" in refused(done, "weights_missing")
    assert not (tmp_path / "out").exists()


@pytest.mark.real
@pytest.mark.parametrize(
    ("weight", "arguments"),
    [
        ("qwen2.5-coder-1.5b-instruct", ["ask", "Who are you?"]),
        ("silero-vad", ["replay", QUESTION, "--no-reply", "--out", "OUT"]),
        ("whisper-base", ["replay", QUESTION, "--no-reply", "--out", "OUT"]),
        ("smart-turn-v3.2", ["replay", QUESTION, "--no-reply", "--out", "OUT"]),
        ("piper-en_US-joe-medium", ["ask", "--max-tokens", "3", "--say", "OUT", "Hi"]),
    ],
)
@pytest.mark.parametrize("damage", ["cut", "rotten"])
def test_one_is_broken(weight: str, arguments: list[object], damage: str, tmp_path: Path) -> None:
    """Cut: a copy that stopped halfway. Rotten: changed on the disk, so that its stamp still
    vouches for it and only the engine can tell."""
    _copy(tmp_path / "weights", weight, damage)
    given = [tmp_path / "out" if a == "OUT" else a for a in arguments]
    done = vivavoce(*given, VIVAVOCE_WEIGHTS=tmp_path / "weights")
    line = refused(done, "weights_missing")
    assert "vivavoce weights" in line
    assert weight in line


def _copy(root: Path, broken: str, damage: str) -> None:
    """All weights by links, but for the stamps and the broken one's network."""
    here = weights.here().root
    for name in weights.defaults():
        (root / name).mkdir(parents=True)
        for source in (here / name).iterdir():
            target = root / name / source.name
            if name == broken and source.suffix in (".gguf", ".onnx", ".bin"):
                _break(source, target, damage)
            elif source.name.startswith("."):
                shutil.copy(source, target)
            else:
                target.symlink_to(source)


def _break(source: Path, target: Path, damage: str) -> None:
    was = source.stat()
    with target.open("wb") as file:
        file.write(b"rubbish " * 10_000)
        file.truncate(was.st_size // 2 if damage == "cut" else was.st_size)  # sparse: no disk
    os.utime(target, ns=(was.st_atime_ns, was.st_mtime_ns))
