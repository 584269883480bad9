"""What microphones, telephones and networks do to sound."""

import numpy as np

from vivavoce.core import IN_RATE, Pcm

_PACKET = IN_RATE // 50
"""20 ms."""


def telephone(pcm: Pcm) -> Pcm:
    """(n,) with what a telephone lets through, 300 to 3400 Hz."""
    return band(pcm, 300, 3400)


def band(pcm: Pcm, low_hz: float, high_hz: float) -> Pcm:
    """(n,) between two corners, 24 dB an octave and more beyond."""
    f = np.fft.rfftfreq(len(pcm), 1 / IN_RATE)
    keep = 1 / (1 + (low_hz / np.maximum(f, 1)) ** 4) / (1 + (f / high_hz) ** 12)
    return np.asarray(np.fft.irfft(np.fft.rfft(pcm) * keep, len(pcm)), np.float32)


def tilt(pcm: Pcm, db_octave: float) -> Pcm:
    """(n,) a microphone that is brighter (> 0) or duller (< 0), unchanged at 1 kHz."""
    f = np.maximum(np.fft.rfftfreq(len(pcm), 1 / IN_RATE), 50)
    shape = (f / 1000) ** (db_octave / 6.02)
    return np.asarray(np.fft.irfft(np.fft.rfft(pcm) * shape, len(pcm)), np.float32)


def lose_packets(pcm: Pcm, share: float, rng: np.random.Generator) -> Pcm:
    """(n,) with a share of its 20 ms packets silent."""
    lost = rng.random(-(-len(pcm) // _PACKET)) < share
    return np.where(np.repeat(lost, _PACKET)[: len(pcm)], np.float32(0), pcm)


def clip(pcm: Pcm, over_db: float) -> Pcm:
    """(n,) driven over_db beyond full scale of its own peak, and brought back."""
    peak = float(np.abs(pcm).max()) * 10 ** (-over_db / 20)
    return np.clip(pcm, -peak, peak) if peak else pcm


def worn(pcm: Pcm, rng: np.random.Generator) -> Pcm:
    """(n,) through a random channel: often a plain one."""
    if rng.random() < 0.4:
        pcm = tilt(pcm, rng.uniform(-3, 3))
    if rng.random() < 0.1:
        pcm = telephone(pcm)
    if rng.random() < 0.1:
        pcm = clip(pcm, rng.uniform(1, 12))
    if rng.random() < 0.1:
        pcm = lose_packets(pcm, rng.uniform(0, 0.03), rng)
    return pcm
