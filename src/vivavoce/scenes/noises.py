"""Noises made from nothing but a seed: cars, streets, kitchens, fans, hiss, hum, music."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, Pcm

SECONDS = 20
_N = SECONDS * IN_RATE
_T = np.arange(_N) / IN_RATE
Signal = NDArray[np.float64]


def coloured(
    rng: np.random.Generator, slope_db: float, low_hz: float = 20, high_hz: float = 8000
) -> Signal:
    """(n,) noise that falls by slope_db an octave between two corners, of unit deviation."""
    f = np.fft.rfftfreq(_N, 1 / IN_RATE)
    shape = np.maximum(f, 20.0) ** (-slope_db / 6.02)
    shape *= 1 / (1 + (low_hz / np.maximum(f, 1)) ** 4) / (1 + (f / high_hz) ** 8)
    phases = np.exp(2j * np.pi * rng.random(len(f)))
    made = np.fft.irfft(shape * phases * rng.rayleigh(1.0, len(f)), _N)
    return np.asarray(made / made.std())


def swell(rng: np.random.Generator, rate_hz: float, depth_db: float) -> Signal:
    """(n,) a slowly changing gain around 1."""
    points = max(4, int(SECONDS * rate_hz))
    gains = rng.normal(0, depth_db / 2, points)
    return 10 ** (np.interp(_T, np.linspace(0, SECONDS, points), gains) / 20)


def car(rng: np.random.Generator) -> Pcm:
    """Inside a car: rolling noise, an engine with its harmonics."""
    turns_hz = rng.uniform(20, 60) * swell(rng, 0.2, 2)
    phase = 2 * np.pi * np.cumsum(turns_hz) / IN_RATE
    engine = sum(np.sin(k * phase + rng.uniform(0, 6)) / k for k in range(1, 9))
    rolling = coloured(rng, rng.uniform(5, 9), 30, 2000) * swell(rng, 0.5, 4)
    return _unit(rolling + rng.uniform(0.1, 0.6) * engine + 0.03 * coloured(rng, 0, 200))


def street(rng: np.random.Generator) -> Pcm:
    """A street: a hum of traffic, cars that pass, now and then a horn."""
    made = coloured(rng, rng.uniform(3, 6), 40, 5000) * swell(rng, 0.4, 6)
    for _ in range(rng.integers(2, 6)):
        pass_by = np.exp(-((_T - rng.uniform(0, SECONDS)) ** 2) / (2 * rng.uniform(0.5, 2) ** 2))
        made += rng.uniform(1, 3) * pass_by * coloured(rng, 3, 80, 6000)
    for _ in range(rng.integers(0, 3)):
        made += (
            1.5
            * _burst(rng, 0.6)
            * sum(np.sin(2 * np.pi * f * _T) for f in rng.uniform(300, 600, 2))
        )
    return _unit(made)


def kitchen(rng: np.random.Generator) -> Pcm:
    """A kitchen: a fan or running water, dishes that clink."""
    made = coloured(rng, rng.uniform(0, 4), 100, 7000) * swell(rng, 1, 3) * rng.uniform(0.2, 1)
    for _ in range(rng.integers(10, 50)):
        start = int(rng.integers(_N - IN_RATE))
        t = _T[: IN_RATE // 3]
        tones = rng.uniform(900, 6000, 4)
        ring = sum(np.sin(2 * np.pi * f * t) * np.exp(-t * rng.uniform(15, 80)) for f in tones)
        made[start : start + len(t)] += rng.uniform(0.3, 2.5) * ring
    return _unit(made)


def fan(rng: np.random.Generator) -> Pcm:
    """A steady machine: coloured noise and a hum."""
    hum_hz = rng.choice([50.0, 60.0]) * rng.integers(1, 5)
    hum = sum(np.sin(2 * np.pi * k * hum_hz * _T + rng.uniform(0, 6)) / k for k in range(1, 6))
    return _unit(coloured(rng, rng.uniform(-1, 7)) + rng.uniform(0, 0.7) * hum)


def taps(rng: np.random.Generator) -> Pcm:
    """Keys, knocks, steps: bursts of noise over little else."""
    made = 0.1 * coloured(rng, 3)
    colours = [coloured(rng, slope_db) for slope_db in rng.uniform(0, 6, 3)]
    for _ in range(rng.integers(20, 120)):
        length = int(rng.uniform(0.005, 0.08) * IN_RATE)
        start = int(rng.integers(_N - length))
        hit = colours[rng.integers(3)][start : start + length]
        made[start : start + length] += rng.uniform(0.5, 3) * hit
    return _unit(made)


def music(rng: np.random.Generator) -> Pcm:
    """Chords of decaying harmonics over a beat."""
    made = np.zeros(_N)
    beat = int(IN_RATE * rng.uniform(0.25, 0.6))
    scale = rng.uniform(100, 240) * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
    for start in range(0, _N - beat, beat):
        t = _T[: min(4 * beat, _N - start)]
        for f in rng.choice(scale, rng.integers(1, 4)):
            note = sum(np.sin(2 * np.pi * k * f * t) / k**1.3 for k in range(1, 7))
            made[start : start + len(t)] += note * np.exp(-t * rng.uniform(1, 5))
        thud = _T[: beat // 2]
        made[start : start + len(thud)] += 2 * np.sin(2 * np.pi * 60 * thud) * np.exp(-20 * thud)
    return _unit(made)


MADE: Mapping[str, Callable[[np.random.Generator], Pcm]] = {
    "car": car,
    "street": street,
    "kitchen": kitchen,
    "fan": fan,
    "taps": taps,
    "music": music,
}
"""Kind → how a noise of it is made from a seed."""


def _burst(rng: np.random.Generator, length_s: float) -> Signal:
    """(n,) a gate that is open once, at a random time."""
    start = rng.uniform(0, SECONDS - length_s)
    return np.asarray((start <= _T) & (start + length_s > _T), np.float64)


def _unit(made: Signal) -> Pcm:
    return np.asarray(made / (made.std() + 1e-9) * 0.05, np.float32)
