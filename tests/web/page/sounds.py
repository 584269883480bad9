"""A sound that can be known again where it arrives."""

import numpy as np
from numpy.typing import NDArray

from tests.web.page.server import RATE


def voice_like(seconds: float, rate: int, seed: int = 7) -> NDArray[np.float32]:
    """A sweep with syllables: like no shifted copy of itself, in the band of speech."""
    t = np.arange(int(seconds * rate)) / rate
    beats = np.random.default_rng(seed).uniform(0.2, 1, int(seconds * 5) + 2)
    loud = np.interp(t, np.arange(len(beats)) / 5, beats)
    phase = 2 * np.pi * (200 * t + (2500 - 200) / (2 * seconds) * t**2)
    return (0.4 * loud * np.sin(phase)).astype(np.float32)


def likeness(heard: NDArray[np.float32], said: NDArray[np.float32]) -> tuple[float, int]:
    """Highest normalised correlation of `said` within `heard`, and the sample where it lies."""
    size = 1 << (len(heard) + len(said)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    last = len(heard) - len(said) + 1
    energy = np.cumsum(np.concatenate([[0.0], heard.astype(np.float64) ** 2]))
    there = energy[len(said) :][:last] - energy[:last]
    scores = cross[:last] / np.sqrt(np.sum(said**2) * np.maximum(there, 1e-9))
    return float(scores.max()), int(scores.argmax())


def likeness_of_pieces(heard: NDArray[np.float32], said: NDArray[np.float32]) -> float:
    """The worst but one of pieces of a quarter of a second: a busy machine makes the browser's
    false microphone skip now and then, which is none of ours."""
    pieces = np.split(said, len(said) // (RATE // 4))
    return sorted(likeness(heard, piece)[0] for piece in pieces)[1]
