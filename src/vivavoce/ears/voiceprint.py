"""From the mel of a recording to the windows of speech that its voice vector is the mean of."""

import numpy as np

from vivavoce.ears.front import BANDS, HOPS, Mel

SPAN = 160
"""Hops of a window: the 1.6 s that the encoder was trained on."""
_STEP = 80
_QUIET = 1e-3
"""Frames this much weaker than the loud ones hold no speech (-30 dB)."""


def windows(mel: Mel) -> Mel:
    """(w, 160, 40) half-overlapping windows of mel (h, 40) without its quiet frames; a recording
    that is shorter than a window is repeated."""
    frames = mel[: len(mel) // HOPS * HOPS].reshape(-1, HOPS * BANDS)
    power = frames.sum(1)
    if not power.any():
        return np.zeros((1, SPAN, BANDS), np.float32)
    loud = frames[power > _QUIET * np.percentile(power, 95)].reshape(-1, BANDS)
    if len(loud) < SPAN:
        loud = np.resize(loud, (SPAN, BANDS))
    starts = range(0, len(loud) - SPAN + 1, _STEP)
    return np.stack([loud[at : at + SPAN] for at in starts])
