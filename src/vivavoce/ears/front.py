"""The front end of the presence network: mel power at a level of its own.

Windows and bands are those of Resemblyzer's encoder (librosa's defaults: 25 ms Hann windows every
10 ms, 40 bands on Slaney's scale, linear power), but no window looks past its frame, and a causal
gain takes the place of its loudness normalisation: the microphone's gain says nothing.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import FRAME_S, IN_FRAME, IN_RATE, Pcm

HOP = IN_RATE // 100
"""Samples between two windows (10 ms)."""
WINDOW = 400
"""Samples of a window (25 ms)."""
HOPS = IN_FRAME // HOP
"""Windows that end within one frame."""
BANDS = 40
KEEP = WINDOW - HOP
"""Samples of the past that the next frame's first window needs."""
LOUD_DB = -24.0
"""Where the running level is brought to."""
_LOUD = 10 ** (LOUD_DB / 10)
_SILENT = 1e-9
"""Mean square below which nothing is made louder (-90 dB)."""
_RISE = 0.5
"""Share of a louder frame that the level takes on at once."""
_FALL = 1 - float(np.exp(-FRAME_S / 12.0))
"""The level falls in about 12 s: a pause is not filled with amplified noise."""

Mel = NDArray[np.float32]
"""(…, 40) linear power."""


def filterbank() -> NDArray[np.float32]:
    """(201, 40) triangles on Slaney's mel scale, each of unit area (as librosa.filters.mel)."""
    edges = _hertz(np.linspace(_mels(0.0), _mels(IN_RATE / 2), BANDS + 2))
    f = np.linspace(0, IN_RATE / 2, WINDOW // 2 + 1)[:, None]
    rise = (f - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - f) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rise, fall)) * 2 / (edges[2:] - edges[:-2])
    return triangles.astype(np.float32)


@dataclass(slots=True)
class FrontState:
    """What one conversation carries from frame to frame."""

    past: Pcm = field(default_factory=lambda: np.zeros(KEEP, np.float32))
    level: float = _SILENT
    """Running mean square of what is loud."""


def hear(pcm: Pcm, state: FrontState) -> Mel:
    """(8, 40) of one frame (1280,), at a level of LOUD_DB; numbers that are none are silence."""
    pcm = np.clip(np.nan_to_num(pcm, nan=0.0, posinf=0.0, neginf=0.0), -8, 8)
    mel = power(np.concatenate([state.past, pcm]))
    state.past = pcm[-KEEP:]
    state.level = levelled(state.level, float(np.mean(np.square(pcm, dtype=np.float64))))
    return mel * np.float32(_LOUD / state.level)


def hear_all(pcm: Pcm) -> Mel:
    """(f * 8, 40) of a whole recording (f * 1280,): what `hear` gives frame by frame."""
    whole = len(pcm) // IN_FRAME * IN_FRAME
    mel = power(np.concatenate([np.zeros(KEEP, np.float32), pcm[:whole]]))
    powers = np.mean(np.square(pcm[:whole].reshape(-1, IN_FRAME), dtype=np.float64), axis=1)
    gains, level = np.empty(len(powers), np.float32), _SILENT
    for at, now in enumerate(powers):
        level = levelled(level, float(now))
        gains[at] = _LOUD / level
    return mel * np.repeat(gains, HOPS)[:, None]


def power(pcm: Pcm) -> Mel:
    """(h, 40) of the windows within pcm (240 + h * 160,)."""
    windows = np.lib.stride_tricks.sliding_window_view(pcm, WINDOW)[::HOP]
    spectrum = np.fft.rfft(windows * _HANN)
    squares = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.asarray(squares, np.float32) @ _FILTERS


def levelled(level: float, now: float) -> float:
    """The running level after a frame of mean square `now`: quick to rise, slow to fall."""
    share = _RISE if now > level else _FALL
    return max(_SILENT, level + share * (now - level))


def _mels(hz: float) -> float:
    """Slaney's scale: linear to 1 kHz, then 27 steps an octave-and-a-half (ln 6.4)."""
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * float(np.log(hz / 1000)) / float(np.log(6.4))


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))


_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
_FILTERS = filterbank()
