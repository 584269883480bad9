"""What was done is written down, whatever happens to the disk."""

import json
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from vivavoce.core import OWNER, Call, ConfigError, Speaker
from vivavoce.mind.ask import Act
from vivavoce.mind.audit import Audit

NOW = datetime(2026, 5, 4, 19, 30, tzinfo=UTC)
ANNA = Speaker("Anna", "adult", 0.9, "voice")
ON = Call("home_switch", '{"target": "kitchen", "on": true}')
OFF = Act("home_switch", {"target": "kitchen", "on": False}, "allow", "may", "off", took_s=0.02)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path / "house" / "audit.db")


def test_an_entry_comes_back_as_it_was(audit: Audit) -> None:
    audit.done(7, ANNA, OFF, ON, NOW)
    (kept,) = audit.recent()
    assert (kept.at, kept.talk, kept.speaker, kept.tool) == (NOW, 7, ANNA, "home_switch")
    assert kept.arguments == {"target": "kitchen", "on": False}
    assert (kept.verdict, kept.reason, kept.ended, kept.took_s) == ("allow", "may", "done", 0.02)
    assert kept.undo is not None
    assert json.loads(kept.undo.arguments) == {"target": "kitchen", "on": True}
    assert not kept.undone


def test_how_it_ended_is_told(audit: Audit) -> None:
    for verdict, result, failed in (
        ("refuse", "", False),
        ("ask", "", False),
        ("ask", "sent", False),
        ("allow", "no such lamp", True),
    ):
        audit.done(1, ANNA, Act("mail_send", {}, verdict, "why", result, failed), None, NOW)  # type: ignore[arg-type]
    assert [kept.ended for kept in audit.recent()] == ["failed", "done", "asked", "refused"]
    assert [kept.number for kept in audit.recent(2)] == [4, 3]


def test_everybody_undoes_what_they_did_themselves_the_newest_first(audit: Audit) -> None:
    for name, tool in (("Anna", "a"), ("Tom", "t"), ("Anna", "b"), ("Anna", "c")):
        undo = None if tool == "c" else Call(f"un_{tool}", "{}")
        audit.done(1, Speaker(name, "adult"), Act(tool, {}, "allow", "", "done"), undo, NOW)
    anna = Speaker("Anna", "adult", 0.4, "voice")
    found = audit.last_undoable(anna)
    assert found is not None
    assert (found[0], found[1].name) == (3, "un_b")
    audit.mark_undone(found[0])
    assert audit.last_undoable(anna) == (1, Call("un_a", "{}"))
    audit.mark_undone(1)
    assert audit.last_undoable(anna) is None
    assert audit.last_undoable(Speaker("Tom", "adult")) == (2, Call("un_t", "{}"))
    assert [kept.undone for kept in audit.recent()] == [False, True, False, True]


def test_undoing_twice_goes_further_back_and_not_forth_again(audit: Audit) -> None:
    def switch(on: bool) -> None:
        act = Act("home_switch", {"on": on}, "allow", "", "done")
        audit.done(1, ANNA, act, Call("home_switch", json.dumps({"on": not on})), NOW)

    def dim() -> None:
        undo = Call("home_set", '{"to": "100"}')
        audit.done(1, ANNA, Act("home_set", {"to": "20"}, "allow", "", "done"), undo, NOW)

    dim()
    switch(False)
    number, call = audit.last_undoable(ANNA) or (0, ON)
    switch(True)  # it is put back, which is written down too
    audit.mark_undone(number)
    assert json.loads(call.arguments) == {"on": True}
    assert audit.last_undoable(ANNA) == (1, Call("home_set", '{"to": "100"}'))


def test_what_failed_or_was_not_done_can_not_be_undone(audit: Audit) -> None:
    audit.done(1, ANNA, Act("x", {}, "allow", "", "no", failed=True), ON, NOW)
    audit.done(1, ANNA, Act("x", {}, "ask", ""), ON, NOW)
    assert audit.last_undoable(ANNA) is None


