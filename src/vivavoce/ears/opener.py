"""That the voice which opened the talk speaks, where nobody is enrolled.

The network knows such a voice from a few seconds of it at best: its probability is too cautious,
and until somebody else was heard, whoever speaks is most likely the one who opened. Fitted on
readers of the dev split, in quiet, noise, turns, over one talker and in a café.
"""

import numpy as np

SLOPE, BIAS = 1.44, 0.6
"""Of the network's logit, given that somebody speaks."""
ALONE = 2.0
"""Added while nobody but the opener was heard."""
ANOTHER_SHARE = 0.25
"""Of the owner in owner + other: below it is another's frame…"""
SPEAKS = 0.6
"""…if anybody speaks at least so probably."""
CONVINCED_FRAMES, FORGOTTEN_FRAMES = 12, 750
"""Frames of another's until that is certain (1 s), and of the owner's until it no longer counts."""
_LEAST = 0.01


class Opener:
    """One conversation's."""

    def __init__(self) -> None:
        self._company = 0.0

    def weigh(self, owner: float, other: float, speech: float) -> float:
        """That the opener speaks in this frame. speech: that anybody does who is not our echo;
        owner, other: the network's, times √speech."""
        raw = min(1 - _LEAST, max(_LEAST, owner / max(speech, 0.05) ** 0.5))
        logit = float(np.log(raw / (1 - raw)))
        weighed = 1 / (1 + np.exp(-(SLOPE * logit + BIAS + ALONE * (1 - self._company))))
        if speech > SPEAKS:
            another = owner < ANOTHER_SHARE * (owner + other)
            step = 1 / CONVINCED_FRAMES if another else -1 / FORGOTTEN_FRAMES
            self._company = min(1.0, max(0.0, self._company + step))
        return float(speech * weighed)
