"""What a log says of the rungs, and of who goes how far up."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.ladder.policy import (
    POLICIES,
    Crossed,
    Floats,
    Policy,
    Tried,
    Tries,
    config,
    crossed,
    run,
    seen,
    worth,
)
from bench.ladder.steps import Job, Step
from bench.questions import Question
from bench.questions.replay import interval
from vivavoce.mind.router.difficulty import Table, chance, logit

Row = dict[str, Any]
FEWEST = 20
"""Questions below which a number is no measurement."""


def numbers(
    rows: Sequence[Row],
    questions: Sequence[Question],
    steps: Sequence[Step],
    table: Table,
    *,
    bare: bool,
) -> Row:
    """Of the rungs, each on the questions that it was asked; of the policies, on those that all
    rungs were asked."""
    tries = tried(rows, questions, steps, bare=bare)
    rungs = {step.name: _rung(rows, tries, step, bare=bare) for step in steps}
    whole = [q for q in questions if len(tries.get(q.id, {})) == len(steps)]
    result: Row = {"questions": len(whole), "rungs": {n: r for n, r in rungs.items() if r}}
    result["measured"] = measured(tries, questions, steps, table)
    if len(whole) > 1:
        result |= _policies(whole, tries, steps, table, bare=bare)
    return result


def tried(
    rows: Sequence[Row], questions: Sequence[Question], steps: Sequence[Step], *, bare: bool
) -> dict[str, dict[str, Tried]]:
    """Question's id → rung's name → what came of it, as far as it is known."""
    names, ids = {step.name for step in steps}, {q.id for q in questions}
    found: dict[str, dict[str, Tried]] = {}
    for r in rows:
        if r["rung"] in names and r["id"] in ids and r["bare"] is bare:
            won = Tried(r["answer"] == r["right"], r["s"], r["confidence"])
            found.setdefault(r["id"], {})[r["rung"]] = won
    return found


def _rung(rows: Sequence[Row], tries: Mapping[str, Tries], step: Step, *, bare: bool) -> Row:
    mine = [mine[step.name] for mine in tries.values() if step.name in mine]
    if not mine:
        return {}
    told = [r for r in rows if r["rung"] == step.name and r["bare"] is bare and r["id"] in tries]
    sure = [(t.confidence, t.right) for t in mine if t.confidence is not None]
    return {
        "questions": len(mine),
        "right": _percent([t.right for t in mine]),
        "right_95": _interval([t.right for t in mine]),
        "s": round(float(np.mean([t.s for t in mine])), 1),
        "thought": round(float(np.mean([r["thought"] for r in told])), 1),
        "confidence": round(float(np.mean([c for c, _ in sure])), 3) if sure else None,
        "auc": auc(sure),
    }


def auc(sure: Sequence[tuple[float, bool]]) -> float | None:
    """How probably a right answer was surer of its words than a wrong one; .5: it tells nothing.
    None: all were right, or all wrong."""
    right = np.array([c for c, good in sure if good])
    wrong = np.array([c for c, good in sure if not good])
    if not len(right) or not len(wrong):
        return None
    above = (right[:, None] > wrong).mean() + 0.5 * (right[:, None] == wrong).mean()
    return round(float(above), 3)


def _policies(
    whole: Sequence[Question],
    tries: Mapping[str, Tries],
    steps: Sequence[Step],
    table: Table,
    *,
    bare: bool,
) -> Row:
    cfg = config(steps)
    asked = [seen(Job(steps[0], q, bare), table) for q in whole]
    mine = [tries[q.id] for q in whole]

    def went(policy: Policy) -> tuple[Floats, Floats]:
        pairs = [run(q, t, policy, steps) for q, t in zip(asked, mine, strict=True)]
        return np.array([float(p[0]) for p in pairs]), np.array([p[1] for p in pairs])

    grid = [went(policy) for policy in POLICIES]
    found = crossed(np.array([g[0] for g in grid]), np.array([g[1] for g in grid]), cfg)
    always = {
        f"always {step.name}": (
            np.array([float(t[step.name].right) for t in mine]),
            np.array([t[step.name].s for t in mine]),
        )
        for step in steps
    }
    largest = always[f"always {steps[-1].name}"]
    ways = {
        **always,
        "routed, as shipped": went(Policy("chosen", cfg.confident)),
        "routed, cross-validated": (found.right, found.s),
        "oracle": oracle(mine, steps),
    }
    return {
        "policies": {name: _way(way, largest, cfg) for name, way in ways.items()},
        "chosen": _shares(found),
        "details": {
            "curves": [
                [p.start, p.confident, _percent(r), round(float(s.mean()), 2)]
                for p, (r, s) in zip(POLICIES, grid, strict=True)
            ]
        },
    }


def oracle(mine: Sequence[Tries], steps: Sequence[Step]) -> tuple[Floats, Floats]:
    """The lowest rung that is right, and at once; the lowest of all where none is."""
    best = [
        next((t[step.name] for step in steps if t[step.name].right), t[steps[0].name]) for t in mine
    ]
    return np.array([float(t.right) for t in best]), np.array([t.s for t in best])


def _way(way: tuple[Floats, Floats], largest: tuple[Floats, Floats], cfg: Any) -> Row:
    (right, s), (most, longest) = way, largest
    return {
        "right": _percent(right),
        "s": round(float(s.mean()), 1),
        "worth_cents": round(100 * float(worth(right, s, cfg).mean()), 2),
        "lost": _percent(most - right),
        "lost_95": _interval(most - right),
        "saved": round(100 * (1 - float(s.sum() / longest.sum())), 1),
    }


def _shares(found: Crossed) -> Row:
    total = sum(found.chosen.values())
    return {name: round(n / total, 2) for name, n in found.chosen.items()}


def measured(
    tries: Mapping[str, Tries], questions: Sequence[Question], steps: Sequence[Step], table: Table
) -> Row:
    """Share right of the two that don't think, and the gains in logits, each from the questions
    that both of its rungs were asked."""
    small, large, thinking, votes = steps
    found: Row = {"quality": {}, "gains": {}}
    for step in (small, large):
        if shares := _right(tries, questions, step):
            found["quality"][step.model] = {"value": round(shares[0], 3), "questions": shares[1]}
    if both := _right(tries, questions, large, thinking):
        words = [chance(q.text, table) for q in questions]
        needed = float(np.mean([c.thought(thinking.thinking) for c in words]))
        gain = (logit(both[2]) - logit(both[0])) / needed
        found["gains"]["thought"] = {"value": round(gain, 2), "questions": both[1]}
    if both := _right(tries, questions, thinking, votes):
        gain = (logit(both[2]) - logit(both[0])) / math.log2(votes.chains)
        found["gains"]["chain"] = {"value": round(gain, 2), "questions": both[1]}
    return found


def _right(
    tries: Mapping[str, Tries], questions: Sequence[Question], one: Step, other: Step | None = None
) -> tuple[float, int, float] | None:
    """Share right of one rung, of how many questions, and of the other; None: of none."""
    other = other or one
    both = [t for q in questions if {one.name, other.name} <= (t := tries.get(q.id, {})).keys()]
    if not both:
        return None
    first, second = (float(np.mean([t[s.name].right for t in both])) for s in (one, other))
    return first, len(both), second


def lines(result: Row, command: str) -> str:
    """What was measured, as src/vivavoce/mind/router/data/measured.toml has it; empty: nothing, or
    on too few questions."""
    told = result["measured"]
    tables = {f'models."{m}".quality': v for m, v in told["quality"].items()}
    tables |= {f"gains.{name}": v for name, v in told["gains"].items()}
    return "\n\n".join(
        f'[{name}]\nvalue = {v["value"]}\nquestions = {v["questions"]}\nfrom = "{command}"'
        for name, v in tables.items()
        if v["questions"] >= FEWEST
    )


def _percent(values: Sequence[bool] | Floats) -> float:
    return round(100 * float(np.mean(values)), 1)


def _interval(values: Sequence[bool] | Floats) -> list[float]:
    return [round(100 * x, 1) for x in interval(np.asarray(values, np.float64))]
