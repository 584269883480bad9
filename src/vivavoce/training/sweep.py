"""The curve of eot-bench: pauses cut off against the mean delay after true ends.

A score a frame becomes a decision by three knobs: a threshold, the least silence before the score
may act (action delay) and the silence after which the turn is over whatever the score (timeout).
Pauses shorter than 0.2 s or longer than 5 s do not count. Definition: github.com/livekit/eot-bench.

How long the pauses are decides as much as the score does. So that numbers can be put beside those
of eot-bench, each pause weighs what makes their lengths as common as in its English turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vivavoce.training.pauses import SURVIVAL

HOLD_S = (0.2, 5.0)
ACTION_DELAYS_S = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
TIMEOUTS_S = (0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0)
LONGEST_S = 5.0
"""A turn that nothing ends is ended after so much silence."""


@dataclass(frozen=True, slots=True)
class Span:
    """One silence and the scores in it."""

    at: NDArray[np.float64]
    """(k,) seconds of silence when each score was known."""
    score: NDArray[np.float64]
    """(k,)"""
    length_s: float
    end: bool
    """The turn's end, no pause."""


@dataclass(frozen=True, slots=True)
class Point:
    """One setting and what it does."""

    threshold: float
    action_delay_s: float
    timeout_s: float
    cutoffs: float
    """Share of the pauses that are cut off."""
    delay_s: float
    """Mean silence after a true end."""


def counted(spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """(pauses, ends) that count."""
    pauses = [s for s in spans if not s.end and HOLD_S[0] <= s.length_s <= HOLD_S[1]]
    return pauses, [s for s in spans if s.end]


def weights(pauses: Sequence[Span]) -> NDArray[np.float64]:
    """(n,) that sum to 1 and make the pauses' lengths as common as people's."""
    edges, survive = (np.array(x) for x in zip(*SURVIVAL, strict=True))
    wanted = -np.diff(survive)
    lengths = [p.length_s for p in pauses]
    bins = np.clip(np.searchsorted(edges, lengths, "right") - 1, 0, len(wanted) - 1)
    there = np.bincount(bins, minlength=len(wanted))
    each = (wanted / np.maximum(there, 1))[bins]
    return np.asarray(each / each.sum(), np.float64)


def sweep(spans: Sequence[Span], thresholds: Sequence[float], *, free: bool = True) -> list[Point]:
    """Every setting of the three knobs; free: all three, else the threshold alone."""
    pauses, ends = counted(spans)
    weigh = weights(pauses)
    points = []
    for threshold in thresholds:
        for delay in ACTION_DELAYS_S if free else (0.0,):
            cut = np.array([_fires(s, threshold, delay) for s in pauses])
            late = np.array([_fires(s, threshold, delay) for s in ends])
            lengths = np.array([s.length_s for s in pauses])
            for timeout in TIMEOUTS_S if free else (LONGEST_S,):
                if timeout >= delay:
                    share = weigh @ (np.minimum(cut, timeout) < lengths)
                    mean = np.mean(np.minimum(late, timeout))
                    points.append(Point(threshold, delay, timeout, float(share), float(mean)))
    return points


def silence_only(spans: Sequence[Span]) -> list[Point]:
    """A plain timeout on the same silences."""
    pauses, _ = counted(spans)
    lengths = np.array([s.length_s for s in pauses])
    weigh = weights(pauses)
    waits = np.arange(0.2, 5.001, 0.02)
    return [Point(1.1, 0.0, w, float(weigh @ (lengths > w)), float(w)) for w in waits]


def _fires(span: Span, threshold: float, delay: float) -> float:
    """Seconds of silence at which the score ends the turn; LONGEST_S if it never does."""
    ready = np.flatnonzero((span.at >= delay - 1e-9) & (span.score >= threshold))
    return float(span.at[ready[0]]) if len(ready) else LONGEST_S


def frontier(points: Sequence[Point]) -> list[Point]:
    """The best ones, quickest first."""
    best: list[Point] = []
    for p in sorted(points, key=lambda p: (p.delay_s, p.cutoffs)):
        if not best or p.cutoffs < best[-1].cutoffs - 1e-12:
            best.append(p)
    return best


def cutoffs_at(points: Sequence[Point], delay_s: float) -> Point | None:
    """The setting that cuts off least within a mean delay."""
    within = [p for p in points if p.delay_s <= delay_s + 1e-9]
    return min(within, key=lambda p: (p.cutoffs, p.delay_s), default=None)


def delay_at(points: Sequence[Point], cutoffs: float) -> Point | None:
    """The quickest setting that cuts off at most this share."""
    within = [p for p in points if p.cutoffs <= cutoffs + 1e-9]
    return min(within, key=lambda p: (p.delay_s, p.cutoffs), default=None)


def summary(points: Sequence[Point]) -> dict[str, float | None]:
    """eot-bench's four numbers."""
    at300, at600 = cutoffs_at(points, 0.3), cutoffs_at(points, 0.6)
    at5, at10 = delay_at(points, 0.05), delay_at(points, 0.10)
    return {
        "cutoffs_at_300ms": round(at300.cutoffs, 4) if at300 else None,
        "cutoffs_at_600ms": round(at600.cutoffs, 4) if at600 else None,
        "delay_at_5pct_ms": round(at5.delay_s * 1000) if at5 else None,
        "delay_at_10pct_ms": round(at10.delay_s * 1000) if at10 else None,
    }
