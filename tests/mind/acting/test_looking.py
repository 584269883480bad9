"""Who wants to know something, and who wants something done."""

import pytest

from vivavoce.mind.acting.looking import wants_to_know


@pytest.mark.parametrize(
    "words",
    [
        "is it supposed to rain tonight",
        "What's on tomorrow?",
        "can you check for any new emails",
        "hey, tell me the date",
        "do we need bread",
        "give me the names of my lists",
        "the garage door is open?",
        "okay so who wrote last",
    ],
)
def test_questions_and_requests_to_be_told(words: str) -> None:
    assert wants_to_know(words)


@pytest.mark.parametrize(
    "words",
    [
        "turn on the reading lamp",
        "could you please turn the lamp off",
        "we need two litres of milk",
        "I like the song about the kitchen light",
        "set up a meeting for Friday",
        "",
        "isolate the garage",
    ],
)
def test_wishes_and_talk(words: str) -> None:
    assert not wants_to_know(words)
