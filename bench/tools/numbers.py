"""What a log says: shares, reasons, costs, and the difference of the two."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.questions.replay import interval
from bench.tools.bfcl import CATEGORIES, Question
from bench.tools.check import VERDICTS, lenient, verdict
from bench.tools.reply import Reply
from bench.tools.systems import SYSTEMS

Row = dict[str, Any]
Replies = Mapping[str, Mapping[str, Reply]]
"""System → question's id → its reply."""


def numbers(questions: Sequence[Question], replies: Replies) -> Row:
    """Of the questions that every system has answered."""
    whole = [q for q in questions if all(q.id in replies.get(s, {}) for s in replies)]
    found: Row = {}
    for system in replies:
        mine = [(q, replies[system][q.id]) for q in whole]
        parts = {c: [(q, r) for q, r in mine if q.category == c] for c in CATEGORIES}
        found[system] = {c: _part(part) for c, part in {**parts, "all": mine}.items() if part}
    result: Row = {"questions": len(whole), "systems": found}
    if whole and set(replies) == set(SYSTEMS):
        result["difference"] = _difference(whole, replies)
    return result


def _part(asked: Sequence[tuple[Question, Reply]]) -> Row:
    counted = Counter(verdict(q, r) for q, r in asked)
    read = Counter(verdict(q, lenient(q, r)) for q, r in asked)
    n = len(asked)
    return {
        "questions": n,
        "right_percent": _percent(counted["right"], n),
        "right_percent_lenient": _percent(read["right"], n),
        **{name: counted[name] for name in VERDICTS},
        "tokens_in": _mean([r.tokens_in for _, r in asked]),
        "tokens_out": _mean([r.tokens_out for _, r in asked]),
        "s": _mean([r.s for _, r in asked]),
    }


def _difference(whole: Sequence[Question], replies: Replies) -> Row:
    """Percentage points of right answers, ours minus theirs, with its 95% (bootstrap)."""
    first, second = (
        np.array([100.0 * (verdict(q, replies[s][q.id]) == "right") for q in whole])
        for s in SYSTEMS
    )
    read = np.array(
        [100.0 * (verdict(q, lenient(q, replies["llama.cpp"][q.id])) == "right") for q in whole]
    )
    return {
        "points": round(float((first - second).mean()), 1),
        "points_95": [round(x, 1) for x in interval(first - second)],
        "points_lenient": round(float((first - read).mean()), 1),
        "points_lenient_95": [round(x, 1) for x in interval(first - read)],
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 1)


def rows(result: Row) -> list[list[object]]:
    """Of the table."""
    return [
        [category, system, part["questions"], part["right_percent"], part["right_percent_lenient"]]
        + [part[name] for name in VERDICTS if name != "right"]
        + [part["tokens_in"], part["tokens_out"], part["s"]]
        for category in (*CATEGORIES, "all")
        for system, found in result["systems"].items()
        if (part := found.get(category))
    ]
