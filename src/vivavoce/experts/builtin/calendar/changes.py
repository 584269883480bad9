"""The last changes of the calendar, on disk: they can be put back after a restart too."""

import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkstemp

log = logging.getLogger(__name__)

FILE = "changes.json"
BACK = 50
"""Changes that can be put back."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object of the calendar, before and after."""

    number: int
    """Never that of another change, even if the file is lost: others remember it."""
    url: str
    before: str | None
    """None: there was none."""
    after: str
    """As its server had it then; empty: it was taken away."""


class Changes:
    """Blocking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all = _load(folder / FILE)

    def find(self, number: int) -> Change | None:
        """None: it is too long ago."""
        return next((change for change in self._all if change.number == number), None)

    def keep(self, url: str, before: str | None, after: str) -> Change:
        """A new one. What can't be written down is known until the next restart."""
        last = self._all[-1].number if self._all else 0
        made = Change(max(last + 1, int(time.time())), url, before, after)
        self._all = [*self._all, made][-BACK:]
        try:
            _save(self._folder, self._all)
        except OSError as error:
            log.warning("changes of the calendar can't be kept: %s", error.strerror)
        return made


def _load(path: Path) -> list[Change]:
    try:
        return [_read(made) for made in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("the last changes of the calendar are damaged, and forgotten")
        return []


def _read(made: dict[str, object]) -> Change:
    before = made["before"]
    kept = None if before is None else str(before)
    return Change(int(str(made["number"])), str(made["url"]), kept, str(made["after"]))


def _save(folder: Path, changes: list[Change]) -> None:
    """All of it or nothing, for its owner's eyes alone."""
    handle, made = mkstemp(dir=folder, prefix=".changes.", suffix=".new")  # 0600
    new = Path(made)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump([asdict(change) for change in changes], file)
        new.replace(folder / FILE)
    finally:
        new.unlink(missing_ok=True)
