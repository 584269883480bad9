"""Medians with their spread, and shares with their intervals."""

from collections.abc import Sequence

import numpy as np


def middle(values: Sequence[float], digits: int = 2) -> dict[str, float | int | None]:
    """n, the median, and the quartiles."""
    if not values:
        return {"n": 0, "median": None, "q1": None, "q3": None}
    low, mid, high = (round(float(x), digits) for x in np.percentile(values, [25, 50, 75]))
    return {"n": len(values), "median": mid, "q1": low, "q3": high}


def share(hits: int, of: int) -> dict[str, float | int | list[float] | None]:
    """In percent, with Wilson's 95% interval."""
    if not of:
        return {"n": 0, "percent": None, "interval_95": None}
    z, p = 1.959964, hits / of
    centre = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5
    ends = [round(100 * min(max(x, 0.0), 1.0), 1) for x in (centre - half, centre + half)]
    return {"n": of, "percent": round(100 * p, 1), "interval_95": ends}
