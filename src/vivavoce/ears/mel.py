"""Mel spectrograms in numpy, as librosa computes them (tests/ears/test_dvector.py compares)."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, Pcm

Spectrum = NDArray[np.float32]
"""(t, mels) power, or its logarithm."""


@dataclass(frozen=True, slots=True)
class MelConfig:
    """The form that a network was trained on."""

    fft: int = 512
    """Points of the transform."""
    window: int = 400
    """Samples that it looks at (25 ms), a periodic Hann window in the middle of fft."""
    hop: int = 160
    """Samples from one row to the next (10 ms)."""
    mels: int = 40
    """Bands, on Slaney's scale and of equal area, from 0 to 8000 Hz."""


def mel_power(pcm: Pcm, cfg: MelConfig) -> Spectrum:
    """(n,) at 16 kHz to (1 + n // hop, mels): row i is centred on sample i * hop.

    Zeros stand before the beginning and after the end."""
    padded = np.pad(pcm, cfg.fft // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, cfg.fft)[:: cfg.hop]
    spectrum = np.fft.rfft(windows * _hann(cfg.window, cfg.fft))
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.asarray(power @ _bands(cfg.mels, cfg.fft), np.float32)


@cache
def _hann(window: int, fft: int) -> NDArray[np.float32]:
    """(fft,)"""
    left = (fft - window) // 2
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    return np.pad(hann, (left, fft - window - left)).astype(np.float32)


@cache
def _bands(mels: int, fft: int) -> NDArray[np.float32]:
    """(1 + fft // 2, mels) triangles of equal area."""
    hz = np.linspace(0, IN_RATE / 2, 1 + fft // 2)
    edges = _to_hz(np.linspace(0, _to_mel(IN_RATE / 2), mels + 2))
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    up = (hz[:, None] - low) / (centre - low)
    down = (high - hz[:, None]) / (high - centre)
    triangles = np.maximum(0, np.minimum(up, down))
    return np.asarray(triangles * 2 / (high - low), np.float32)


_KNEE_HZ = 1000.0
"""Slaney's scale (Auditory Toolbox, 1998): linear up to here, 15 mels, then logarithmic."""
_LINEAR_HZ = 200 / 3
_LOG_STEP = np.log(6.4) / 27


def _to_mel(hz: float) -> float:
    if hz < _KNEE_HZ:
        return hz / _LINEAR_HZ
    return float(_KNEE_HZ / _LINEAR_HZ + np.log(hz / _KNEE_HZ) / _LOG_STEP)


def _to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _KNEE_HZ / _LINEAR_HZ
    above = _KNEE_HZ * np.exp(_LOG_STEP * np.maximum(mel - knee, 0))
    return np.where(mel < knee, mel * _LINEAR_HZ, above)
