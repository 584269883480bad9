"""SQLite files that several threads and processes use at once."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from vivavoce.core import Retry

AGAIN_S = 0.005
"""Between two tries."""


class Database:
    """One file, one transaction at a time, of any thread."""

    def __init__(self, path: Path, tables: str, *, trouble: str, wait_s: float = 5.0) -> None:
        """tables, wait_s: see open_shared. trouble: what a Retry says where the file is held by
        somebody else, or not ours: "the lists can't be read now"."""
        self._trouble, self._lock = trouble, Lock()
        try:
            self._opened = open_shared(path, tables, wait_s=wait_s)
        except (sqlite3.OperationalError, OSError) as error:
            raise Retry(f"{trouble}: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing. Retry."""
        try:
            with self._lock, self._opened:
                yield self._opened
        except sqlite3.OperationalError as error:
            raise Retry(f"{self._trouble}: {error}") from error

    def close(self) -> None:
        """The file may be opened again."""
        with self._lock:
            self._opened.close()


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
