"""A file that many open at once opens for all of them."""

import os
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from vivavoce.core import Retry
from vivavoce.databases import Database, open_shared

TABLES = "create table if not exists things (name text)"


def test_all_who_open_a_new_file_at_once_get_in_and_write(tmp_path: Path) -> None:
    """SQLite alone turned somebody away from one such file in eight."""
    together = Barrier(4)

    def write(path: Path) -> None:
        together.wait()
        with closing(open_shared(path, TABLES, wait_s=5)) as database, database:
            database.execute("insert into things values ('here')")

    with ThreadPoolExecutor(4) as threads:
        for n in range(50):
            path = tmp_path / f"{n}.db"
            list(threads.map(write, [path] * 4))
            with closing(open_shared(path, TABLES, wait_s=5)) as database:
                assert database.execute("select count(*) from things").fetchone() == (4,)


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    with closing(open_shared(tmp_path / "a.db", TABLES, wait_s=1)) as database, database:
        database.execute("insert into things values ('mine')")
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def _held(path: Path) -> None:
    held = sqlite3.connect(path)
    held.execute("pragma locking_mode = exclusive")
    held.execute("begin exclusive")
    with closing(held):
        open_shared(path, TABLES, wait_s=0.05)


def _damaged(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 50)
    open_shared(path, TABLES, wait_s=0.05)


@pytest.mark.parametrize(("trouble", "told"), [(_held, "locked"), (_damaged, "not a database")])
def test_what_can_not_be_opened_is_told(
    tmp_path: Path, trouble: Callable[[Path], None], told: str
) -> None:
    with pytest.raises(sqlite3.DatabaseError, match=told):
        trouble(tmp_path / "a.db")


def test_a_file_that_is_not_ours_to_open_is_told_as_one_that_is_held(tmp_path: Path) -> None:
    with pytest.raises(Retry, match="the lists can't be read"):
        Database(tmp_path / "none" / "a.db", TABLES, trouble="the lists can't be read")


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    shared = Database(tmp_path / "a.db", TABLES, trouble="the lists can't be read")

    def half() -> None:
        with shared.transaction() as database:
            database.execute("insert into things values ('half')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with shared.transaction() as database:
        assert database.execute("select count(*) from things").fetchone() == (0,)
    shared.close()


def _break_in_use(path: Path, shared: Database) -> None:
    with shared.transaction() as database:
        database.executemany("insert into things values (?)", [("x" * 500,)] * 500)
    shared.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))


def _count(shared: Database) -> int:
    with shared.transaction() as database:
        (n,) = database.execute("select count(*) from (select * from things)").fetchone()
        return int(n)


def test_a_damaged_file_is_kept_and_a_new_one_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"this is no database at all" * 50)
    shared = Database(path, TABLES, trouble="the lists can't be read")
    assert _count(shared) == 0
    assert shared.aside == tmp_path / "a.db.damaged-1"
    assert shared.aside.read_bytes().startswith(b"this is no database")
    assert "a.db.damaged-1" in caplog.text
    shared.close()


def test_a_file_that_is_damaged_in_use_is_named_and_the_next_call_works(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    _break_in_use(path, Database(path, TABLES, trouble="the lists can't be read"))
    one, other = (Database(path, TABLES, trouble="the lists can't be read") for _ in range(2))
    for before, shared in enumerate((one, other)):
        with pytest.raises(Retry, match=r"the lists can't be read: .*a\.db: "):
            _count(shared)
        assert _count(shared) == before
        with shared.transaction() as database:
            database.execute("insert into things values ('new')")
    assert _count(one) == 2, "the second must not put the first one's new file aside"
    assert not (tmp_path / "a.db.damaged-2").exists()
    one.close()
    other.close()
