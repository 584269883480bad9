"""What was done, for whom and why: written down once, never changed, the owner's own."""

import json
import logging
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from vivavoce.core import Call, ConfigError, Speaker
from vivavoce.databases import damaged, inode, open_shared, put_aside
from vivavoce.experts import Effect
from vivavoce.files import storable
from vivavoce.mind.ask import Act

log = logging.getLogger(__name__)

Ended = Literal["done", "failed", "interrupted", "asked", "refused"]
"""interrupted: it may have been done."""
Row = tuple[Any, ...]
WAIT_S = 2.0
"""For another process that writes."""
_SECRET = re.compile(r"pass(?:word|code|phrase)?$|^pin$|secret|token|credential|api_?key", re.I)
_TABLES = """
create table if not exists acts (
    number integer primary key autoincrement,
    at text not null, talk integer not null,
    name text not null, rank text not null, confidence real not null, by text not null,
    tool text not null, arguments text not null,
    verdict text not null, reason text not null, ended text not null, took_s real not null,
    undo_tool text, undo_arguments text, effect text not null default '', undoes integer
);
create index if not exists acts_by_name on acts (name, number);
create trigger if not exists acts_stay before update on acts
    begin select raise(abort, 'what was done stays'); end;
create trigger if not exists acts_stay_there before delete on acts
    begin select raise(abort, 'what was done stays'); end;
"""
_LATER = ("effect text not null default ''", "undoes integer")
"""Columns that an older file lacks."""
_COLUMNS = (
    "at, talk, name, rank, confidence, by, tool, arguments, verdict, reason, ended, took_s, "
    "undo_tool, undo_arguments, effect, undoes"
)
_UNDONE = "number in (select undoes from acts where undoes is not null)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One call, whatever became of it."""

    talk: int
    """The conversation's number."""
    speaker: Speaker
    act: Act
    undo: Call | None
    at: datetime
    effect: Effect = "change"
    undoes: int | None = None
    """The number of what it put back."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is read again."""

    number: int
    at: datetime
    talk: int
    """The conversation's number."""
    speaker: Speaker
    tool: str
    arguments: Mapping[str, Any]
    """Without secrets."""
    verdict: str
    reason: str
    ended: Ended
    took_s: float
    undo: Call | None
    effect: Effect | Literal[""]
    """Empty: written before this was kept."""
    undone: bool
    """It was put back, or that was tried in vain."""


class Audit:
    """One file, shared by all conversations and threads; other processes may use it too.

    Writing never raises: a full disk or a damaged file is told in the log and in trouble, and the
    house goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        """Why entries are not kept at present; empty: they are."""
        self.lost = 0
        """Entries that could not be kept."""
        self._lock = Lock()
        self._opened: sqlite3.Connection | None = None
        self._inode = 0

    def done(self, entry: Entry) -> None:
        """Keep it."""
        self.write(row_of(entry))

    def write(self, row: Row) -> None:
        """What row_of made."""
        marks = ", ".join("?" * len(row))
        if self._safely(f"insert into acts ({_COLUMNS}) values ({marks})", row) is None:
            self.lost += 1

    def last_change(self, speaker: Speaker) -> Kept | None:
        """The newest that this speaker changed and that was not put back; by name, whatever their
        rank was then."""
        found = self._safely(
            f"select number, {_COLUMNS}, 0 from acts where name = ? and (name <> '' or rank = ?) "
            "and effect not in ('', 'read') and undoes is null and (ended in ('done', "
            "'interrupted') or ended = 'failed' and undo_tool is not null) "
            f"and not {_UNDONE} order by number desc limit 1",
            (speaker.name, speaker.rank),
        )
        return _kept(found[0]) if found else None

    def recent(self, n: int = 50) -> list[Kept]:
        """The newest, the last first. ConfigError: the file can't be read."""
        found = self._safely(
            f"select number, {_COLUMNS}, {_UNDONE} from acts order by number desc limit ?", (n,)
        )
        if found is None:
            raise ConfigError(self.trouble)
        return [_kept(row) for row in found]

    def close(self) -> None:
        """Later calls open it again."""
        with self._lock:
            self._drop()

    def _safely(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]] | None:
        """Run it; None: it failed, and trouble says why."""
        with self._lock:
            try:
                found = self._run(statement, values)
            except (sqlite3.Error, OSError) as error:
                self._drop()
                self._tell(error)
                return None
            self.trouble = ""
            return found

    def _run(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._once(statement, values)
        except sqlite3.DatabaseError as error:
            if not damaged(error):
                raise
            self._drop()
            put_aside(self.path, self._inode)
            return self._once(statement, values)

    def _once(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._opened is None:
            self._inode = inode(self.path)
            self._opened = _open(self.path)
            self._inode = inode(self.path)
        with self._opened as database, closing(database.execute(statement, values)) as cursor:
            return cursor.fetchall()

    def _drop(self) -> None:
        if self._opened is not None:
            with suppress(sqlite3.Error):
                self._opened.close()
            self._opened = None

    def _tell(self, error: Exception) -> None:
        """Once, until it works again."""
        if not self.trouble:
            log.error("what is done can't be written down in %s: %s", self.path, error)
        self.trouble = (
            f"what is done can't be written down in {self.path}: {error}; make room on its disk, "
            "or check that the file and its folder are yours"
        )


def row_of(entry: Entry) -> Row:
    """As it is kept: without secrets, and nothing of it changes any more."""
    speaker, act, undo = entry.speaker, entry.act, entry.undo
    back = _read(undo.arguments) if undo else None
    tool = undo.name if undo and back is not None and not _has_secret(back) else None
    return (
        entry.at.isoformat(), entry.talk,
        speaker.name, speaker.rank, speaker.confidence, speaker.by,
        act.tool, _as_json(act.arguments), act.verdict, storable(act.reason), _ended(act),
        act.took_s, tool, _as_json(back) if tool else None, entry.effect, entry.undoes,
    )  # fmt: skip


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = open_shared(path, _TABLES, wait_s=WAIT_S)
    try:
        for column in _LATER:
            with suppress(sqlite3.OperationalError):  # it is there
                made.execute(f"alter table acts add column {column}")
    except sqlite3.Error:
        made.close()
        raise
    return made


def _ended(act: Act) -> Ended:
    if act.verdict == "refuse":
        return "refused"
    if act.failed:
        return "failed" if act.result else "interrupted"
    return "asked" if act.verdict == "ask" and not act.result else "done"


def _read(arguments: str) -> dict[str, Any] | None:
    """None: it is no JSON object."""
    try:
        read = json.loads(arguments or "{}")
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _has_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_SECRET.search(key) or _has_secret(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_has_secret, value))


def _as_json(arguments: Any) -> str:
    return json.dumps(_open_part(arguments), sort_keys=True, default=str)


def _open_part(value: Any) -> Any:
    """Without what is secret."""
    if isinstance(value, Mapping):
        return {
            key: "…" if _SECRET.search(str(key)) else _open_part(inner)
            for key, inner in value.items()
        }
    return [_open_part(inner) for inner in value] if isinstance(value, list) else value


def _kept(row: tuple[Any, ...]) -> Kept:
    number, at, talk, name, rank, confidence, by, tool, arguments, verdict, reason, ended = row[:12]
    took_s, undo_tool, undo_arguments, effect, _, undone = row[12:]
    return Kept(
        number,
        datetime.fromisoformat(at),
        talk,
        Speaker(name, rank, confidence, by),
        tool,
        json.loads(arguments),
        verdict,
        reason,
        ended,
        took_s,
        Call(undo_tool, undo_arguments) if undo_tool else None,
        effect,
        bool(undone),
    )
