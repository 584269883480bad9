"""What words alone say of a turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.floor import backchannel, normal, unfinished


@pytest.mark.parametrize("said", ["Uh-huh.", "Yeah.", "Mm-hmm.", "Okay.", "I see.", "Right, yeah."])
def test_go_on(said: str) -> None:
    assert backchannel(said) > 0.5


@pytest.mark.parametrize(
    "said", ["Stop.", "Wait, wait.", "No.", "What about Friday?", "Okay, stop."]
)
def test_not_go_on(said: str) -> None:
    assert 0 < backchannel(said) < 0.5


@pytest.mark.parametrize("said", ["What is the", "Could you tell me, um,", "I'd like to...", "and"])
def test_wants_more_words(said: str) -> None:
    assert unfinished(said) > 0.5


@pytest.mark.parametrize("said", ["What is the capital of France?", "Turn it off.", "Yes, please."])
def test_wants_no_more_words(said: str) -> None:
    assert unfinished(said) < 0.5


@given(st.text())
def test_any_text_gets_probabilities(text: str) -> None:
    assert 0 <= backchannel(text) <= 1
    assert 0 <= unfinished(text) <= 1
    assert normal(" ".join(normal(text))) == normal(text)