def test_secrets_are_never_written(audit: Audit) -> None:
    given = {"pin": "4711", "account": {"password": "hunter2"}, "list": [{"api_key": "k-1"}]}
    back = Call("door_set", json.dumps({"pin": "0815"}))
    audit.done(1, OWNER, Act("door_set", given, "allow", "", "done"), back, NOW)
    audit.close()
    whole = b"".join(path.read_bytes() for path in audit.path.parent.iterdir())
    for secret in (b"4711", b"hunter2", b"k-1", b"0815"):
        assert secret not in whole
    assert audit.recent()[0].arguments["account"] == {"password": "…"}
    assert audit.last_undoable(OWNER) is None


def test_only_its_owner_reads_it(audit: Audit) -> None:
    audit.done(1, ANNA, OFF, ON, NOW)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in audit.path.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(audit.path.parent.stat().st_mode) == 0o700


def test_what_was_written_can_not_be_changed(audit: Audit) -> None:
    audit.done(1, ANNA, OFF, ON, NOW)
    with sqlite3.connect(audit.path) as other:
        for statement in ("update acts set reason = 'x'", "delete from acts"):
            with pytest.raises(sqlite3.IntegrityError, match="stays"):
                other.execute(statement)
    other.close()


def test_many_threads_and_a_second_process_write_at_once(audit: Audit) -> None:
    second = Audit(audit.path)  # as another process: a connection of its own

    def write(to: Audit, who: int) -> None:
        for n in range(25):
            to.done(who, ANNA, Act("x", {"n": n}, "allow", "", "done"), None, NOW)

    threads = [Thread(target=write, args=(to, n)) for n in range(3) for to in (audit, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(audit.recent(1000)) == 150
    assert (audit.lost, second.lost) == (0, 0)


@pytest.mark.parametrize(
    "damage", [b"this is no database at all" * 50, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_log_is_put_aside_and_a_new_one_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    path = tmp_path / "audit.db"
    path.write_bytes(damage)
    audit = Audit(path)
    audit.done(1, ANNA, OFF, ON, NOW)
    assert len(audit.recent()) == 1
    assert (tmp_path / "audit.db.damaged-1").read_bytes() == damage
    assert "was damaged" in caplog.text


def test_a_log_that_is_damaged_while_in_use_is_put_aside(audit: Audit) -> None:
    for _ in range(200):
        audit.done(1, ANNA, OFF, ON, NOW)
    audit.close()
    size = audit.path.stat().st_size
    with audit.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    audit.done(1, ANNA, OFF, ON, NOW)
    assert audit.last_undoable(ANNA) is not None
    assert len(audit.recent(1000)) >= 1
    assert audit.path.with_name("audit.db.damaged-1").exists()


FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from vivavoce.core import OWNER
from vivavoce.mind.ask import Act
from vivavoce.mind.audit import Audit

audit = Audit(Path(sys.argv[1]))
act = Act("x", {"text": "secret words " * 300}, "allow", "", "done")
audit.done(1, OWNER, act, None, datetime.now(UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
for _ in range(60):
    audit.done(1, OWNER, act, None, datetime.now(UTC))
print(audit.lost > 0, "make room" in audit.trouble, audit.last_undoable(OWNER))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
lost = audit.lost
audit.done(1, OWNER, act, None, datetime.now(UTC))
print(audit.lost == lost, audit.trouble == "", len(audit.recent(1000)) + lost)
"""


def test_a_full_disk_costs_entries_and_nothing_else(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "audit.db")],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert ran.stdout.splitlines() == ["True True None", "True True 62"]
    assert "can't be written down" in ran.stderr
    assert "secret words" not in ran.stderr


def test_a_folder_that_can_not_be_used_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    audit = Audit(tmp_path / "file" / "audit.db")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            audit.done(1, ANNA, OFF, ON, NOW)
    assert audit.lost == 3
    assert len(caplog.records) == 1
    assert audit.last_undoable(ANNA) is None
    with pytest.raises(ConfigError, match="folder"):
        audit.recent()


def test_odd_arguments_are_kept_somehow(audit: Audit) -> None:
    odd = {"half": "\ud83d", "when": NOW, "many": [1, {"x": None}]}
    act = Act("x", odd, "allow", "because of \ud83d", "done")
    audit.done(1, ANNA, act, Call("y", "no json"), NOW)
    (kept,) = audit.recent()
    assert kept.arguments["many"] == [1, {"x": None}]
    assert kept.undo is None
