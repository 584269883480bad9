"""Sounds that are not speech: a cough and a door, shaped from noise with a fixed seed."""

import numpy as np
from numpy.typing import NDArray

RATE = 16_000


def cough(seed: int = 7) -> NDArray[np.float32]:
    """Two coughs, (n,) at 16 kHz: a burst as the glottis opens, noisy flow, a short voiced end."""
    draw = np.random.default_rng(seed)
    gap = np.zeros(int(0.16 * RATE), np.float32)
    return np.concatenate([_one_cough(draw, 1.0), gap, _one_cough(draw, 0.7)])


def door(seed: int = 11) -> NDArray[np.float32]:
    """A slammed door, (n,) at 16 kHz: a click, a thud whose modes die away, a rattle after it."""
    draw = np.random.default_rng(seed)
    t = np.arange(int(0.7 * RATE)) / RATE
    modes = [(52, 0.9, 9), (83, 0.8, 11), (131, 0.5, 14), (210, 0.3, 20), (340, 0.18, 28)]
    thud = sum(a * np.sin(2 * np.pi * f * t) * np.exp(-d * t) for f, a, d in modes)
    click = draw.standard_normal(t.size) * np.exp(-90 * t)
    rattle = draw.standard_normal(t.size) * np.exp(-14 * t) * (np.sin(2 * np.pi * 23 * t) > 0.6)
    return _peak(thud + 0.8 * click + 0.08 * rattle, 0.6)


def _one_cough(draw: np.random.Generator, loudness: float) -> NDArray[np.float32]:
    t = np.arange(int(0.32 * RATE)) / RATE
    burst = np.exp(-t / 0.018)
    flow = 0.35 * np.clip(t / 0.03, 0, 1) * np.exp(-np.clip(t - 0.05, 0, None) / 0.07)
    breath = draw.standard_normal(t.size)
    formants = [(550, 180, 1.0), (1500, 260, 0.9), (2600, 400, 0.6)]
    throat = sum(gain * _resonate(breath, f, width) for f, width, gain in formants)
    pitch = 150 - 160 * t
    folds = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / RATE))
    voice = folds * np.exp(-(((t - 0.22) / 0.05) ** 2))
    voiced = 0.25 * _resonate(voice, 500, 120)
    return _peak((burst + flow) * throat + voiced, 0.5 * loudness)


def _resonate(x: NDArray[np.float64], f: float, width: float) -> NDArray[np.float64]:
    """One formant: a resonance at f Hz, width Hz wide, of unit peak."""
    spectrum = np.fft.rfft(x)
    at = np.fft.rfftfreq(x.size, 1 / RATE)
    return np.asarray(np.fft.irfft(spectrum / (1 + ((at - f) / (width / 2)) ** 2) ** 0.5, x.size))


def _peak(x: NDArray[np.float64], peak: float) -> NDArray[np.float32]:
    return np.asarray(x * (peak / np.abs(x).max()), np.float32)
