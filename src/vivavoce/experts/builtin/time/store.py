"""The items on disk: all of them or the old ones, never half; shared by all processes."""

import json
from collections.abc import Callable
from pathlib import Path

from vivavoce.experts.alone import First, one_at_a_time
from vivavoce.experts.builtin.time.items import Items, read, written
from vivavoce.files import write_whole

FILE = "time.json"
Version = tuple[int, int, int]
"""What tells one state of the file from another."""


class Store:
    """One file in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._rings = First(folder / ".time.rings")
        self._known: Version | None = None
        self.last = 0
        """The highest number there ever was."""

    def rings(self) -> bool:
        """Whether it is this process that rings; one does."""
        return self._rings.held()

    def close(self) -> None:
        """Another process may ring."""
        self._rings.let_go()

    def load(self) -> tuple[Items, bool]:
        """The items, and whether the file was whole; a damaged one is kept beside it. OSError: it
        can't be read now; then it is tried again."""
        version = self._version()
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            items = tuple(read(made) for made in found["items"])
            self._count(items, int(found.get("last", 0)))
            whole = True
        except FileNotFoundError:
            items, whole = (), True
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            self._path.replace(self._path.with_suffix(".damaged"))
            items, whole = (), False
        self._known = version
        return items, whole

    def news(self, items: Items) -> Items:
        """These, or what another process has made of them. OSError: see load."""
        now = self._version()
        if now is None or now == self._known:
            return items
        found, whole = self.load()
        return found if whole else items

    def change(self, items: Items, change: Callable[[Items], Items]) -> Items:
        """Change these, or what another process has made of them; then it is on disk. OSError: the
        disk is full, or not ours. What change raises."""
        with one_at_a_time(self._path.with_name(".time.changing")):
            before = self.news(items)
            after = change(before)
            if after != before:
                self.save(after)
        return after

    def save(self, items: Items) -> None:
        """OSError: the disk is full, or not ours."""
        self._count(items, 0)
        made_of = {"items": [written(item) for item in items], "last": self.last}
        write_whole(self._path, json.dumps(made_of, ensure_ascii=False), durable=True)
        self._known = self._version()

    def _count(self, items: Items, last: int) -> None:
        self.last = max(self.last, last, *(item.number for item in items), 0)

    def _version(self) -> Version | None:
        """None: there is no file."""
        try:
            about = self._path.stat()
        except OSError:
            return None
        return about.st_ino, about.st_mtime_ns, about.st_size
