"""τ²'s desks behind our seam: what is done there, and the user who is none of τ²'s."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.peers.own import is_installed
from bench.peers.served import Peer
from bench.tau2.__main__ import by_domain, logged, replay_numbers, sample, show
from bench.tau2.desk import Desk, desk
from bench.tau2.peer import PACKAGE, tau2
from bench.tau2.play import hands, replay
from bench.tau2.user import YES, asks, first_words
from vivavoce.core import OWNER, Broken, ConfigError
from vivavoce.mind.acting import yes
from vivavoce.mind.acting.talk import Talk

WORDS = ("you", "You", "your", "you're", "yourself", "to", "tell", "for", "want", "a.", "the")


def task(**parts: str | None) -> dict[str, Any]:
    return {"user_scenario": {"instructions": parts}}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("You are Mia Li.", "I am Mia Li."),
        ("Your user id is mia_li.", "My user id is mia_li."),
        ("You want the agent to tell you your balance.", "I want the agent to tell me my balance."),
        ("If he gives you two, you're glad.", "If he gives me two, I'm glad."),
    ],
)
def test_the_user_speaks_of_itself(theirs: str, ours: str) -> None:
    assert first_words(task(reason_for_call=theirs)) == ours


def test_the_user_says_everything_and_skips_what_is_empty() -> None:
    said = first_words(task(task_instructions=".", reason_for_call="You call.", known_info=None))
    assert said == "I call."


@given(st.lists(st.sampled_from(WORDS)))
def test_nobody_is_you_in_the_user_s_words(words: list[str]) -> None:
    said = first_words(task(task_instructions=" ".join(words)))
    assert not re.search(r"\byou(?:r|rself)?\b", said, re.IGNORECASE)


def test_the_user_s_yes_is_a_yes_to_us() -> None:
    assert yes.answered(YES)


def test_the_user_answers_questions_only() -> None:
    assert asks("Shall I cancel it? It costs nothing.")
    assert not asks("It is cancelled.")


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_sample_is_of_different_tasks(tasks: int, n: int) -> None:
    chosen = [row["id"] for row in sample([{"id": i} for i in range(tasks)], n)]
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(n, tasks)


def test_the_log_goes_on_after_a_line_that_was_cut_off(tmp_path: Path) -> None:
    rows = [{"domain": "retail", "task": n, "model": m} for n, m in (("1", "a"), ("2", "b"))]
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(json.dumps(row) for row in rows) + '\n{"domain": "ret')
    assert list(logged(log, "a")) == [("retail", "1")]
    assert logged(tmp_path / "none", "a") == {}


def test_tasks_whose_reference_fails_are_counted_apart() -> None:
    row = {"domain": "retail", "calls": 2, "yes": 1, "changes": True, "equal": True}
    rows = [
        row | {"reference_errors": []},
        row | {"reference_errors": [], "equal": False},
        row | {"reference_errors": [[0, "not found"]], "equal": False},
    ]
    numbers = by_domain(rows, replay_numbers)
    assert numbers["retail"]["equal %"] == 50.0
    assert numbers["retail"]["others"] == 1
    assert numbers["airline"]["equal %"] is None
    assert "50.0" in show({"replay": numbers})


def test_a_process_that_ended_is_broken() -> None:
    with pytest.raises(Broken, match="begin"):
        Peer(io.StringIO(), io.StringIO()).ask("begin", "retail")


@pytest.mark.parametrize(("name", "kind"), [("calculate", "write"), ("erase", "read")])
def test_a_tool_whose_effect_we_do_not_know_is_not_opened(name: str, kind: str) -> None:
    tool = {"name": name, "kind": kind, "description": "?", "parameters": {"type": "object"}}
    told = json.dumps({"policy": "", "tools": [tool], "tasks": []})
    with pytest.raises(ConfigError, match=name):
        desk(Peer(io.StringIO(), io.StringIO(told + "\n")), "retail")


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    if not is_installed(PACKAGE, "tau2"):
        pytest.skip("τ² is not installed here; python -m bench.tau2 --replay-only installs it")
    with tau2() as running:
        yield running


@pytest.fixture(scope="module", params=["airline", "retail"])
def one(request: pytest.FixtureRequest, peer: Peer) -> tuple[str, Desk]:
    return request.param, desk(peer, request.param)


def changing(one: Desk) -> dict[str, Any]:
    """The first task with an act in it."""
    acts = ("cancel_reservation", "update_reservation_flights", "exchange_delivered_order_items")
    return next(
        t for t in one.tasks for a in t["evaluation_criteria"]["actions"] if a["name"] in acts
    )


@pytest.mark.real
def test_what_is_called_is_done(peer: Peer, one: tuple[str, Desk], tmp_path: Path) -> None:
    name, there = one

    async def made() -> dict[str, Any]:
        async with hands(there, tmp_path) as ours:
            return await replay(peer, ours, name, changing(there))

    row = anyio.run(made)
    assert (row["changes"], row["equal"], row["failed"]) == (True, True, [])
    assert row["yes"] > 0


@pytest.mark.real
def test_nothing_is_done_without_a_yes(peer: Peer, one: tuple[str, Desk], tmp_path: Path) -> None:
    name, there = one

    async def made() -> list[str]:
        async with hands(there, tmp_path) as ours:
            actions = changing(there)["evaluation_criteria"]["actions"]
            return [
                (await ours.do(f"{name}_{a['name']}", a["arguments"], OWNER, Talk())).act.verdict
                for a in actions
            ]

    before = peer.ask("begin", name)
    assert "ask" in anyio.run(made)
    assert peer.ask("hash", name) == before


@pytest.mark.real
def test_arguments_that_do_not_fit_are_told_and_not_sent(
    peer: Peer, one: tuple[str, Desk], tmp_path: Path
) -> None:
    name, there = one

    async def made() -> str:
        async with hands(there, tmp_path) as ours:
            done = await ours.do(f"{name}_get_user_details", {"user": 3}, OWNER, Talk())
        assert done.result is not None
        assert done.result.failed
        return done.result.text

    assert "user_id" in anyio.run(made)
