"""What each person has been told, on disk: nobody hears the same news twice."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vivavoce.experts.builtin.news.choosing import Item
from vivavoce.experts.builtin.news.story import Known, Mark
from vivavoce.files import write_whole

FILE = "told.json"
KEPT = timedelta(days=30)
MOST = 500
"""Marks of one person; the oldest are forgotten."""
MOST_PEOPLE = 20

_Told = tuple[datetime, Mark]


class Told:
    """By a person's name; "" is whoever nobody recognised."""

    def __init__(self, folder: Path) -> None:
        """A damaged file is put aside: then everything is news."""
        self._path = folder / FILE
        self._told: dict[str, list[_Told]] = {}
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            self._told = {who: [_read(row) for row in rows] for who, rows in kept["told"].items()}
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, AttributeError):
            self._path.replace(self._path.with_suffix(".damaged"))

    def untold(self, who: str, items: Sequence[Item]) -> list[Item]:
        """Those that this person has not heard, from any source."""
        known = Known()
        for _, heard in self._told.get(who, ()):
            known.add(heard, 0)
        return [item for item in items if all(known.find(m) is None for m in item.marks)]

    def last(self, who: str) -> datetime | None:
        """When this person was last told any."""
        return max((at for at, _ in self._told.get(who, ())), default=None)

    def tell(self, who: str, items: Sequence[Item], now: datetime) -> None:
        """They hear these now. OSError: it can't be kept."""
        new = [(now, found) for item in items for found in item.marks]
        fresh = {(m.source, m.key) for _, m in new}
        kept = [
            (at, m)
            for at, m in self._told.pop(who, ())
            if now - at < KEPT and (m.source, m.key) not in fresh
        ]
        self._told[who] = [*kept, *new][-MOST:]
        while len(self._told) > MOST_PEOPLE:
            self._told.pop(next(iter(self._told)))
        self._save()

    def _save(self) -> None:
        rows = {who: [_written(*told) for told in marks] for who, marks in self._told.items()}
        write_whole(self._path, json.dumps({"told": rows}, ensure_ascii=False))


def _written(at: datetime, told: Mark) -> list[Any]:
    published = told.at.isoformat() if told.at else ""
    known = [told.source, told.key, told.link, published]
    return [at.isoformat(), *known, sorted(told.title), sorted(told.lead)]


def _read(row: Any) -> _Told:
    at, source, key, link, published, title, lead = row
    when = datetime.fromisoformat(published) if published else None
    told = Mark(str(source), str(key), str(link), when, frozenset(title), frozenset(lead))
    return datetime.fromisoformat(at), told
