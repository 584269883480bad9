"""What is done is written by a thread of its own: in order, all of it, and nobody waits for it."""

import logging
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import anyio
import pytest

from vivavoce.core import Call, Speaker
from vivavoce.mind.ask import Act
from vivavoce.mind.audit import Audit, Entry
from vivavoce.mind.keeping import Keeping, keeping

NOW = datetime(2026, 5, 4, 19, 30, tzinfo=UTC)
ANNA = Speaker("Anna", "adult", 0.9, "voice")

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def act(n: int) -> Act:
    return Act("home_set", {"n": n}, "allow", "may", "done")


class Slow(Audit):
    """A disk that answers when it is let."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.let = Event()
        self.threads = set[int]()

    def write(self, row: tuple[Any, ...]) -> None:
        self.let.wait(10)
        self.threads.add(get_ident())
        super().write(row)


async def test_nobody_waits_for_the_disk_and_all_of_it_comes_in_order(tmp_path: Path) -> None:
    disk = Slow(tmp_path / "audit.db")
    async with keeping(disk) as kept:
        for n in range(100):
            kept.done(Entry(1, ANNA, act(n), None, NOW))
        assert not disk.threads  # we are here, and nothing is written yet
        disk.let.set()
    assert [one.arguments["n"] for one in disk.recent(200)] == list(reversed(range(100)))
    assert disk.threads.isdisjoint({get_ident()})
    assert len(disk.threads) == 1


async def test_what_was_just_done_can_be_undone(tmp_path: Path) -> None:
    async with keeping(Audit(tmp_path / "audit.db")) as kept:
        for n in range(20):
            kept.done(Entry(1, ANNA, act(n), Call("home_set", f'{{"n": {n - 1}}}'), NOW))
        last = await kept.last_change(ANNA)
        assert last is not None
        assert (last.number, last.undo) == (20, Call("home_set", '{"n": 18}'))
        kept.done(Entry(1, ANNA, act(18), None, NOW, undoes=20))
        last = await kept.last_change(ANNA)
        assert last is not None
        assert last.number == 19


async def test_a_house_that_is_stopped_in_the_middle_still_writes_what_waits(
    tmp_path: Path,
) -> None:
    disk = Slow(tmp_path / "audit.db")
    with anyio.CancelScope() as scope:
        async with keeping(disk) as kept:
            for n in range(50):
                kept.done(Entry(1, ANNA, act(n), None, NOW))
            disk.let.set()
            scope.cancel()
            await anyio.sleep_forever()
    assert len(disk.recent(200)) == 50


async def test_what_changes_afterwards_is_written_as_it_was(tmp_path: Path) -> None:
    disk, given = Slow(tmp_path / "audit.db"), {"rooms": ["kitchen"]}
    async with keeping(disk) as kept:
        kept.done(Entry(1, ANNA, Act("home_set", given, "allow", "may", "done"), None, NOW))
        given["rooms"].append("hall")
        disk.let.set()
    assert disk.recent()[0].arguments == {"rooms": ["kitchen"]}


async def test_a_disk_that_stands_still_costs_entries_once_the_queue_is_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Slow(tmp_path / "audit.db")
    kept = Keeping(disk, waiting=10)
    for n in range(30):
        kept.done(Entry(1, ANNA, act(n), None, NOW))
    disk.let.set()
    await kept.close()
    assert len(disk.recent(100)) + kept.lost == 30
    assert kept.lost == 20
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1


async def test_a_log_that_can_not_be_written_is_told_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    disk = Audit(tmp_path / "file" / "audit.db")
    async with keeping(disk) as kept:
        for n in range(5):
            kept.done(Entry(1, ANNA, act(n), Call("home_set", "{}"), NOW))
        assert await kept.last_change(ANNA) is None
    assert disk.lost == 5
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1


ENDS = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from vivavoce.core import OWNER
from vivavoce.mind.ask import Act
from vivavoce.mind.audit import Audit, Entry
from vivavoce.mind.keeping import keeping

async def main():
    async with keeping(Audit(Path(sys.argv[1]))) as kept:
        for n in range(200):
            act = Act("x", {"n": n}, "allow", "", "done")
            kept.done(Entry(1, OWNER, act, None, datetime.now(UTC)))
        raise SystemExit

asyncio.run(main())
"""


def test_a_process_that_ends_has_written_all(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    subprocess.run([sys.executable, "-c", ENDS, str(path)], timeout=60, check=True)
    with sqlite3.connect(path) as database:
        assert database.execute("select count(*) from acts").fetchone() == (200,)
    database.close()
