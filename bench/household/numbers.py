"""What a log says: right ones by area and path, the peer's, seconds, tokens."""

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.household import peer
from bench.stats import table

Row = dict[str, Any]
LEFT = "left"
"""The path of what needs a model, where there is none."""


def numbers(rows: Sequence[tuple[Row, Row]]) -> Row:
    """By area and path, ours and the peer's. rows: request, and what came of it."""
    matched = []
    for request, _ in rows:
        began = time.monotonic()
        found = peer.meant(request["say"])
        matched.append((peer.right(request, found), time.monotonic() - began))
    areas: Row = {}
    for area in dict.fromkeys(request["area"] for request, _ in rows):
        mine = [(row, m) for (request, row), m in zip(rows, matched, strict=True) if
                request["area"] == area]  # fmt: skip
        areas[area] = _part(mine)
    both = [(row, m) for (_, row), m in zip(rows, matched, strict=True)]
    paths = {
        path: _part([(row, m) for row, m in both if row["path"] == path])
        for path in ("none", "model", LEFT)
    }
    return {"requests": len(rows), "all": _part(both), "areas": areas, "paths": paths}


def show(result: Row) -> str:
    """The table."""
    head = ["", "n", "right %", "no model", "of these right %", "p50 s", "p95 s", "in", "out",
            "Home Assistant %"]  # fmt: skip
    parts = {**result["areas"], "no model": result["paths"]["none"]}
    parts |= {"local model": result["paths"]["model"], "left": result["paths"][LEFT]}
    parts["all"] = result["all"]
    return table(head, [(name, *part.values()) for name, part in parts.items() if part["n"]])


def _part(rows: Sequence[tuple[Row, tuple[bool, float]]]) -> Row:
    """Seconds and tokens are of what was answered."""
    if not rows:
        return {"n": 0}
    plain = [row for row, _ in rows if row["path"] == "none"]
    answered = [row for row, _ in rows if row["path"] != LEFT]
    times = sorted(row["s"] for row in answered)
    return {
        "n": len(rows),
        "right": _percent([not row["wrong"] for row, _ in rows]),
        "no_model": len(plain),
        "no_model_right": _percent([not row["wrong"] for row in plain]),
        "p50_s": round(median(times), 3) if times else None,
        "p95_s": round(times[min(len(times) - 1, int(0.95 * len(times)))], 3) if times else None,
        "tokens_in": round(sum(row["tokens_in"] for row in answered) / max(1, len(answered))),
        "tokens_out": round(sum(row["tokens_out"] for row in answered) / max(1, len(answered))),
        # One sentence alone is all that its matching looks at.
        "home_assistant_right": _percent([ok for row, (ok, _) in rows if not row.get("said")]),
    }


def _percent(right: Sequence[bool]) -> float | None:
    return round(100 * sum(right) / len(right), 1) if right else None
