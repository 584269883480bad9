import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.audio.resample import Framer, Resampler
from vivavoce.core import BadAudio

RATES = st.sampled_from([8000, 11025, 16000, 22050, 24000, 44100, 48000])
CUTS = st.lists(st.integers(0, 3000), min_size=1, max_size=12)
LIVE = [(24000, 16000), (8000, 16000), (48000, 16000), (24000, 8000), (16000, 24000)]


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(7).uniform(-0.5, 0.5, n).astype(np.float32)


def tone(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def cut(pcm: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    return np.split(pcm, np.cumsum(sizes)[:-1])


def whole(src: int, dst: int, packets: list[np.ndarray]) -> np.ndarray:
    resampler = Resampler(src, dst)
    return np.concatenate([*map(resampler.push, packets), resampler.flush()])


@given(RATES, RATES, CUTS)
@settings(deadline=None)
def test_how_a_stream_is_cut_changes_nothing(src, dst, sizes):
    pcm = noise(sum(sizes))
    out = whole(src, dst, cut(pcm, sizes))
    assert len(out) == round(len(pcm) * dst / src)
    assert np.array_equal(out, whole(src, dst, [pcm]))


@pytest.mark.parametrize(("src", "dst"), LIVE)
def test_a_live_stream_is_at_most_two_milliseconds_late(src, dst):
    resampler, given_s = Resampler(src, dst), 0.0
    for frame in range(1, 51):
        given_s += len(resampler.push(np.zeros(src // 50, np.float32))) / dst
        assert frame / 50 - given_s < 0.0021


@pytest.mark.parametrize(("src", "dst"), LIVE)
def test_a_tone_keeps_its_loudness_and_its_place(src, dst):
    ours, ideal = whole(src, dst, [tone(1000, src)]), tone(1000, dst)
    assert np.max(np.abs(ours - ideal)[200:-200]) < 0.003


def test_what_the_new_rate_can_not_hold_is_gone():
    out = whole(24000, 16000, [tone(10_400, 24000)])
    assert 20 * np.log10(np.sqrt(2 * np.mean(out[200:-200] ** 2))) < -90


def test_equal_rates_pass_untouched():
    pcm = noise(1000)
    assert np.array_equal(whole(16000, 16000, [pcm]), pcm)


def test_a_second_stream_through_the_same_resampler_knows_nothing_of_the_first():
    resampler = Resampler(24000, 16000)
    resampler.push(noise(5000))
    resampler.flush()
    second = np.concatenate([resampler.push(tone(300, 24000)), resampler.flush()])
    assert np.array_equal(second, whole(24000, 16000, [tone(300, 24000)]))


@pytest.mark.parametrize("rate", [0, -8000, 10**9])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(BadAudio, match=str(rate)):
        Resampler(rate, 16000)


@given(st.integers(1, 2000), CUTS)
def test_frames_lose_nothing_and_invent_nothing(frame, sizes):
    pcm, framer = noise(sum(sizes)), Framer(frame)
    frames = [f for packet in cut(pcm, sizes) for f in framer.push(packet)]
    assert all(f.shape == (frame,) for f in frames)
    rest = framer.flush()
    assert len(rest) < frame
    assert np.array_equal(np.concatenate([*frames, rest]), pcm)
    assert not len(framer.flush())
