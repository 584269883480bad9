"""SQLite files that several threads and processes use at once."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from vivavoce.core import Retry

log = logging.getLogger(__name__)

AGAIN_S = 0.005
"""Between two tries."""


class Database:
    """One file, one transaction at a time, of any thread. A damaged one is kept under another name,
    and a new one begins."""

    def __init__(self, path: Path, tables: str, *, trouble: str, wait_s: float = 5.0) -> None:
        """tables, wait_s: see open_shared. trouble: what a Retry says where the file is held by
        somebody else, or not ours: "the lists can't be read now"."""
        self._path, self._tables, self._wait_s = path, tables, wait_s
        self._trouble, self._lock = trouble, Lock()
        self.aside: Path | None = None
        """Where what was damaged is kept."""
        self._opened: sqlite3.Connection | None = self._open()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing. Retry."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            try:
                with self._opened:
                    yield self._opened
            except sqlite3.DatabaseError as error:
                if damaged(error):
                    self._begin_anew()
                elif not isinstance(error, sqlite3.OperationalError):
                    raise
                raise self._retry(error) from error

    def close(self) -> None:
        """The file may be opened again."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def _open(self) -> sqlite3.Connection:
        self._inode = inode(self._path)
        try:
            try:
                made = open_shared(self._path, self._tables, wait_s=self._wait_s)
            except sqlite3.DatabaseError as error:
                if not damaged(error):
                    raise
                self.aside = put_aside(self._path, self._inode)
                made = open_shared(self._path, self._tables, wait_s=self._wait_s)
        except (sqlite3.DatabaseError, OSError) as error:
            raise self._retry(error) from error
        self._inode = inode(self._path)
        return made

    def _begin_anew(self) -> None:
        """At the next transaction."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
        try:
            self.aside = put_aside(self._path, self._inode)
        except OSError as error:
            raise self._retry(error) from error

    def _retry(self, error: Exception) -> Retry:
        return Retry(f"{self._trouble}: {self._path}: {error}")


def damaged(error: sqlite3.Error) -> bool:
    """What is in the file can't be read, now or ever."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def inode(path: Path) -> int:
    """Which file it is now; 0: there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def put_aside(path: Path, was: int) -> Path | None:
    """A damaged file, which nobody has open here, is kept under another name, told in the log and
    given back. was: its inode; None: another process has put it aside already."""
    if inode(path) != was:
        return None
    n = 1
    while (aside := path.with_name(f"{path.name}.damaged-{n}")).exists():
        n += 1
    path.replace(aside)
    for more in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + more).replace(aside.with_name(aside.name + more))
    log.error("%s was damaged; it is kept as %s, a new one begins", path, aside.name)
    return aside


def open_shared(path: Path, tables: str, *, wait_s: float) -> sqlite3.Connection:
    """A connection for any thread, one at a time; the file is its owner's alone (0600). tables:
    statements that do no harm when run again. wait_s: for somebody else who writes, now and at
    every statement. sqlite3.Error: damaged, or held for longer; OSError: not ours to open."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite's other files take its mode
    made = sqlite3.connect(path, timeout=wait_s, check_same_thread=False)
    try:
        _write_ahead(made, wait_s)
        made.execute("pragma synchronous = normal")
        made.executescript(tables)
    except sqlite3.Error:
        made.close()
        raise
    return made


def _write_ahead(database: sqlite3.Connection, wait_s: float) -> None:
    """Readers and a writer go on beside each other. SQLite itself does not wait to change to it."""
    until = monotonic() + wait_s
    while True:
        try:
            database.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() >= until:
                raise
        sleep(AGAIN_S)
