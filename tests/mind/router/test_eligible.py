"""Which models may answer."""

from dataclasses import replace

import pytest

from tests.mind.router.house import CLAUDE, HOUSE, SMALL, ask
from vivavoce.core import UNKNOWN, Call, Message, Speaker
from vivavoce.mind.router import eligible


def test_a_plain_question_may_go_anywhere() -> None:
    may, refused = eligible(ask("Why is the sky blue?"), HOUSE)
    assert set(may) == set(HOUSE)
    assert not refused


def test_what_stays_here_is_not_sent_out_and_the_reason_names_the_place() -> None:
    may, refused = eligible(ask("I owe 300 euros", stays_here=True), HOUSE)
    assert set(may) == {"tiny", "small"}
    assert "api.anthropic.com" in refused["claude-sonnet"]


def test_a_picture_goes_to_who_can_look_at_it_even_later_in_the_conversation() -> None:
    seen = ask("What is this?", image=True)
    later = ask("And its colour?", before=(*seen.request.messages, Message("assistant", "A cat.")))
    for request in (seen, later):
        may, refused = eligible(request, HOUSE)
        assert set(may) == {"claude-sonnet"}
        assert "images" in refused["small"]


def test_tools_need_a_model_that_calls_them_unless_they_are_switched_off() -> None:
    request = ask("Turn on the lamp.", tools=True)
    assert "tools" in eligible(request, HOUSE)[1]["tiny"]
    off = replace(request, request=replace(request.request, tool_choice="none"))
    assert "tiny" in eligible(off, HOUSE)[0]


def test_a_schema_needs_a_model_that_can_be_held_to_it() -> None:
    cards = {"plain": replace(CLAUDE, name="plain", tools=False), "small": SMALL}
    may, refused = eligible(ask("List three cities.", schema={"type": "array"}), cards)
    assert set(may) == {"small"}
    assert "schema" in refused["plain"]


def test_a_long_request_goes_to_who_can_hold_it() -> None:
    may, refused = eligible(ask("word " * 8_000), HOUSE)
    assert set(may) == {"claude-sonnet"}
    assert "8192" in refused["small"]


def test_a_long_history_can_be_shortened_where_nobody_can_hold_it() -> None:
    history = tuple(Message("user", "word " * 4_000) for _ in range(5))
    may, _ = eligible(ask("And now?", before=history), {"small": SMALL})
    assert set(may) == {"small"}


@pytest.mark.parametrize(
    ("speaker", "sent_out"),
    [
        (Speaker("Anna", "owner", 0.9, "voice"), True),
        (Speaker("Ben", "adult", 0.9, "login"), True),
        (Speaker("Anna", "owner", 0.3, "voice"), False),
        (Speaker("", "guest", by="voice"), True),
        (Speaker("Tim", "child", 0.9, "voice"), False),
        (Speaker("Eve", "guest", 0.9, "voice"), False),
        (UNKNOWN, False),
    ],
)
def test_only_those_whose_house_it_is_have_something_sent_out(speaker, sent_out) -> None:
    may, refused = eligible(replace(ask("Hello?"), speaker=speaker), HOUSE)
    assert "small" in may
    assert ("claude-sonnet" in may) is sent_out
    assert sent_out or "adults of the house" in refused["claude-sonnet"]


@pytest.mark.parametrize(
    ("question", "older", "newest", "fits"),
    [(10, 8_000, 10, True), (8_000, 10, 10, False), (10, 10, 8_000, False)],
)
def test_amid_calls_the_question_and_the_newest_result_have_to_fit(
    question: int, older: int, newest: int, fits: bool
) -> None:
    asked = ask("word " * question)
    messages = list(asked.request.messages)
    for words in (older, newest):
        messages.append(Message("assistant", "", calls=(Call("read", "{}", "call"),)))
        messages.append(Message("tool", "word " * words, call_id="call"))
    asked = replace(asked, request=replace(asked.request, messages=tuple(messages)))
    assert bool(eligible(asked, {"small": SMALL})[0]) is fits


def test_a_model_asked_for_by_name_is_the_only_one() -> None:
    assert set(eligible(ask("Hello?", model="tiny"), HOUSE)[0]) == {"tiny"}
