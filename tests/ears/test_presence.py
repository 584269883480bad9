"""The presence network at run time, on its own weights."""

from functools import cache

import numpy as np
import pytest

from vivavoce.core import IN_FRAME, IN_RATE, Pcm, WeightsMissing
from vivavoce.ears import front
from vivavoce.ears.presence import NOBODY, Presence, PresenceState

FRAMES = 60
ROUNDING = 0.02
"""Weights and inputs of 8 bits: the same sound a little louder rounds otherwise."""


@cache
def network() -> Presence:
    return Presence()


def sound(seed: int = 0, frames: int = FRAMES) -> Pcm:
    """Bursts of coloured noise: loud and quiet frames."""
    rng = np.random.default_rng(seed)
    noise = np.cumsum(rng.normal(size=frames * IN_FRAME)) * 0.002
    noise -= np.convolve(noise, np.ones(200) / 200, "same")
    return np.asarray(noise * np.repeat(rng.uniform(0.2, 2, frames), IN_FRAME), np.float32)


def voices(count: int) -> np.ndarray:
    rows = np.random.default_rng(1).random((count, 256)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def heard(pcm: Pcm, who: np.ndarray) -> np.ndarray:
    """(f, p, 2)"""
    state = PresenceState()
    frames = pcm.reshape(-1, IN_FRAME)
    return np.stack([network().hear(frame, state, who) for frame in frames])


def test_frame_by_frame_the_front_end_gives_what_it_gives_at_once() -> None:
    pcm, state = sound(), front.FrontState()
    streamed = np.concatenate([front.hear(f, state) for f in pcm.reshape(-1, IN_FRAME)])
    whole = front.hear_all(pcm)
    np.testing.assert_allclose(streamed, whole, rtol=1e-4, atol=1e-4 * whole.max())


def test_the_filterbank_covers_every_frequency_from_low_to_high_once() -> None:
    bank = front.filterbank()
    assert bank.shape == (201, 40)
    peaks = bank.argmax(0)
    assert (np.diff(peaks) > 0).all()
    assert (bank[1:200].sum(1) > 0).all()


@pytest.mark.parametrize("db", [-15, -6, 12])
def test_the_gain_of_the_microphone_says_nothing(db: float) -> None:
    pcm, who = sound() * np.float32(0.1), voices(1)
    louder = pcm * np.float32(10 ** (db / 20))
    mel = front.hear_all(pcm)
    np.testing.assert_allclose(front.hear_all(louder), mel, rtol=0.03, atol=1e-4 * mel.max())
    assert np.abs(heard(louder, who) - heard(pcm, who)).mean() < ROUNDING


def test_what_comes_later_changes_nothing_earlier() -> None:
    pcm, who = sound(), voices(2)
    changed = pcm.copy()
    changed[40 * IN_FRAME :] = sound(9)[40 * IN_FRAME :]
    before, after = heard(pcm, who), heard(changed, who)
    np.testing.assert_array_equal(before[:40], after[:40])
    assert np.abs(before[40:] - after[40:]).max() > 1e-4


def test_each_person_is_heard_as_if_alone() -> None:
    pcm, who = sound(), voices(3)
    together = heard(pcm, who)
    for at in range(3):
        assert np.abs(together[:, [at]] - heard(pcm, who[[at]])).mean() < ROUNDING


def test_a_person_who_joins_does_not_make_us_forget_the_first() -> None:
    pcm, who = sound().reshape(-1, IN_FRAME), voices(2)
    alone, joined = PresenceState(), PresenceState()
    for at, frame in enumerate(pcm):
        expected = network().hear(frame, alone, who[:1])
        got = network().hear(frame, joined, who if at > 30 else who[:1])
        np.testing.assert_allclose(got[0], expected[0], atol=5 * ROUNDING)


def test_silence_and_numbers_that_are_none_give_probabilities() -> None:
    silence = heard(np.zeros(FRAMES * IN_FRAME, np.float32), voices(1))
    assert silence.max() < 0.5
    broken = sound()
    broken[::7] = np.nan
    broken[3] = np.inf
    scores = heard(broken, voices(1))
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    assert (scores <= 1).all()


def test_with_nobody_known_there_is_one_answer_all_the_same() -> None:
    pcm = sound()
    np.testing.assert_array_equal(heard(pcm, voices(0)), heard(pcm, NOBODY))
    assert heard(pcm, NOBODY).shape == (FRAMES, 1, 2)


def test_a_voice_has_length_one_and_silence_is_nobodys() -> None:
    voice = network().embed(sound())
    assert np.linalg.norm(voice) == pytest.approx(1, abs=1e-3)
    assert not network().embed(np.zeros(IN_RATE, np.float32)).any()
    assert np.isfinite(network().embed(sound(frames=3)[:-100])).all()


def test_a_missing_network_says_what_to_do(tmp_path) -> None:
    with pytest.raises(WeightsMissing, match="install vivavoce again"):
        Presence(tmp_path)


def test_the_networks_are_small() -> None:
    from importlib.resources import files

    data = files("vivavoce.ears") / "data"
    sizes = [len((data / name).read_bytes()) for name in ("presence.onnx", "voice.onnx")]
    assert sum(sizes) < 8e6
