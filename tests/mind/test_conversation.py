"""What the model is told of the past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import Message
from vivavoce.mind import Conversation


def test_two_turns_of_the_user_without_an_answer_are_one() -> None:
    talk = Conversation("Be kind.")
    talk.add(Message("user", "What is the capital"))
    assert [m.text for m in talk.messages("of France?")] == [
        "Be kind.",
        "What is the capital of France?",
    ]


def test_an_answer_that_was_cut_off_keeps_what_was_heard() -> None:
    talk = Conversation("")
    said = talk.add(Message("assistant", "One two three"))
    talk.rewrite(said, "One")
    assert talk.messages()[-1].text == "One"
    talk.rewrite(said, "")
    assert talk.entries == ()


def test_items_go_where_the_client_wants_them() -> None:
    talk = Conversation("")
    first = talk.add(Message("user", "b"))
    talk.add(Message("assistant", "d"))
    talk.add(Message("assistant", "c"), after=first)
    talk.add(Message("assistant", "a"), after=0)
    assert [e.message.text for e in talk.entries] == ["a", "b", "c", "d"]
    with pytest.raises(KeyError):
        talk.remove(99)


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=300))))
def test_a_long_history_fits_and_always_begins_with_the_instructions(
    said: list[tuple[str, str]],
) -> None:
    talk = Conversation("Be brief.", longest_chars=400)
    for role, text in said:
        talk.add(Message(role, text))  # type: ignore[arg-type]
    messages = talk.messages("now")
    assert messages[0] == Message("system", "Be brief.")
    assert messages[-1].text.endswith("now")
    if len(messages) > 3:
        assert sum(len(m.text) for m in messages[1:]) <= 400 + len(messages)
