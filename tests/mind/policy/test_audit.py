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
from vivavoce.mind.audit import Audit, Entry

NOW = datetime(2026, 5, 4, 19, 30, tzinfo=UTC)
ANNA = Speaker("Anna", "adult", 0.9, "voice")
ON = Call("home_switch", '{"target": "kitchen", "on": true}')
OFF = Act("home_switch", {"target": "kitchen", "on": False}, "allow", "may", "off", took_s=0.02)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path / "house" / "audit.db")


def test_an_entry_comes_back_as_it_was(audit: Audit) -> None:
    audit.done(Entry(7, ANNA, OFF, ON, NOW))
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
        act = Act("mail_send", {}, verdict, "why", result, failed)  # type: ignore[arg-type]
        audit.done(Entry(1, ANNA, act, None, NOW))
    assert [kept.ended for kept in audit.recent()] == ["failed", "done", "asked", "refused"]
    assert [kept.number for kept in audit.recent(2)] == [4, 3]


def undoable(audit: Audit, speaker: Speaker) -> tuple[int, Call | None] | None:
    last = audit.last_change(speaker)
    return last and (last.number, last.undo)


def test_everybody_undoes_what_they_did_themselves_the_newest_first(audit: Audit) -> None:
    for name, tool in (("Anna", "a"), ("Tom", "t"), ("Anna", "b")):
        act = Act(tool, {}, "allow", "", "done")
        audit.done(Entry(1, Speaker(name, "adult"), act, Call(f"un_{tool}", "{}"), NOW))
    anna = Speaker("Anna", "adult", 0.4, "voice")
    assert undoable(audit, anna) == (3, Call("un_b", "{}"))
    audit.done(Entry(1, anna, Act("un_b", {}, "allow", "", "done"), None, NOW, undoes=3))
    assert undoable(audit, anna) == (1, Call("un_a", "{}"))
    failed = Act("un_a", {}, "allow", "", "no", failed=True)
    audit.done(Entry(1, anna, failed, None, NOW, undoes=1))
    assert undoable(audit, anna) is None
    assert undoable(audit, Speaker("Tom", "adult")) == (2, Call("un_t", "{}"))
    assert [kept.undone for kept in audit.recent()] == [False, False, True, False, True]


def test_the_newest_change_counts_whether_it_can_be_put_back_or_not(audit: Audit) -> None:
    done, failed = Act("x", {}, "allow", "", "done"), Act("x", {}, "allow", "", "no", failed=True)
    killed = Act("x", {}, "allow", "", failed=True)
    for n, (act, undo, effect, last) in enumerate(
        [
            (done, ON, "change", 1),
            (done, None, "read", 1),
            (failed, None, "change", 1),
            (Act("x", {}, "ask", ""), ON, "danger", 1),
            (Act("x", {}, "refuse", ""), None, "danger", 1),
            (failed, ON, "change", 6),
            (done, None, "send", 7),
            (killed, None, "change", 8),
        ],
        1,
    ):
        audit.done(Entry(1, ANNA, act, undo, NOW, effect))  # type: ignore[arg-type]
        found = audit.last_change(ANNA)
        assert found is not None
        assert found.number == last, n
    assert found.ended == "interrupted"


def test_a_person_is_known_by_name_and_who_has_none_by_rank(audit: Audit) -> None:
    act = Act("x", {}, "allow", "", "done")
    audit.done(Entry(1, Speaker("Tim", "owner", by="login"), act, None, NOW))  # by the PIN
    audit.done(Entry(1, Speaker("", "guest"), act, None, NOW))
    assert undoable(audit, Speaker("Tim", "child")) == (1, None)
    assert undoable(audit, Speaker("", "unknown")) is None


