"""The house's own documents, found by their words (SQLite FTS5). Blocks: use it in a thread."""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from vivavoce.core import ConfigError
from vivavoce.databases import Database
from vivavoce.experts.builtin.search.extract import KINDS, Unreadable, passages

MOST_FILES = 20_000
RESCAN_S = 10.0
"""The folder is not looked through again before."""
_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "a an the is are was were be to of in on at for from with and or what where when who which "
        "how do does did i my me our we us you your it its this that there can could about say "
        "says find look tell much many if documents document notes papers manual",
    )
)
_TABLES = """
create table if not exists file (
  path text primary key, modified integer not null, size integer not null,
  first integer not null, last integer not null, problem text not null);
create virtual table if not exists passage using fts5 (
  name, heading, text, path unindexed, at unindexed,
  tokenize = 'porter unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage that was found."""

    file: str
    """Below the folder."""
    where: str
    """ "line 12", "page 3"."""
    text: str
    heading: str = ""


class Documents:
    """One folder and its index; only what changed is read again."""

    def __init__(self, folder: Path, index: Path) -> None:
        """ConfigError: there is no such folder; Retry: another process holds the index."""
        self._folder = folder.expanduser().resolve()
        if not self._folder.is_dir():
            raise ConfigError(f"documents: {folder} is no folder; run: vivavoce setup search")
        self._scanned = -RESCAN_S
        self._db = Database(index, _TABLES, trouble="the index of documents can't be used now")

    def close(self) -> None:
        self._db.close()

    def refresh(self, seconds: float) -> int:
        """Read new and changed files for so long; how many are left."""
        if monotonic() - self._scanned < RESCAN_S:
            return 0
        deadline = monotonic() + seconds
        here = dict(self._files())
        with self._db.transaction() as db:
            known = {p: (m, s) for p, m, s in db.execute("select path, modified, size from file")}
            for path in known.keys() - here.keys():
                _forget(db, path)
        changed = [path for path, stamp in here.items() if known.get(path) != stamp]
        for done, path in enumerate(changed):
            if monotonic() > deadline:
                return len(changed) - done
            self._read(path, *here[path])
        self._scanned = monotonic()
        return 0

    def search(self, query: str, most: int = 5) -> list[Excerpt]:
        """The best first: with all words, else with some."""
        words = [w for w in _WORD.findall(query.lower()) if w not in _COMMON][:20]
        words = words or _WORD.findall(query.lower())[:20]
        for between in (" AND ", " OR "):
            asked = between.join(f'"{word}"' for word in words)
            if not asked:
                break
            with self._db.transaction() as db:
                rows = db.execute(
                    "select path, at, text, heading from passage where passage match ? "
                    "order by bm25(passage, 3.0, 2.0, 1.0) limit ?",
                    (asked, most),
                ).fetchall()
            if rows:
                return [self._excerpt(*_nearest(*row, words=words)) for row in rows]
        return []

    def read(self, file: str, at: int, most: int) -> list[Excerpt]:
        """From a place on, so many characters at most. Empty: no such file, or nothing there."""
        path = self._named(file)
        if path is None:
            return []
        with self._db.transaction() as db:
            first, last = db.execute(
                "select first, last from file where path = ?", (path,)
            ).fetchone()
            rows = db.execute(
                "select path, at, text, heading from passage where rowid between ? and ? "
                "order by rowid",
                (first, last),
            ).fetchall()
        begin = max((n for n, row in enumerate(rows) if row[1] <= at), default=0)
        while begin and rows[begin - 1][1] == rows[begin][1]:
            begin -= 1
        found: list[Excerpt] = []
        held = 0
        for row in rows[begin:]:
            held += len(row[2])
            if found and held > most:
                break
            found.append(self._excerpt(*row))
        return found

    def problems(self) -> dict[str, str]:
        """File → why it can't be read."""
        with self._db.transaction() as db:
            rows = db.execute("select path, problem from file where problem != ''").fetchall()
        return {self._shown(path): problem for path, problem in rows}

    def _named(self, file: str) -> str | None:
        """A file by its path, its name, or the only one whose name has these words."""
        with self._db.transaction() as db:
            rows = db.execute("select path from file where problem = ''")
            paths: list[str] = [path for (path,) in rows]
        wanted = file.strip().casefold()
        for shown in (self._shown, lambda p: Path(p).name, lambda p: Path(p).stem):
            same = [path for path in paths if shown(path).casefold() == wanted]
            if len(same) == 1:
                return same[0]
        words = set(_WORD.findall(wanted.replace("_", " ")))
        near = [p for p in paths if words <= set(_WORD.findall(Path(p).name.casefold()))]
        return near[0] if len(near) == 1 and words else None

    def _files(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Path → when it was changed (ns) and how large it is. Links and hidden ones are left
        out."""
        count = 0
        for folder, below, names in os.walk(self._folder):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if name.startswith(".") or path.suffix.lower() not in KINDS or path.is_symlink():
                    continue
                try:
                    stat = path.stat()
                except OSError:
                    continue
                count += 1
                if count > MOST_FILES:
                    return
                yield str(path), (stat.st_mtime_ns, stat.st_size)

    def _read(self, path: str, modified: int, size: int) -> None:
        try:
            found, problem = passages(Path(path)), ""
        except Unreadable as error:
            found, problem = [], str(error)
        name = " ".join(_WORD.findall(Path(path).stem.replace("_", " ")))
        with self._db.transaction() as db:
            _forget(db, path)
            last = db.execute("select coalesce(max(rowid), 0) from passage").fetchone()[0]
            db.executemany(
                "insert into passage (name, heading, text, path, at) values (?, ?, ?, ?, ?)",
                [(name, p.heading, p.text, path, p.at) for p in found],
            )
            db.execute(
                "insert into file values (?, ?, ?, ?, ?, ?)",
                (path, modified, size, last + 1, last + len(found), problem),
            )

    def _excerpt(self, path: str, at: int, text: str, heading: str) -> Excerpt:
        return Excerpt(self._shown(path), f"{KINDS[Path(path).suffix.lower()]} {at}", text, heading)

    def _shown(self, path: str) -> str:
        return Path(path).relative_to(self._folder).as_posix()


def _nearest(
    path: str, at: int, text: str, heading: str, *, words: Sequence[str]
) -> tuple[str, int, str, str]:
    """The passage from the line on that has most of the words, where it is made of lines."""
    lines = text.split("\n")
    if KINDS[Path(path).suffix.lower()] != "line" or len(lines) == 1:
        return path, at, text, heading
    stems = [word[: max(4, len(word) - 2)] for word in words]
    hits = [sum(stem in line.lower() for stem in stems) for line in lines]
    best = hits.index(max(hits))
    return path, at + best, "\n".join(lines[best:]), heading


def _forget(db: sqlite3.Connection, path: str) -> None:
    row = db.execute("select first, last from file where path = ?", (path,)).fetchone()
    if row:
        db.execute("delete from passage where rowid between ? and ?", row)
        db.execute("delete from file where path = ?", (path,))
