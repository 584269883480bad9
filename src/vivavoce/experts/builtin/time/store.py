"""The items on disk: all of them or the old ones, never half."""

import json
import os
from pathlib import Path
from tempfile import mkstemp

from vivavoce.experts.builtin.time.items import Items, read, written

FILE = "time.json"


class Store:
    """One file in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def load(self) -> tuple[Items, bool]:
        """The items, and whether the file was whole; a damaged one is kept beside it."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(read(made) for made in found["items"]), True
        except FileNotFoundError:
            return (), True
        except (ValueError, KeyError, TypeError):
            self._path.replace(self._path.with_suffix(".damaged"))
            return (), False

    def save(self, items: Items) -> None:
        """OSError: the disk is full, or not ours."""
        text = json.dumps({"items": [written(item) for item in items]}, ensure_ascii=False)
        handle, made = mkstemp(dir=self._path.parent, prefix=".time.", suffix=".new")  # 0600
        new = Path(made)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        finally:
            new.unlink(missing_ok=True)
