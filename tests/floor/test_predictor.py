"""The learned floor at work: the weights that come with the package."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.core import IN_FRAME, IN_RATE
from vivavoce.floor.features import GROUPS, NAMES, FloorFeatures, TurnState, vector
from vivavoce.floor.predictor import DEFAULT, Predicted, Predictor, PredictorState
from vivavoce.floor.sentence import DATA, whole

VOICE = (0.1 * np.sin(2 * np.pi * 140 * np.arange(IN_FRAME) / IN_RATE)).astype(np.float32)
HUSH = np.full(IN_FRAME, 1e-4, np.float32)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor()


def speech(frames: int) -> list[FloorFeatures]:
    return [FloorFeatures(VOICE, 0.95)] * frames


def pause(frames: int, text: str, sound_end: float | None) -> list[FloorFeatures]:
    """As in a session: scored from the second frame on, words from the fourth."""
    found = []
    for i in range(frames):
        known = i >= 3 and text != ""
        score = sound_end if i >= 1 else None
        found.append(FloorFeatures(HUSH, 0.02, True, score, i % 2, text if known else "", known))
    return found


def heard(predictor: Predictor, frames: list[FloorFeatures]) -> list[Predicted]:
    state = PredictorState()
    return [predictor.hear(f, state) for f in frames]


def test_a_finished_question_is_over_within_half_a_second(predictor: Predictor) -> None:
    question = pause(6, "What is the capital of France?", 0.97)
    assert heard(predictor, speech(20) + question)[-1].turn_end > 0.5


def test_an_unfinished_one_is_not(predictor: Predictor) -> None:
    thinking = pause(6, "What is the", 0.1)
    assert heard(predictor, speech(20) + thinking)[-1].turn_end < 0.2


def test_it_is_surer_the_longer_nothing_follows(predictor: Predictor) -> None:
    said = heard(predictor, speech(20) + pause(30, "I would like some soup.", 0.8))
    assert said[22].turn_end < said[30].turn_end < said[48].turn_end


def test_going_on_takes_it_back(predictor: Predictor) -> None:
    frames = speech(20) + pause(10, "I would like some soup.", 0.9) + speech(4)
    assert heard(predictor, frames)[-1].turn_end < 0.2


@pytest.mark.parametrize(("text", "sound_end"), [("", 0.97), ("Where is the station?", None)])
def test_without_words_or_without_smart_turn_it_still_ends_turns(
    predictor: Predictor, text: str, sound_end: float | None
) -> None:
    assert heard(predictor, speech(20) + pause(25, text, sound_end))[-1].turn_end > 0.5


def test_outside_a_turn_nothing_is_over_and_each_turn_begins_afresh(predictor: Predictor) -> None:
    state = PredictorState()
    turn = speech(20) + pause(10, "Where is the station?", 0.9)
    for f in turn:
        predictor.hear(f, state)
    gone = predictor.hear(FloorFeatures(HUSH, 0.02, in_turn=False), state)
    assert gone == Predicted()
    assert state.memory is None
    assert state.turn.frames == state.turn.quiet == 0
    assert state.turn.prosody.level.n > 0, "the speaker is remembered"


def test_the_same_frames_give_the_same_probabilities(predictor: Predictor) -> None:
    frames = speech(12) + pause(12, "Where is the station?", 0.6)
    assert heard(predictor, frames) == heard(Predictor(DEFAULT), frames)


FRAMES = st.builds(
    FloorFeatures,
    pcm=st.floats(0, 1).map(lambda level: (VOICE * 10 * level).astype(np.float32)),
    owner=st.floats(0, 1),
    in_turn=st.booleans(),
    sound_end=st.none() | st.floats(0, 1),
    sound_end_age=st.integers(0, 500),
    text=st.text(max_size=30),
    settled=st.booleans(),
    hears_words=st.booleans(),
)


@settings(max_examples=40)
@given(st.lists(FRAMES, max_size=40))
def test_whatever_is_heard_gives_probabilities(frames: list[FloorFeatures]) -> None:
    for p in heard(Predictor(), frames):
        assert 0 <= p.turn_end <= 1
        assert 0 <= p.soon <= 1


@settings(max_examples=40)
@given(st.lists(FRAMES, min_size=1, max_size=40))
def test_the_features_stay_within_bounds(frames: list[FloorFeatures]) -> None:
    state = TurnState()
    for f in frames:
        x = vector(f, state)
        assert x.shape == (len(NAMES),)
        assert np.all(np.abs(x) <= 6)


def test_the_groups_name_what_may_be_missing() -> None:
    named = {name: NAMES[group] for name, group in GROUPS.items()}
    assert "pitch_z" in named["prosody"]
    assert "sound_best" in named["sound"]
    assert "text_age" in named["text"]
    assert sum(map(len, named.values())) < len(NAMES)


def test_whole_sentences_look_more_whole_than_their_beginnings() -> None:
    sentence = ("how", "many", "apples", "are", "left")
    assert whole(sentence) > 2 * max(whole(sentence[:n]) for n in (1, 2, 3, 4))
    assert whole(()) == 0.5


def test_the_weights_are_small() -> None:
    assert DEFAULT.stat().st_size + DATA.stat().st_size < 1_000_000
