"""Percentiles and tables."""

from collections.abc import Iterable, Sequence

import numpy as np


def spread(values_s: Sequence[float]) -> dict[str, float | int | None]:
    """n, p50, p90 and p95 in milliseconds of values in seconds."""
    if not values_s:
        return {"n": 0, "p50_ms": None, "p90_ms": None, "p95_ms": None}
    p50, p90, p95 = np.percentile(values_s, [50, 90, 95]) * 1000
    return {
        "n": len(values_s),
        "p50_ms": round(float(p50)),
        "p90_ms": round(float(p90)),
        "p95_ms": round(float(p95)),
    }


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Plain text, columns as wide as needed."""
    lines = [[str(x) for x in row] for row in [head, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    drawn = ["  ".join(x.ljust(w) for x, w in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([drawn[0], "  ".join("-" * w for w in widths), *drawn[1:]])
