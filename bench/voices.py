"""Readers, noises and rooms for the benchmarks about voices: from the folder VIVAVOCE_DATA.

Whoever and whatever is for test is kept apart by vivavoce.scenes.split_of.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.audio.files import read
from vivavoce.core import IN_RATE, ConfigError, Pcm
from vivavoce.scenes import Split, split_of

Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reader:
    """One person of LibriSpeech, one utterance."""

    name: str
    pcm: Pcm


def data() -> Path:
    """The folder with speech, noise and rooms."""
    if root := os.environ.get("VIVAVOCE_DATA"):
        return Path(root)
    raise ConfigError("VIVAVOCE_DATA must name the folder with speech/librispeech, noise and rooms")


@cache
def readers(split: Split) -> tuple[Reader, ...]:
    """All of one part, by number."""
    paths = sorted((data() / "speech" / "librispeech").glob("*.flac"))
    named = [(path.name.split("-")[0], path) for path in paths]
    return tuple(Reader(n, read(p, IN_RATE)) for n, p in named if split_of(n) is split)


@cache
def _sounds(folder: str, split: Split) -> tuple[Pcm, ...]:
    paths = sorted((data() / folder).glob("*.wav"))
    return tuple(read(path, IN_RATE) for path in paths if split_of(path.name) is split)


def noisy(pcm: Pcm, split: Split, rng: np.random.Generator, snr_db: float) -> Pcm:
    """pcm (n,) with babble of six readers, a recorded noise, or a coloured one, by chance."""
    noise = _NOISES[int(rng.integers(len(_NOISES)))](len(pcm), split, rng)
    gain = np.sqrt(np.mean(np.square(pcm)) / (np.mean(np.square(noise)) + 1e-12))
    return np.asarray(pcm + noise * gain * 10 ** (-snr_db / 20), np.float32)


def far(pcm: Pcm, split: Split, rng: np.random.Generator) -> Pcm:
    """pcm (n,) in a room, by another microphone, with some noise (8-25 dB)."""
    impulse = _room(rng)
    recorded = _sounds("rooms", split)
    if recorded and rng.random() < 0.4:
        impulse = recorded[rng.integers(len(recorded))].astype(np.float64)
    size = 1 << (len(pcm) + len(impulse)).bit_length()
    spectrum = np.fft.rfft(pcm, size) * np.fft.rfft(impulse, size) * _microphone(size, rng)
    there = np.fft.irfft(spectrum, size)[: len(pcm)]
    there *= np.sqrt(np.mean(np.square(pcm)) / np.mean(np.square(there)))
    return noisy(there.astype(np.float32), split, rng, rng.uniform(8, 25))


def _room(rng: np.random.Generator) -> Sound:
    """The wall's answer dies away in 0.15-0.6 s; the direct sound is as loud or up to 10 dB
    louder."""
    seconds = rng.uniform(0.15, 0.6)
    t = np.arange(int(seconds * IN_RATE)) / IN_RATE
    tail = rng.standard_normal(len(t)) * 10 ** (-3 * t / seconds)
    tail *= 10 ** (rng.uniform(-10, 0) / 20) / np.sqrt(np.sum(np.square(tail)))
    tail[0] += 1
    return np.asarray(tail)


def _microphone(size: int, rng: np.random.Generator) -> Sound:
    """(1 + size // 2,): up to 5 dB more or less in each of six bands."""
    hz = np.fft.rfftfreq(size, 1 / IN_RATE)
    knots = np.log([1, 200, 600, 1500, 3500, 8000])
    return np.asarray(10 ** (np.interp(np.log(hz + 1), knots, rng.uniform(-5, 5, 6)) / 20))


def _babble(n: int, split: Split, rng: np.random.Generator) -> Sound:
    there = readers(split)
    out = np.zeros(n)
    for i in rng.choice(len(there), 6, replace=False):
        said = np.roll(np.resize(there[i].pcm, n), rng.integers(n))
        out += said / np.sqrt(np.mean(np.square(said)))
    return out


def _recorded(n: int, split: Split, rng: np.random.Generator) -> Sound:
    there = _sounds("noise", Split.TEST if split is Split.TEST else Split.TRAIN)
    noise = np.roll(np.resize(there[rng.integers(len(there))], n), rng.integers(n))
    return noise.astype(np.float64)


def _coloured(n: int, split: Split, rng: np.random.Generator) -> Sound:
    del split
    spectrum = np.fft.rfft(rng.standard_normal(n))
    falling = np.maximum(1, np.arange(len(spectrum))) ** rng.uniform(0, 1)
    return np.fft.irfft(spectrum / falling, n)


_NOISES: Sequence[Callable[[int, Split, np.random.Generator], Sound]] = (
    _babble,
    _recorded,
    _coloured,
)

CONDITIONS: dict[str, Callable[[Pcm, Split, np.random.Generator], Pcm]] = {
    "clean": lambda pcm, split, rng: pcm,  # noqa: ARG005
    "noise at 10 dB": lambda pcm, split, rng: noisy(pcm, split, rng, 10),
    "far, noise 8-25 dB": far,
}
"""How a piece of speech reaches the microphone."""