def test_a_file_of_before_is_gone_on_with_and_nothing_of_it_is_put_back(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with sqlite3.connect(path) as old:
        old.execute(BEFORE)
        old.execute(
            "insert into acts values (1, ?, 1, 'Anna', 'adult', 1, 'voice', 'home_switch', '{}', "
            "'allow', '', 'done', 0, 'home_switch', '{}')",
            (NOW.isoformat(),),
        )
    old.close()
    audit = Audit(path)
    assert undoable(audit, ANNA) is None
    audit.done(Entry(1, ANNA, OFF, None, NOW))
    assert [(kept.number, kept.effect) for kept in audit.recent()] == [(2, "change"), (1, "")]
    assert undoable(audit, ANNA) == (2, None)


BEFORE = """
create table acts (
    number integer primary key autoincrement,
    at text not null, talk integer not null,
    name text not null, rank text not null, confidence real not null, by text not null,
    tool text not null, arguments text not null,
    verdict text not null, reason text not null, ended text not null, took_s real not null,
    undo_tool text, undo_arguments text
)
"""


def test_secrets_are_never_written(audit: Audit) -> None:
    given = {"pin": "4711", "account": {"password": "hunter2"}, "list": [{"api_key": "k-1"}]}
    back = Call("door_set", json.dumps({"pin": "0815"}))
    audit.done(Entry(1, OWNER, Act("door_set", given, "allow", "", "done"), back, NOW))
    audit.close()
    whole = b"".join(path.read_bytes() for path in audit.path.parent.iterdir())
    for secret in (b"4711", b"hunter2", b"k-1", b"0815"):
        assert secret not in whole
    assert audit.recent()[0].arguments["account"] == {"password": "…"}
    assert undoable(audit, OWNER) == (1, None)


def test_only_its_owner_reads_it(audit: Audit) -> None:
    audit.done(Entry(1, ANNA, OFF, ON, NOW))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in audit.path.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(audit.path.parent.stat().st_mode) == 0o700


def test_what_was_written_can_not_be_changed(audit: Audit) -> None:
    audit.done(Entry(1, ANNA, OFF, ON, NOW))
    with sqlite3.connect(audit.path) as other:
        for statement in ("update acts set reason = 'x'", "delete from acts"):
            with pytest.raises(sqlite3.IntegrityError, match="stays"):
                other.execute(statement)
    other.close()


def test_many_threads_and_a_second_process_write_at_once(audit: Audit) -> None:
    second = Audit(audit.path)  # as another process: a connection of its own

    def write(to: Audit, who: int) -> None:
        for n in range(25):
            to.done(Entry(who, ANNA, Act("x", {"n": n}, "allow", "", "done"), None, NOW))

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
    audit.done(Entry(1, ANNA, OFF, ON, NOW))
    assert len(audit.recent()) == 1
    assert (tmp_path / "audit.db.damaged-1").read_bytes() == damage
    assert "was damaged" in caplog.text


def test_a_log_that_is_damaged_while_in_use_is_put_aside(audit: Audit) -> None:
    for _ in range(200):
        audit.done(Entry(1, ANNA, OFF, ON, NOW))
    audit.close()
    size = audit.path.stat().st_size
    with audit.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    audit.done(Entry(1, ANNA, OFF, ON, NOW))
    assert audit.last_change(ANNA) is not None
    assert len(audit.recent(1000)) >= 1
    assert audit.path.with_name("audit.db.damaged-1").exists()


FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from vivavoce.core import OWNER
from vivavoce.mind.ask import Act
from vivavoce.mind.audit import Audit, Entry

audit = Audit(Path(sys.argv[1]))
act = Act("x", {"text": "secret words " * 300}, "allow", "", "done")
audit.done(Entry(1, OWNER, act, None, datetime.now(UTC)))
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
for _ in range(60):
    audit.done(Entry(1, OWNER, act, None, datetime.now(UTC)))
print(audit.lost > 0, "make room" in audit.trouble, audit.last_change(OWNER) is None)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
lost = audit.lost
audit.done(Entry(1, OWNER, act, None, datetime.now(UTC)))
print(audit.lost == lost, audit.trouble == "", len(audit.recent(1000)) + lost)
"""


def test_a_full_disk_costs_entries_and_nothing_else(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "audit.db")],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert ran.stdout.splitlines() == ["True True False", "True True 62"]
    assert "can't be written down" in ran.stderr
    assert "secret words" not in ran.stderr


def test_a_folder_that_can_not_be_used_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    audit = Audit(tmp_path / "file" / "audit.db")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            audit.done(Entry(1, ANNA, OFF, ON, NOW))
    assert audit.lost == 3
    assert len(caplog.records) == 1
    assert audit.last_change(ANNA) is None
    with pytest.raises(ConfigError, match="folder"):
        audit.recent()


def test_odd_arguments_are_kept_somehow(audit: Audit) -> None:
    odd = {"half": "\ud83d", "when": NOW, "many": [1, {"x": None}]}
    act = Act("x", odd, "allow", "because of \ud83d", "done")
    audit.done(Entry(1, ANNA, act, Call("y", "no json"), NOW))
    (kept,) = audit.recent()
    assert kept.arguments["many"] == [1, {"x": None}]
    assert kept.undo is None
