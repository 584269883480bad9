"""The voice network and what it reads."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clips import clips
from tests.weights_here import dvector
from vivavoce.core import BadAudio, WeightsMissing
from vivavoce.ears.dvector import MEL, DVector, mean, unit
from vivavoce.ears.mel import MelConfig, mel_power


@pytest.mark.parametrize("cfg", [MEL, MelConfig(fft=400, window=400, hop=160, mels=80)])
@pytest.mark.parametrize("n", [512, 7_777, 16_000])
def test_the_mel_spectrum_is_librosas(cfg: MelConfig, n: int) -> None:
    librosa = pytest.importorskip("librosa")
    pcm = np.random.default_rng(n).normal(0, 0.1, n).astype(np.float32)
    theirs = librosa.feature.melspectrogram(
        y=pcm, sr=16_000, n_fft=cfg.fft, win_length=cfg.window, hop_length=cfg.hop, n_mels=cfg.mels
    )
    ours = mel_power(pcm, cfg)
    assert ours.shape == theirs.T.shape
    np.testing.assert_allclose(ours, theirs.T, rtol=1e-3, atol=1e-6)


def test_a_tone_is_loudest_in_the_band_of_its_pitch() -> None:
    seconds = np.arange(16_000) / 16_000
    low, high = (
        mel_power(np.sin(2 * np.pi * hz * seconds).astype(np.float32), MEL)[50].argmax()
        for hz in (300, 3000)
    )
    assert low < 10 < 25 < high


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_the_mean_of_vectors_has_length_one(count: int, seed: int) -> None:
    vectors = unit(np.random.default_rng(seed).normal(size=(count, 256)).astype(np.float32))
    assert np.linalg.norm(mean(vectors)) == pytest.approx(1, abs=1e-5)


def test_a_broken_network_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    with pytest.raises(WeightsMissing, match="vivavoce weights verify ge2e-dvector"):
        DVector(tmp_path / "broken.onnx")


@pytest.mark.real
def test_two_sayings_of_one_voice_are_nearer_than_two_voices() -> None:
    passages = clips("passages")
    assert len(passages) >= 2
    half = [len(said.pcm) // 2 for said in passages]
    first = [dvector().embed(said.pcm[:at]) for said, at in zip(passages, half, strict=True)]
    rest = [dvector().embed(said.pcm[at:]) for said, at in zip(passages, half, strict=True)]
    near = np.array(first) @ np.array(rest).T
    assert (near.argmax(axis=0) == np.arange(len(passages))).all()


@pytest.mark.real
def test_loudness_says_little_of_the_voice() -> None:
    said = clips("questions")[0].pcm
    assert dvector().embed(said) @ dvector().embed(0.3 * said) > 0.9


@pytest.mark.real
def test_short_sounds_have_a_voice_and_none_has_not() -> None:
    said = clips("questions")[0]
    begins = int(said.start_s * 16_000)
    short = dvector().embed(said.pcm[begins : begins + 4000])
    assert short.shape == (256,)
    assert np.linalg.norm(short) == pytest.approx(1, abs=1e-5)
    with pytest.raises(BadAudio):
        dvector().embed(said.pcm[:0])
