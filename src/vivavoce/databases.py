"""SQLite files that several threads and processes use at once."""

import os
import sqlite3
from pathlib import Path
from time import monotonic, sleep

AGAIN_S = 0.005


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
