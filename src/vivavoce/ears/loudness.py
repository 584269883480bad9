"""How loud the owner is in this conversation: while others speak too, who is much quieter is rather
one of them. Loudness alone never makes anybody the owner."""

import numpy as np

from vivavoce.core import Pcm

SURE, SPEAKS = 0.75, 0.8
"""Frames are learned from in which the owner and any voice are at least so probable."""
FALLS, RISES = 0.05, 0.15
"""Share of the way that the level goes towards a quieter, a louder frame of the owner's."""
PEAK_FRAMES = 4
MARGIN_DB, SLOPE_DB, MOST = 2.0, 3.0, 3.0
"""So much quieter says nothing; each further so many dB take 1 from the logit, MOST at most."""


class OwnersLevel:
    """One conversation's; in dB over full scale."""

    def __init__(self) -> None:
        self._peaks: list[float] = []
        self._level: float | None = None

    def weigh(self, pcm: Pcm, owner: float, other: float, speech: float) -> float:
        """The owner's probability in this frame (n,) in the light of its level."""
        frame = 10 * float(np.log10(np.mean(pcm**2) + 1e-10))
        self._peaks = [*self._peaks[-PEAK_FRAMES + 1 :], frame]
        peak, level = max(self._peaks), self._level
        if owner > SURE and speech > SPEAKS:
            way = 1.0 if level is None else FALLS if peak < level else RISES
            self._level = peak if level is None else level + way * (peak - level)
        if level is None:
            return owner
        quieter = min(MOST, max(0.0, (level - MARGIN_DB - peak) / SLOPE_DB))
        odds = owner / (1 - owner + 1e-6) * float(np.exp(-quieter * other))
        return odds / (1 + odds)
