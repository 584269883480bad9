"""Conversations, as files that read like them: tests/scenarios/*.yaml."""

from collections import deque
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
import yaml

from tests import fakes
from vivavoce.core import Announced, AnnouncementOver, Decided, Heard, Move, ReplyDone, TurnEnded
from vivavoce.experts.announcer import Announcer
from vivavoce.session import Costs, SessionConfig
from vivavoce.session.replay import Replayed, replay

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
DEFAULT_ANSWER = "Here is a short answer to what you said."


def user_side(script: list[dict[str, Any]]) -> np.ndarray:
    """The microphone: what is said, paused and coughed, one after the other."""
    makers = {
        "say": fakes.speech,
        "say faintly": fakes.faint,
        "pause": fakes.silence,
        "cough": fakes.cough,
        "bystander": fakes.bystander,
    }
    return np.concatenate([makers[kind](what) for line in script for kind, what in line.items()])


def hold(scenario: dict[str, Any]) -> tuple[Replayed, fakes.FakeModel]:
    answers = iter(scenario.get("answers", []))
    given: dict[str, str] = {}

    def answer(messages: Any) -> str:
        asked = messages[-1].text
        if asked not in given:
            given[asked] = next(answers, DEFAULT_ANSWER)
        return given[asked]

    model = fakes.FakeModel(scenario.get("answer", answer))
    pcm = user_side(scenario["user"])
    cfg = SessionConfig(instructions="Be brief.")

    house, now = deque(scenario.get("house", [])), [0.0]
    announcer = Announcer(lambda: now[0])

    def pass_time(seconds: float) -> None:
        now[0] = seconds
        while house and house[0]["at"] <= seconds:
            line = house.popleft()
            more = {key: line[key] for key in ("about", "good_s") if key in line}
            announcer(line["says"], **more)

    async def run() -> Replayed:
        parts = fakes.parts(model, announcer=announcer)
        costs = Costs(**scenario.get("costs", {}))
        return await replay(pcm, parts, cfg, costs, progress=pass_time)

    return anyio.run(run), model


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem.replace("_", " "))
def test_the_conversation_goes_as_written(path: Path) -> None:
    scenario = yaml.safe_load(path.read_text())
    done, model = hold(scenario)
    moves = [e.decision.move for e in done.events if isinstance(e, Decided)]
    replies = [e for e in done.events if isinstance(e, ReplyDone)]
    expected = scenario["expect"]
    for key, wanted in expected.items():
        match key:
            case "heard":
                assert [e.text for e in done.events if isinstance(e, Heard)] == wanted
            case "answers":
                assert [r.status for r in replies if r.heard] == wanted
            case "announcements":
                over = {e.number: e.how for e in done.events if isinstance(e, AnnouncementOver)}
                told = [e.number for e in done.events if isinstance(e, Announced)]
                assert [over[number] for number in told] == wanted
            case "said_by_us":
                assert [r.heard for r in replies if r.heard] == wanted
            case "never":
                assert not [m for m in moves if m in map(Move, wanted)]
            case "makes":
                assert all(Move(m) in moves for m in wanted)
            case "asked_last":
                assert model.asked[-1].messages[-1].text == wanted
            case "history_is_what_sounded":
                said = model.asked[-1].messages[-2].text.split()
                assert said == replies[0].text.split()[: len(said)]
                assert (abs(len(said) - words_that_sounded(done)) <= 1) is wanted
            case "gap_at_most_s":
                assert gap(done) <= wanted
            case "whole_answer_heard":
                assert (replies[0].heard == replies[0].text) is wanted
            case _:
                raise AssertionError(f"{path.name} expects something unknown: {key}")


def words_that_sounded(done: Replayed) -> int:
    """In the first answer, by its sound: up to the first second of silence after it."""
    audible = np.flatnonzero(np.abs(done.assistant) > 0.1)
    ends = np.flatnonzero(np.diff(audible) > 24_000)
    first = audible[: int(ends[0]) + 1] if len(ends) else audible
    return round(len(first) / 24_000 / 0.3)


def gap(done: Replayed) -> float:
    """Seconds from the user's last sound to our first, on modelled time."""
    ended = next(e for e in done.events if isinstance(e, TurnEnded))
    audible = np.flatnonzero(np.abs(done.assistant) > 0.01)
    return float(audible[0] / 24_000 - ended.speech_end)


def test_the_same_microphone_gives_the_same_events_every_time() -> None:
    scenario = yaml.safe_load(SCENARIOS[0].read_text())
    first, second = hold(scenario)[0], hold(scenario)[0]
    assert first.events == second.events
    assert np.array_equal(first.assistant, second.assistant)
