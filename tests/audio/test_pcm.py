import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vivavoce.audio.pcm import clean, from_int16, to_int16
from vivavoce.core import BadAudio


@given(st.binary(max_size=400).filter(lambda data: len(data) % 2 == 0))
def test_sixteen_bits_survive_being_floats(data: bytes):
    assert to_int16(from_int16(data)) == data


def test_too_loud_is_clipped_and_does_not_wrap_round():
    assert to_int16(np.array([1.5, -1.5, 1.0], np.float32)) == b"\xff\x7f\x00\x80\xff\x7f"


def test_half_a_sample_is_refused():
    with pytest.raises(BadAudio, match="3 bytes"):
        from_int16(b"abc")


@given(arrays(np.float32, st.integers(0, 50)))
def test_cleaned_samples_are_numbers_within_full_scale(pcm):
    cleaned, strange = clean(pcm)
    assert strange == np.sum(~np.isfinite(pcm))
    assert np.all(np.abs(cleaned) <= 1)
    sound = np.isfinite(pcm) & (np.abs(pcm) <= 1)
    assert np.array_equal(cleaned[sound], pcm[sound])
    assert not np.any(cleaned[~np.isfinite(pcm)])
