"""Where a clean recording holds speech: the truth that labels are made of."""

from itertools import pairwise

import numpy as np

from vivavoce.core import IN_FRAME, Pcm
from vivavoce.scenes.scene import Frames

FLOOR_DB = -25.0
"""A frame this far below the loud ones is silence (about 20 dB below the mean of speech)."""
PAUSE_FRAMES = 3
"""Silence of 240 ms or more is a pause; less is a plosive's closure or a breath within speech."""
_LOUD = 95
"""Percentile of the frames' power that counts as loud."""


def active(pcm: Pcm) -> Frames:
    """(f,) speech in each whole frame of a clean recording, without hangover."""
    power = _powers(pcm)
    if not power.any():
        return np.zeros(len(power), np.bool_)
    loud = np.percentile(power[power > 0], _LOUD)
    frames: Frames = power > loud * 10 ** (FLOOR_DB / 10)
    return _bridged(frames)


def _bridged(frames: Frames) -> Frames:
    """(f,) with what is shorter than a pause filled in."""
    spoken = np.flatnonzero(frames)
    for before, after in pairwise(spoken):
        if 1 < after - before <= PAUSE_FRAMES:
            frames[before:after] = True
    return frames


def level(pcm: Pcm) -> float:
    """Root mean square over the active frames; 0 when there is none."""
    power = _powers(pcm)[active(pcm)]
    return float(np.sqrt(power.mean())) if len(power) else 0.0


def _powers(pcm: Pcm) -> np.ndarray:
    """(f,) mean square of each frame."""
    whole = pcm[: len(pcm) // IN_FRAME * IN_FRAME].reshape(-1, IN_FRAME).astype(np.float64)
    return np.asarray(np.mean(np.square(whole), axis=1))
