"""A history longer than the model can read."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import Message, Refused
from vivavoce.mind.shorten import NOTE, facts, shorten, states

SYSTEM = Message("system", "Be brief.")


async def words(messages: tuple[Message, ...]) -> int:
    return sum(len(m.text.split()) for m in messages)


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
