"""A history longer than the model can read."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import Call, Message, Refused
from vivavoce.mind.shorten import NOTE, facts, shorten, states

SYSTEM = Message("system", "Be brief.")
FIX = Message("user", "Fix the failing test.")


async def words(messages: tuple[Message, ...]) -> int:
    return sum(len(m.text.split()) + len(m.calls) for m in messages)


def round_of(number: int, result: str, calls: int = 1) -> list[Message]:
    """Calls, and what they brought."""
    ids = [f"call_{number}_{n}" for n in range(calls)]
    called = Message("assistant", "", calls=tuple(Call("read", "{}", i) for i in ids))
    return [called, *(Message("tool", result, call_id=i) for i in ids)]


def fit(*said: str, most: int) -> tuple[tuple[Message, ...], int]:
    """The user and the assistant in turns, the user last."""
    roles = ["user", "assistant"] * len(said)
    messages = [Message(roles[i], text) for i, text in enumerate(said)]  # type: ignore[arg-type]
    return anyio.run(shorten, (SYSTEM, *messages), most, words)


def test_what_fits_is_left_alone() -> None:
    kept, dropped = fit("Hello.", "Hi.", "How are you?", most=1000)
    assert dropped == 0
    assert [m.text for m in kept] == ["Be brief.", "Hello.", "Hi.", "How are you?"]


def test_a_fact_from_the_beginning_survives_when_the_rest_is_cut() -> None:
    chat = [f"so tell me more about the weather and so on {'x ' * 30}", "it is fine " * 20] * 6
    kept, dropped = fit("I am allergic to nuts.", "Noted.", *chat, "What may I eat?", most=120)
    assert dropped > 2
    assert kept[0] == SYSTEM
    assert kept[1].text.startswith(NOTE)
    assert "allergic to nuts" in kept[1].text
    assert kept[-1].text == "What may I eat?"


def test_a_last_message_that_is_too_long_alone_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="shorten"):
        fit("word " * 500, most=100)


def test_a_long_chain_of_calls_loses_the_oldest_of_them_and_never_the_question() -> None:
    rounds = [m for n in range(8) for m in round_of(n, "line " * 20, calls=2)]
    kept, dropped = anyio.run(shorten, (SYSTEM, FIX, *rounds), 150, words)
    assert kept[:2] == (SYSTEM, FIX)
    assert kept[2:] == tuple(rounds[dropped:])
    assert kept[2].calls
    assert len(kept) > 5, "more than the newest has room"


def test_what_was_said_before_the_question_goes_first_and_is_noted() -> None:
    before = [Message("user", "My port is 8765."), Message("assistant", "so " * 80)]
    rounds = [*round_of(1, "line " * 30), *round_of(2, "line " * 30)]
    kept, dropped = anyio.run(shorten, (SYSTEM, *before, FIX, *rounds), 100, words)
    assert dropped == 2
    assert kept == (SYSTEM, Message("user", f"{NOTE}My port is 8765."), FIX, *rounds)


def test_a_newest_result_that_leaves_no_room_for_the_question_is_refused() -> None:
    with pytest.raises(Refused, match="shorten"):
        anyio.run(shorten, (SYSTEM, FIX, *round_of(1, "line " * 98)), 100, words)


def test_what_a_call_is_told_takes_room_too() -> None:
    async def length(messages: tuple[Message, ...]) -> int:
        return sum(len(m.text) + sum(len(c.arguments) for c in m.calls) for m in messages)

    long = Message("assistant", "", calls=(Call("write", "x" * 500, "call_0"),))
    done = Message("tool", "written", call_id="call_0")
    history = (FIX, long, done, *round_of(1, "green"))
    kept, dropped = anyio.run(shorten, history, 300, length)
    assert (kept, dropped) == ((FIX, *round_of(1, "green")), 2)


def test_the_facts_of_a_note_are_no_part_of_another_note() -> None:
    assert facts([Message("user", f"{NOTE}I am Anna.")]) == ["I am Anna."]


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("My daughter's birthday is in May.", True),
        ("The train leaves at 7.", True),
        ("Remember the milk.", True),
        ("What is my name?", False),
        ("can you tell me a joke", False),
        ("hm, well", False),
    ],
)
def test_statements_are_told_from_questions(sentence: str, kept: bool) -> None:
    assert states(sentence) is kept


def test_our_own_words_and_tool_results_are_no_facts() -> None:
    said = [Message("assistant", "My number is 5."), Message("tool", "I am 7.")]
    assert facts(said) == []


@given(
    st.lists(st.text("ab 1.", min_size=1, max_size=60), min_size=1, max_size=12),
    st.integers(5, 200),
)
def test_whatever_is_kept_fits_begins_with_the_instructions_and_ends_with_the_question(
    said: list[str], most: int
) -> None:
    messages = (SYSTEM, *(Message("user", text) for text in said))
    try:
        kept, dropped = anyio.run(shorten, messages, most, words)
    except Refused:
        return
    assert anyio.run(words, kept) <= most
    assert kept[0] == SYSTEM
    assert kept[-1] == messages[-1]
    assert (dropped == 0) == (kept == messages)


TURN = st.tuples(st.integers(1, 20), st.lists(st.integers(0, 30), max_size=4))
"""Words of the user's, and of each result that the calls after them brought."""


@given(st.lists(TURN, min_size=1, max_size=5), st.integers(5, 150))
def test_a_result_never_stands_without_its_call_nor_calls_without_the_question(
    turns: list[tuple[int, list[int]]], most: int
) -> None:
    messages = [SYSTEM]
    for t, (asked, results) in enumerate(turns):
        messages.append(Message("user", f"{t} " * asked))
        for n, length in enumerate(results):
            messages += round_of(10 * t + n, "x " * length)
    try:
        kept, _ = anyio.run(shorten, messages, most, words)
    except Refused:
        return
    assert anyio.run(words, kept) <= most
    assert [m for m in messages if m.role == "user"][-1] in kept
    assert kept[-1] == messages[-1]
    for i, message in enumerate(kept):
        if message.role == "tool":
            assert [c.id for c in kept[i - 1].calls] == [message.call_id]
