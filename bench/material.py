"""The clips of tests/data: what was said and when its first and last sample are."""

import json
from dataclasses import dataclass
from pathlib import Path

from vivavoce.audio.files import read
from vivavoce.core import Pcm

DATA = Path(__file__).parents[1] / "tests" / "data"


@dataclass(frozen=True, slots=True)
class Clip:
    """One recorded thing that a user says."""

    path: Path
    text: str
    kind: str
    voice: str
    speech_start_s: float
    speech_end_s: float

    def pcm(self, rate: int) -> Pcm:
        """(n,) at this rate."""
        return read(self.path, rate)


def clips(folder: str, kind: str | None = None) -> list[Clip]:
    """The clips of one folder, of one kind if given."""
    rows = json.loads((DATA / folder / f"{folder}.json").read_text())
    return [
        Clip(
            DATA / folder / row["file"],
            row["text"],
            row["kind"],
            row["voice"],
            row["speech_start_s"],
            row["speech_end_s"],
        )
        for row in rows
        if kind in (None, row["kind"])
    ]
