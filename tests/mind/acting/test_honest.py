"""Answers that say what was not done, or talk about tools."""

import pytest

from vivavoce.mind.acting.honest import claims, leaks, whole

TOOLS = ("home_switch", "time_set_timer")


@pytest.mark.parametrize(
    "text",
    [
        "The fan is off.",
        "Oat milk is on the shopping list now.",
        "Ceiling light set to 30%.",
        "I've turned it on for you.",
        "I'll set a timer.",
        "Timer cancelled.",
        "The thermostat is at 22 degrees.",
        "Playing Nina Simone.",
        "I'm sorry, but I can't assist with that.",
    ],
)
def test_claims(text: str) -> None:
    assert claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "You're welcome!",
        "Which lamp do you mean?",
        "Milk is white because of its fat and protein.",
        "The capital of Portugal is Lisbon.",
        "For a job interview, wear a suit and a tie.",
        "It depends on what you like.",
    ],
)
def test_no_claims(text: str) -> None:
    assert not claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "To set it, you can use the `home_set` function with",
        "you can use the command `time_set_timer(length: …)`",
        "To call one, answer with nothing but these lines; a <tool_response> follows",
        "<tools>\nlists_add(items",
        "To turn it on, call home_switch.",
    ],
)
def test_talk_of_tools(text: str) -> None:
    assert leaks(text, TOOLS)


def test_tools_of_the_workshop_are_none() -> None:
    assert not leaks("A hammer is a tool. You can use a saw, too.", TOOLS)


def test_a_sentence_is_enough() -> None:
    assert whole("It is on. And")
    assert whole("It is on.")
    assert not whole("It is 3.5")
    assert whole("word " * 30)
