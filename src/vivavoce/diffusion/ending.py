"""Where a text ends, and how much of it stands on the way: stop strings, and gaps. Pure but for
what it asks about the suffix."""

import math
from collections.abc import Callable, Sequence

from vivavoce.diffusion.gap import Gap

Likely = Callable[[str], float]
"""How likely what stands behind a gap is if it is filled with this text, as a logarithm (nats)."""
PATIENCE = 4
"""Ends of lines that all fit worse than the best one, after which that is it."""
MARGIN = 2.0
"""Nats by which the last of them does."""


class Ending:
    """Of one text. A gap of whole lines ends where its suffix is likeliest: a model that was not
    taught to end a gap writes on, but the suffix surprises it least where it belongs. So no more
    stands on the way than up to the best end so far, and nothing is ever taken back."""

    def __init__(self, stop: Sequence[str], gap: Gap, likely: Likely | None = None) -> None:
        """likely: for a gap that is made of lines."""
        self._stop, self._gap, self._likely = stop, gap, likely
        self._looked = -1
        """The last place that was compared."""
        self._best: int | None = None
        self._best_fit = -math.inf
        self._worse = 0
        """Places compared since."""

    def ended(self, text: str) -> int | None:
        """Where the text ends, if by now it does; to be asked of each longer text in turn."""
        ends = (_stopped(text, self._stop), self._gap.full(text))
        at = min((at for at in ends if at is not None), default=None)
        if at is not None:
            at = self._gap.full(text[:at], over=True)
        if self._likely is None:
            return at
        if at is None:
            return self._best if self._settled(text) else None
        if not self._settled(text[: at + 1], at):
            self._compare(text, at)
        return at if self._best is None else self._best

    def over(self, text: str, *, whole: bool) -> int:
        """Where it ends if nothing more comes; whole: it was not broken off."""
        cut = self._gap.full(text, over=True)
        assert cut is not None
        if whole and self._likely is not None:
            self._compare(text, cut)
        return cut if self._best is None else self._best

    def standing(self, text: str) -> int:
        """How many characters of it can't be taken back any more, while it goes on."""
        if self._likely is not None:
            return self._best or 0
        return len(text) - max(_may_begin(text, self._stop), self._gap.held(text))

    def _settled(self, text: str, most: int | None = None) -> bool:
        """Whether the gap's best end is known, once its new ends of lines are compared."""
        for at in self._gap.line_ends(text, self._looked):
            if most is not None and at > most:
                break
            fit = self._compare(text, at)
            if self._worse >= PATIENCE and fit < self._best_fit - MARGIN:
                return True
        return False

    def _compare(self, text: str, at: int) -> float:
        """How well the text up to there fits; −inf where that is known, or nothing is there."""
        assert self._likely is not None
        if at <= self._looked or not text[:at].strip():
            return -math.inf
        self._looked = at
        fit = self._likely(text[:at])
        self._worse += 1
        if fit > self._best_fit:
            self._best, self._best_fit, self._worse = at, fit, 0
        return fit


def _stopped(text: str, stops: Sequence[str]) -> int | None:
    """Where the stop string begins that is whole first, however many tokens came at once."""
    found = [(i + len(stop), i) for stop in stops if stop and (i := text.find(stop)) >= 0]
    return min(found)[1] if found else None


def _may_begin(text: str, stops: Sequence[str]) -> int:
    """Characters at the end of the text that a stop string may begin with."""
    longest = max((len(stop) for stop in stops), default=1) - 1
    return next(
        (
            n
            for n in range(min(longest, len(text)), 0, -1)
            if any(stop.startswith(text[-n:]) for stop in stops)
        ),
        0,
    )
