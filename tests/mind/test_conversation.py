"""What the model is told of the past."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import Call, Message
from vivavoce.mind import Conversation
from vivavoce.mind.conversation import KEPT_GONE
from vivavoce.mind.shorten import NOTE

LOOK, TURN = Call("look", "{}", "call_1"), Call("turn", "{}", "call_2")


def roles(talk: Conversation) -> list[str]:
    return [e.message.role for e in talk.entries]


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


def test_a_request_is_unanswered_until_words_of_ours_stand_behind_it() -> None:
    talk = Conversation("")
    first = talk.add(Message("user", "Is the lamp on?"))
    talk.add(Message("assistant", "", calls=(LOOK,)))
    talk.add_result(LOOK, "on")
    assert talk.unanswered == (first,)
    said = talk.add(Message("assistant", "It is."))
    second = talk.add(Message("user", "And now?"))
    assert talk.unanswered == (second,)
    talk.remove(said)
    assert talk.unanswered == (second, first)


def test_items_go_where_the_client_wants_them() -> None:
    talk = Conversation("")
    first = talk.add(Message("user", "b"))
    talk.add(Message("assistant", "d"))
    talk.add(Message("assistant", "c"), after=first)
    talk.add(Message("assistant", "a"), after=0)
    assert [e.message.text for e in talk.entries] == ["a", "b", "c", "d"]
    with pytest.raises(KeyError):
        talk.remove(99)


def test_a_result_stands_behind_its_call_and_nothing_comes_between_them() -> None:
    talk = Conversation("")
    talk.add(Message("user", "Is the lamp on?"))
    called = talk.add(Message("assistant", "I'll look.", calls=(LOOK, TURN)))
    talk.add_result(TURN, "turned")
    talk.add_result(LOOK, "on")
    talk.add(Message("system", "It is late."), after=called)
    assert roles(talk) == ["user", "assistant", "tool", "tool", "system"]
    assert [m.call_id for m in talk.messages()[3:5]] == [TURN.id, LOOK.id]


def test_a_result_that_comes_after_more_was_said_brings_its_call_along() -> None:
    talk = Conversation("")
    talk.add(Message("assistant", "I'll look.", calls=(LOOK, TURN)))
    talk.add_result(TURN, "turned")
    talk.add(Message("user", "Are you there?"))
    talk.add_result(LOOK, "on")
    assert talk.messages()[1:] == (
        Message("assistant", "I'll look.", calls=(TURN,)),
        Message("tool", "turned", call_id=TURN.id),
        Message("user", "Are you there?"),
        Message("assistant", "", calls=(LOOK,)),
        Message("tool", "on", call_id=LOOK.id),
    )


def test_of_an_answer_that_nobody_heard_the_calls_were_made_all_the_same() -> None:
    talk = Conversation("")
    said = talk.add(Message("assistant", "I'll look.", calls=(LOOK,)))
    talk.rewrite(said, "")
    assert talk.entries[0].message == Message("assistant", "", calls=(LOOK,))
    talk.remove(said)
    talk.add(Message("user", "Are you there?"))
    talk.add_result(LOOK, "on")
    assert roles(talk) == ["user", "assistant", "tool"]


def chat(talk: Conversation, turns: int) -> list[tuple[Message, ...]]:
    """What the model is told in each turn."""
    told = []
    for _ in range(turns):
        talk.add(Message("user", f"so how about the weather {'x' * 60}"))
        told.append(talk.messages())
        talk.add(Message("assistant", f"it is fine {'y' * 60}"))
    return told


def test_what_is_let_go_leaves_its_facts_and_is_counted() -> None:
    talk = Conversation("Be brief.", longest_chars=1_000)
    talk.add(Message("user", "I am allergic to nuts."))
    talk.add(Message("assistant", "Noted."))
    assert talk.left_out == 0
    last = chat(talk, 20)[-1]
    assert last[1] == Message("user", f"{NOTE}I am allergic to nuts.")
    assert talk.left_out == 42 - (len(last) - 1)  # two were said since, the note is no part of it


def test_of_what_was_let_go_long_ago_only_the_facts_are_kept() -> None:
    talk = Conversation("Be brief.", longest_chars=1_000)
    talk.add(Message("user", "I am allergic to nuts"))
    called = talk.add(Message("assistant", "I'll look.", calls=(LOOK,)))
    for n in range(2_200):
        talk.add(Message("user", "so how about the weather " * 3))
        talk.add(Message("assistant", "it is fine " * 5))
        if n % 100 == 99:
            told = talk.messages()
    assert told[1] == Message("user", f"{NOTE}I am allergic to nuts")
    assert talk.left_out == 4_402 - (len(told) - 2)
    assert len(talk.entries) <= KEPT_GONE + len(told)
    with pytest.raises(KeyError):
        talk.remove(called)
    talk.add_result(LOOK, "on")
    assert talk.messages()[-1] == Message("tool", "on", call_id=LOOK.id)


def test_what_nobody_reads_is_let_go_too() -> None:
    talk = Conversation("")
    talk.add(Message("user", "I am allergic to nuts."))
    for n in range(3 * KEPT_GONE):
        talk.add(Message("user", f"and then number {n} came"))
    assert len(talk.entries) <= 2 * KEPT_GONE
    assert talk.entries[-1].message.text.startswith(f"and then number {3 * KEPT_GONE - 1}")


def test_the_prefix_changes_only_now_and_then() -> None:
    told = chat(Conversation("Be brief.", longest_chars=2_000), 60)
    kept = [new[: len(old)] == old for old, new in pairwise(told)]
    assert 5 < kept.count(False) < 15


def test_a_text_is_not_let_go_before_what_is_asked_of_it() -> None:
    talk = Conversation("")
    chat(talk, 10)
    talk.add(Message("user", "long text " * 1_000))
    assert "long text" in talk.messages("sum it up")[-1].text
    talk.add(Message("user", "sum it up"))
    assert "long text" in talk.messages()[-1].text


@pytest.mark.parametrize("more", [None, "", "hm"])
def test_a_long_chain_of_calls_keeps_the_question_whatever_is_heard_meanwhile(
    more: str | None,
) -> None:
    talk = Conversation("", longest_chars=1_000)
    question = Message("user", "Which lamps are on?")
    talk.add(question)
    for n in range(10):
        call = Call("look", "{}", f"call_{n}")
        talk.add(Message("assistant", "", calls=(call,)))
        talk.messages(more)
        talk.add_result(call, "off " * 60)
        messages = talk.messages(more)
        assert messages[1] == question
        rounds = messages[2:] if more is None else messages[2:-1]
        assert [m.role for m in rounds] == ["assistant", "tool"] * (len(rounds) // 2)
        assert rounds[-1].call_id == call.id
        assert sum(len(m.text) for m in messages) <= 1_000


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
