"""Average precision, and how sure a measured number is."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
"""(f,) one a frame; only their order counts."""
Truth = NDArray[np.bool_]

TIMES = 200
"""Resamplings of a bootstrap."""


def average_precision(truth: Truth, scores: Scores) -> float:
    """Area under precision over recall, as steps (no interpolation); NaN where nobody speaks.

    Equal scores share one threshold, so that a constant score gets the share of the positives."""
    if not truth.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits, ranked = truth[order], scores[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    true = np.cumsum(hits)[last]
    precision = true / (last + 1)
    gained = np.diff(true, prepend=0) / hits.sum()
    return float(np.sum(precision * gained))


def pooled(truths: Sequence[Truth], scores: Sequence[Scores]) -> float:
    """Average precision over the frames of all scenes under one threshold."""
    return average_precision(np.concatenate(truths), np.concatenate(scores))


def bootstrap(
    n: int, value: Callable[[NDArray[np.intp]], float], seed: int = 0, times: int = TIMES
) -> tuple[float, float]:
    """95% interval of a value over n scenes that are drawn again with replacement."""
    draw = np.random.default_rng(seed)
    drawn = [value(draw.integers(0, n, n)) for _ in range(times)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def poisson(count: int) -> tuple[float, float]:
    """95% interval of a Poisson mean of which count events were seen (exact, by bisection)."""
    low = 0.0 if count == 0 else _solve(lambda mean: 1 - _at_most(count - 1, mean), 0.025)
    return low, _solve(lambda mean: 1 - _at_most(count, mean), 0.975)


def per_hour(count: int, seconds: float) -> dict[str, float | int]:
    """A rate with its interval, of count events in so much sound."""
    hours = seconds / 3600
    low, high = poisson(count)
    return {
        "count": count,
        "hours": round(hours, 3),
        "per_hour": round(count / hours, 2),
        "low": round(low / hours, 2),
        "high": round(high / hours, 2),
    }


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95% interval of a share."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, float((middle - half) / scale)), min(1.0, float((middle + half) / scale))


def share(hits: int, n: int) -> dict[str, float | int | None]:
    """A share with its interval."""
    low, high = wilson(hits, n)
    value = round(hits / n, 3) if n else None
    return {"n": n, "share": value, "low": round(low, 3), "high": round(high, 3)}


def _at_most(count: int, mean: float) -> float:
    """Poisson's distribution function, summed in logs: thousands of events must not overflow."""
    if mean <= 0:
        return 1.0
    k = np.arange(count + 1)
    logs = k * np.log(mean) - mean - np.concatenate([[0.0], np.cumsum(np.log(k[1:]))])
    return float(np.exp(np.logaddexp.reduce(logs)))


def _solve(grows: Callable[[float], float], goal: float) -> float:
    """Where a growing function of the mean reaches goal."""
    low, high = 0.0, 1.0
    while grows(high) < goal:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if grows(middle) < goal else (low, middle)
    return (low + high) / 2
