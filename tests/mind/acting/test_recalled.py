"""A model is told what was done in earlier turns, not only what was said of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mind.acting.conftest import TELEVISION
from vivavoce.core import Call, Message
from vivavoce.mind.acting.recalled import MOST_CHARS, Turn, recalled

LAMP = {"target": "hall lamp", "on": True}


def told(talk) -> list[tuple[str, list[tuple[str, dict]]]]:
    """Roles, and the calls, of what the model was last told."""
    messages = talk.mind.asked[-1].request.messages
    return [
        (m.role, [(c.name, json.loads(c.arguments)) for c in m.calls])
        for m in messages
        if m.role != "system"
    ]


@pytest.mark.anyio
async def test_what_a_plain_command_did_stands_in_the_history_as_a_call(talking) -> None:
    async with talking([("home_switch", LAMP)], "The hall lamp is on too.") as t:
        await t.say("turn on the kitchen lamp")
        await t.say("read my mail, and then the hall lamp on as well")
        first = ("home_switch", {"target": "kitchen lamp", "on": True})
        begin = [("user", []), ("assistant", [first]), ("tool", [])]
        assert told(t)[:4] == [*begin, ("user", [])]
        await t.say("which lamps are on, and is my mail read")
        again = [("user", []), ("assistant", [("home_switch", LAMP)]), ("tool", [])]
        assert told(t)[:7] == [*begin, *again, ("user", [])]


@pytest.mark.anyio
async def test_a_call_that_failed_or_waited_is_not_told_again(talking) -> None:
    async with talking("Hm.", "Hm.") as t:
        await t.say("unlock the front door")
        await t.say("no")
        await t.say("turn on the kitchen lamp", TELEVISION)
        await t.say("which lamps are on, and is my mail read")
        calls = [call for _, made in told(t) for call, _ in made]
        assert "home_unlock" not in calls


SAID = st.lists(st.sampled_from(["on", "off", "more", "and the other"]), max_size=8)
MADE = (Call("home_switch", "{}"), Message("tool", "done"))


@given(SAID, SAID, st.booleans())
def test_the_words_stay_and_every_call_has_its_result(
    said: list[str], done: list[str], known: bool
) -> None:
    messages = [m for text in said for m in (Message("user", text), Message("assistant", "Yes."))]
    messages.append(Message("user", "on"))
    turns = [Turn(words, [MADE, MADE]) for words in done]
    found = recalled(messages, turns, {"home_switch"} if known else set())
    assert [m for m in found if m.role == "user"] == [m for m in messages if m.role == "user"]
    answers = sum(m.role == "assistant" for m in found)
    assert answers == len(said), "each turn has its answer, or the call instead of it"
    calls = [call.id for m in found for call in m.calls]
    assert calls == [m.call_id for m in found if m.role == "tool"]
    assert len(calls) == len(set(calls)) <= 2 * min(len(said), len(done))
    assert known or not calls
    assert found[-1] == messages[-1]


def test_the_newest_of_equal_words_is_the_newest_turn() -> None:
    turns = [Turn("next", [(Call("play", f'{{"n": {n}}}'), Message("tool", "ok"))]) for n in (1, 2)]
    messages = [Message("user", "next"), Message("user", "next"), Message("user", "what is this")]
    found = [call.arguments for m in recalled(messages, turns, {"play"}) for call in m.calls]
    assert found == ['{"n": 1}', '{"n": 2}']


def test_a_long_result_is_cut() -> None:
    turns = [Turn("read it", [(Call("mail_read", "{}"), Message("tool", "x" * 5000))])]
    told = recalled([Message("user", "read it"), Message("user", "again")], turns, {"mail_read"})
    assert len(told[2].text) < MOST_CHARS + 5
