"""How long we left the user waiting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vivavoce.core import Pcm
from vivavoce.timeline.lines import Line

_AUDIBLE = 0.005
"""Full scale = 1; -46 dB."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Seconds on the conversation's timeline."""

    start: float
    """The end of the user's speech."""
    end: float
    """Our first audible sample."""

    @property
    def ms(self) -> float:
        """The wait in milliseconds; what people leave each other is some 200."""
        return (self.end - self.start) * 1000


def gaps(lines: Sequence[Line], assistant: Pcm, rate: int) -> Iterator[Gap]:
    """One for each of the user's turns that we answered before the next began.

    assistant: (n,) at rate: the sound itself is measured, not what the timeline says of it.
    """
    turns = [line for line in lines if line["kind"] == "turn"]
    for turn, following in pairwise([*turns, None]):
        if not turn or turn["what"] != "ended":
            continue
        first = int(turn["speech_end"] * rate)
        last = int(following["t"] * rate) if following else len(assistant)
        sounding = np.abs(assistant[first:last]) > _AUDIBLE
        if sounding.any():
            yield Gap(turn["speech_end"], (first + int(sounding.argmax())) / rate)
