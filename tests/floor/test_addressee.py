"""To us, or to somebody else?"""

import pytest

from vivavoce.floor import FloorConfig, aside

CFG = FloorConfig()


@pytest.mark.parametrize(
    "text",
    ["Darling, have you seen the dog?", "Mum, I'm coming!", "Pass me the salt, please, Peter."],
)
def test_what_is_said_to_people_is_not_for_us(text: str) -> None:
    assert aside(text) >= CFG.aside


@pytest.mark.parametrize(
    "text",
    ["What is the tallest mountain in Spain?", "Wait.", "Stop.", "No, the other one.", "Set a"],
)
def test_questions_commands_and_interruptions_are(text: str) -> None:
    assert aside(text) < CFG.aside


def test_without_words_nothing_is_said_to_anybody() -> None:
    assert aside("") == aside("…") == 0.0
