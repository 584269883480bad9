"""What words alone say of a turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.floor import FloorConfig, backchannel, normal, unfinished


@pytest.mark.parametrize(
    "said", ["Uh-huh.", "Yeah.", "Mm-hmm.", "Okay.", "I see.", "Right, yeah.", "I'm"]
)
def test_go_on(said: str) -> None:
    assert backchannel(said) > 0.5


@pytest.mark.parametrize(
    "said", ["Stop.", "Wait, wait.", "No.", "What about Friday?", "Okay, stop.", "I'm not"]
)
def test_not_go_on(said: str) -> None:
    assert 0 < backchannel(said) < 0.5


@pytest.mark.parametrize("said", ["What is the", "Could you tell me, um,", "I'd like to...", "and"])
def test_wants_more_words(said: str) -> None:
    assert unfinished(said) > 0.5


@pytest.mark.parametrize("said", ["What is the capital of France?", "Turn it off.", "Yes, please."])
def test_wants_no_more_words(said: str) -> None:
    assert unfinished(said) < 0.5


@pytest.mark.parametrize(
    "said",
    ["Actually.", "Well.", "Okay, so", "Hmm.", "Also.", "Wait.", "No, wait.", "Sorry.", "So"],
)
def test_an_opener_alone_is_no_turn(said: str) -> None:
    assert unfinished(said) > 0.5


@pytest.mark.parametrize("said", ["Stop.", "Yes.", "No thanks.", "Go on.", "Really?", "Thank you."])
def test_a_short_command_answer_or_question_is_whole(said: str) -> None:
    assert unfinished(said) == 0


@pytest.mark.parametrize("said", ["Cats.", "Tomorrow morning."])
def test_other_turns_of_one_or_two_words_are_waited_for_a_little(said: str) -> None:
    sure = 0.97
    cfg = FloorConfig()
    usual = cfg.wait_frames(sure)
    assert usual < cfg.wait_frames(sure * (1 - unfinished(said))) <= 8


@pytest.mark.parametrize("said", ["I would like it, actually.", "Is he doing well?"])
def test_an_opener_at_the_end_of_a_sentence_opens_nothing(said: str) -> None:
    assert unfinished(said) == 0


@given(st.text())
def test_any_text_gets_probabilities(text: str) -> None:
    assert 0 <= backchannel(text) <= 1
    assert 0 <= unfinished(text) <= 1
    assert normal(" ".join(normal(text))) == normal(text)
