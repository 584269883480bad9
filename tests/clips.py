"""Recorded speech for tests: tests/data."""

import json
from dataclasses import dataclass
from pathlib import Path

from vivavoce.audio.files import read
from vivavoce.core import IN_RATE, Pcm

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Clip:
    """One thing said, at 16 kHz."""

    name: str
    text: str
    kind: str
    pcm: Pcm
    start_s: float
    end_s: float


def clips(folder: str, kind: str | None = None) -> list[Clip]:
    """All clips of tests/data/FOLDER, or those of one kind."""
    listed = json.loads((DATA / folder / f"{folder}.json").read_text())
    return [
        Clip(
            c["file"],
            c["text"],
            c["kind"],
            read(DATA / folder / c["file"], IN_RATE),
            c["speech_start_s"],
            c["speech_end_s"],
        )
        for c in listed
        if kind in (None, c["kind"])
    ]


def clip(folder: str, name: str) -> Clip:
    """One clip by the name of its file, without the ending."""
    return next(c for c in clips(folder) if c.name == f"{name}.flac")
