"""How a room answers: measured impulse responses, and simulated ones by image sources.

Allen and Berkley, "Image method for efficiently simulating small-room acoustics", 1979.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, Pcm

_SOUND_M_S = 343.0
_DIRECT = IN_RATE // 400
"""Samples around the peak that are the direct sound (2.5 ms)."""


@dataclass(frozen=True, slots=True)
class Room:
    """Impulse responses from places in one room to the microphone, the nearest place first.

    Each begins at its direct sound, whose energy is 1, so that labels need no shift."""

    name: str
    responses: tuple[Pcm, ...]
    far: tuple[Pcm, ...]
    """Those from two metres and more."""


def measured_room(name: str, response: Pcm) -> Room:
    """From one recorded response: its place counts as far."""
    cut = _from_direct(response)
    return Room(name, (cut,), (cut,))


def made_room(name: str, rng: np.random.Generator, places: int = 5) -> Room:
    """A shoebox room with one microphone and some places to speak from."""
    size = rng.uniform([3.0, 2.5, 2.3], [9.0, 7.0, 3.5])
    volume, surface = (
        float(np.prod(size)),
        2 * float(size[0] * size[1] + size[1] * size[2] + size[0] * size[2]),
    )
    t60_s = rng.uniform(0.15, 0.7)
    absorbed = min(0.95, 0.161 * volume / (surface * t60_s))  # Sabine
    mic = size * rng.uniform(0.2, 0.8, 3)
    nearest = np.sort(np.concatenate([[rng.uniform(0.3, 0.8)], rng.uniform(0.8, 5.0, places - 1)]))
    at = [_place(size, mic, far_m, rng) for far_m in nearest]
    made = [(float(np.linalg.norm(p - mic)), _images(size, mic, p, absorbed, t60_s)) for p in at]
    far = tuple(r for distance, r in made if distance >= 2)
    return Room(name, tuple(r for _, r in made), far or (made[-1][1],))


def in_room(pcm: Pcm, response: Pcm) -> Pcm:
    """(n,) with the room's answer (m,) of any length; what sounds on after the end is cut."""
    size = 1 << (len(pcm) + len(response) - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(pcm, size) * np.fft.rfft(response, size), size)
    return np.asarray(wet[: len(pcm)], np.float32)


def _place(
    size: NDArray[np.float64], mic: NDArray[np.float64], far_m: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """A point about far_m from the microphone, inside the room."""
    way = rng.standard_normal(3) * [1, 1, 0.3]
    return np.clip(mic + far_m * way / np.linalg.norm(way), 0.2, size - 0.2)


def _images(
    size: NDArray[np.float64],
    mic: NDArray[np.float64],
    source: NDArray[np.float64],
    absorbed: float,
    t60_s: float,
) -> Pcm:
    """The response by image sources, each an impulse weakened by its walls and its way."""
    length_s = min(0.5, t60_s)
    most = np.ceil(length_s * _SOUND_M_S / (2 * size)).astype(int)
    axes, walls = [], []
    for d in range(3):
        n = np.arange(-most[d], most[d] + 1)
        even, odd = 2 * n * size[d] + source[d] - mic[d], 2 * n * size[d] - source[d] - mic[d]
        axes.append(np.concatenate([even, odd]))
        walls.append(np.concatenate([np.abs(2 * n), np.abs(2 * n - 1)]))
    far = np.sqrt(axes[0][:, None, None] ** 2 + axes[1][:, None] ** 2 + axes[2] ** 2)
    hits = walls[0][:, None, None] + walls[1][:, None] + walls[2]
    at = np.rint(far * (IN_RATE / _SOUND_M_S)).astype(int)
    keep = at < length_s * IN_RATE
    gain = np.sqrt(1 - absorbed) ** hits[keep] / np.maximum(far[keep], 0.1)
    sign = 1 - 2 * (at[keep] * 2654435761 % 7 < 3)  # scatters the late images' phase
    sign = np.where(hits[keep] == 0, 1, sign)
    made = np.bincount(at[keep], gain * sign, minlength=int(length_s * IN_RATE))
    return _from_direct(np.asarray(made, np.float32))


def _from_direct(response: Pcm) -> Pcm:
    """From its strongest peak on, the direct sound's energy 1."""
    peak = int(np.argmax(np.abs(response)))
    cut = response[max(0, peak - 8) :]
    direct = np.sqrt(np.sum(np.square(cut[: _DIRECT + 8], dtype=np.float64)))
    return np.asarray(cut / max(float(direct), 1e-9), np.float32)
