"""What a recording must be like for a voice to be taken from it.

In the fake hearing a voice is the sign and pitch of the samples: loud is speech.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clips import clips
from tests.weights_here import dvector, silero
from vivavoce.core import IN_RATE, BadAudio, Pcm
from vivavoce.ears.offline import speech
from vivavoce.people import (
    Enrolment,
    Hearing,
    Silent,
    TooLoud,
    TooQuiet,
    TooShort,
    TwoVoices,
    enrol,
    heard,
)
from vivavoce.people.alone import likeness, unlike
from vivavoce.people.enrol import SPEECH_STEP, STEP, WINDOW
from vivavoce.people.person import unit

ANNA, BOB = 200.0, 900.0
LOUD = 0.01
CALLS: list[int] = []


def voice(hz: float) -> np.ndarray:
    return unit(np.random.default_rng(round(hz / 100)).normal(size=256))


def say(hz: float, seconds: float, level: float = 0.2) -> Pcm:
    """A vowel: a tone that swells, so that few samples are at its peak."""
    t = np.arange(round(seconds * IN_RATE)) / IN_RATE
    return (level * np.sin(2 * np.pi * hz * t) * (0.2 + 0.8 * np.sin(3 * t) ** 8)).astype(
        np.float32
    )


def hush(seconds: float) -> Pcm:
    return np.zeros(round(seconds * IN_RATE), np.float32)


def _windows(pcm: Pcm) -> np.ndarray:
    CALLS.append(len(pcm))
    found = []
    for at in range(0, max(1, len(pcm) - WINDOW + 1), STEP):
        part = pcm[at : at + WINDOW]
        hz = np.sum(np.diff(np.signbit(part))) / 2 / (len(part) / IN_RATE)
        mix = np.clip((hz - ANNA) / (BOB - ANNA), 0, 1)
        found.append(unit((1 - mix) * voice(ANNA) + mix * voice(BOB)))
    return np.array(found)


def _speech(pcm: Pcm) -> np.ndarray:
    steps = pcm[: len(pcm) // SPEECH_STEP * SPEECH_STEP].reshape(-1, SPEECH_STEP)
    return (np.abs(steps).max(axis=1, initial=0) > 1e-4).astype(np.float32)


HEARING = Hearing(_windows, _speech, lambda _: voice(ANNA))


def learn(*recordings: Pcm) -> Enrolment:
    return enrol(recordings, HEARING)


def test_ten_seconds_of_one_voice_are_that_voice() -> None:
    found = learn(np.concatenate([hush(1), say(ANNA, 10), hush(2)]))
    assert found.vector @ voice(ANNA) > 0.99
    assert found.seconds == pytest.approx(10, abs=0.1)
    assert found.recordings == 1


def test_several_short_recordings_are_added_up() -> None:
    found = learn(say(ANNA, 2), say(ANNA, 2), hush(3), say(ANNA, 2))
    assert found.seconds == pytest.approx(6, abs=0.2)
    assert found.recordings == 3


def test_of_a_long_recording_the_best_thirty_seconds_are_used() -> None:
    CALLS.clear()
    pieces = [np.concatenate([say(ANNA, 5), hush(5)]) for _ in range(20)]
    found = learn(np.concatenate([*pieces, say(ANNA, 60)]))
    assert found.seconds == 30
    assert sum(CALLS) <= 80 * IN_RATE  # not all of it was computed
    assert found.vector @ voice(ANNA) > 0.99


@pytest.mark.parametrize(
    ("recording", "wrong"),
    [
        (say(ANNA, 4), TooShort),
        (np.concatenate([hush(20), say(ANNA, 1)]), TooShort),
        (hush(10), Silent),
        (say(ANNA, 10, 0.002), TooQuiet),
        (np.clip(say(ANNA, 10, 2.0), -1, 1), TooLoud),
        (0.3 * np.clip(say(ANNA, 10, 2.0), -1, 1), TooLoud),
        (np.concatenate([say(ANNA, 6), say(BOB, 6)]), TwoVoices),
        (np.concatenate([say(ANNA, 8), say(BOB, 4), say(ANNA, 6)]), TwoVoices),
        (np.concatenate([np.concatenate([say(ANNA, 0.3), hush(0.7)])] * 20), TooShort),
    ],
    ids=["short", "mostly silent", "silent", "quiet", "clipped", "clipped, then lowered",
         "two", "somebody between", "snatches"],
)  # fmt: skip
def test_what_is_wrong_is_told(recording: Pcm, wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        learn(recording)


def test_two_files_of_two_people_are_two_voices() -> None:
    with pytest.raises(TwoVoices):
        learn(say(ANNA, 6), say(BOB, 6))


def test_each_recording_is_looked_at_not_only_all_of_them_together() -> None:
    clipped = np.clip(say(ANNA, 2, 2.0), -1, 1)
    with pytest.raises(TooLoud):
        learn(0.3 * clipped, *[say(ANNA, 10, 0.9)] * 3)
    with pytest.raises(TooQuiet):
        learn(say(ANNA, 2, 0.002), say(ANNA, 10))


def test_a_blip_too_short_for_a_vector_costs_no_recording() -> None:
    blip = np.full(SPEECH_STEP, 0.5, np.float32)
    assert learn(blip, say(ANNA, 10)).seconds == pytest.approx(10, abs=0.2)


def test_a_person_may_sound_otherwise_in_another_room_but_not_like_another() -> None:
    near = voice(ANNA)
    far = unit(near + 0.9 * voice(BOB))
    assert 0.55 < unlike([np.tile(near, (9, 1)), np.tile(far, (9, 1))]) < 0.9
    assert unlike([np.tile(near, (9, 1)), np.tile(voice(BOB), (9, 1))]) < 0.55
    assert unlike([np.tile(near, (9, 1))]) == 1


def test_a_turn_is_heard_whatever_it_is_like() -> None:
    assert heard(np.concatenate([hush(1), say(ANNA, 0.5)]), HEARING).vector @ voice(ANNA) > 0.9
    assert heard(np.concatenate([say(BOB, 1), hush(9)]), HEARING).seconds == pytest.approx(
        1, abs=0.1
    )
    nobody = heard(hush(3), HEARING)
    assert not nobody.vector.any()
    assert nobody.seconds == 0


def test_no_sound_at_all_is_no_recording() -> None:
    with pytest.raises(BadAudio):
        learn(hush(0))
    with pytest.raises(BadAudio):
        learn(np.zeros((100, 2), np.float32))


@given(st.integers(10, 40), st.integers(10, 20), st.integers(0, 2**32 - 1))
def test_two_voices_fall_apart_whoever_begins(one: int, other: int, seed: int) -> None:
    noise = 0.02 * np.random.default_rng(seed).normal(size=(one + other, 256))
    said = np.concatenate([np.tile(voice(ANNA), (one, 1)), np.tile(voice(BOB), (other, 1))])
    vectors = unit_rows(said + noise)
    assert likeness(vectors) < 0.5
    assert likeness(vectors[::-1]) == pytest.approx(likeness(vectors), abs=1e-4)


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_one_voice_is_like_itself(count: int, seed: int) -> None:
    noise = 0.02 * np.random.default_rng(seed).normal(size=(count, 256))
    assert likeness(unit_rows(voice(ANNA) + noise)) > 0.6


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.real
def test_a_passage_of_one_real_voice_is_learned_and_two_are_not() -> None:
    network = dvector()
    real = Hearing(network.windows, lambda pcm: speech(silero(), pcm), network.embed)
    one, other = (said.pcm for said in clips("passages")[:2])
    assert enrol([one], real).seconds > 5
    half = len(one) // 2
    with pytest.raises(TwoVoices):
        enrol([np.concatenate([one[:half], other[:half]])], real)
    with pytest.raises(TooQuiet):
        enrol([0.002 * one], real)
    with pytest.raises(TooLoud):
        enrol([np.clip(30 * one, -1, 1)], real)
    with pytest.raises(Silent):
        enrol([np.random.default_rng(0).normal(0, 0.003, 160_000).astype(np.float32)], real)
