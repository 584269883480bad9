"""What the sources told last, on disk: for when they are away, and for the first question."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkstemp

from vivavoce.experts.builtin.calendar.source import Kept, read, written

FILE = "calendars.json"


def load(folder: Path) -> dict[str, Kept]:
    """By source; a damaged file is an empty one: the servers have it all."""
    try:
        made = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(name): read(kept) for name, kept in made.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def save(folder: Path, kept: Mapping[str, Kept]) -> None:
    """All of it or nothing, for its owner's eyes alone. OSError: the disk is full, or not ours."""
    handle, made = mkstemp(dir=folder, prefix=".calendars.", suffix=".new")  # 0600
    new = Path(made)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({name: written(one) for name, one in kept.items()}, file)
        new.replace(folder / FILE)
    finally:
        new.unlink(missing_ok=True)
