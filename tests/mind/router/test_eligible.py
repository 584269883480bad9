"""Which models may answer."""

from dataclasses import replace

from tests.mind.router.house import CLAUDE, HOUSE, SMALL, ask
from vivavoce.core import Message
from vivavoce.mind.router import Asker, eligible


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


def test_a_guest_neither_spends_the_owners_money_nor_sends_anything_out() -> None:
    for guest in (Asker(may_pay=False), Asker(may_send=False), Asker(models=frozenset({"small"}))):
        assert "claude-sonnet" not in eligible(ask("Hello?"), HOUSE, guest)[0]
        assert "small" in eligible(ask("Hello?"), HOUSE, guest)[0]


def test_a_model_asked_for_by_name_is_the_only_one() -> None:
    assert set(eligible(ask("Hello?", model="tiny"), HOUSE)[0]) == {"tiny"}
