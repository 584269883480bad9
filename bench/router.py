"""python -m bench.router: is the right question taken to the stronger model?

PGR is the share of what strong is better by that is recovered; APGR its mean over all shares of
questions taken to strong, CPT(x) the least share that recovers x (RouteLLM, Ong 2024). Reads
RouteLLM's response files (prompt, the weak model's column, the strong one's) or prompt,weak,strong.
"""

import argparse
import csv
import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vivavoce.core import Message
from vivavoce.mind import Ask
from vivavoce.mind.router import Chooser
from vivavoce.mind.router.difficulty import DATA, chance
from vivavoce.models import Card, Request
from vivavoce.training.router import Seen, gains, learn, solutions, write

Floats = NDArray[np.float64]
LEARNED = DATA.with_suffix(".json")
"""Which file the shipped table was learned from."""
PUBLISHED = "RouteLLM on MMLU, trained with its labels: APGR .603, CPT(50%) 35.4, CPT(80%) 70.3"
TRUTHS = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}
FOLDS, MANY, FEWEST = 10, 5_000, 20


def read(path: Path) -> tuple[list[str], Floats, tuple[str, str]]:
    """Questions, right (N, 2), and the names of weak and strong; SystemExit names what is wrong.

    The weaker one is who got fewer right."""
    csv.field_size_limit(1 << 24)
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        names = [n for n in rows.fieldnames or [] if n]
        kept = list(rows)
    if "prompt" not in names or len(kept) < FEWEST:
        sys.exit(f"{path}: needs a column prompt and at least {FEWEST} rows")
    boolean = [
        n for n in names if n != "prompt" and all(str(r[n]).strip().lower() in TRUTHS for r in kept)
    ]
    if {"weak", "strong"} <= set(boolean):
        boolean = ["weak", "strong"]
    if len(boolean) != 2:
        sys.exit(f"{path}: two columns of True and False are needed, found: {boolean}")
    right = np.array([[TRUTHS[str(r[n]).strip().lower()] for n in boolean] for r in kept])
    if right[:, 0].mean() > right[:, 1].mean():
        right, boolean = right[:, ::-1], boolean[::-1]
    if right[:, 0].sum() == right[:, 1].sum():
        sys.exit(f"{path}: both models are right equally often: there is nothing to recover")
    return [r["prompt"] for r in kept], right, (boolean[0], boolean[1])


def recovered(score: Floats, right: Floats) -> Floats:
    """(N + 1,): PGR when 0, 1, … N questions go to strong, the highest score first."""
    order = np.argsort(-score, kind="stable")
    gain = (right[:, 1] - right[:, 0])[order]
    curve: Floats = np.concatenate([[0.0], np.cumsum(gain)]) / gain.sum()
    return curve


def apgr(curve: Floats) -> float:
    """The mean of PGR over all shares."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def cpt(curve: Floats, share: float) -> float:
    """The least share of strong's calls that recovers as much."""
    return float(np.argmax(curve >= share) / (len(curve) - 1))


def figures(score: Floats, right: Floats) -> dict[str, float]:
    """What a score is worth."""
    curve = recovered(score, right)
    return {"apgr": apgr(curve), "cpt50": cpt(curve, 0.5), "cpt80": cpt(curve, 0.8)}


def crossed(seen: Seen, groups: NDArray[np.intp], right: Floats, seed: int) -> Floats:
    """(N,): each question's score by a table that has seen neither it nor its like."""
    score = np.zeros(len(right))
    folds = np.random.default_rng(seed).permutation(groups.max() + 1) % FOLDS
    for fold in range(min(FOLDS, groups.max() + 1)):
        test = np.flatnonzero(folds[groups] == fold)
        train = np.flatnonzero(folds[groups] != fold)
        score[test] = gains(seen, right, train, test)
    return score


def same(questions: list[str]) -> NDArray[np.intp]:
    """(N,): a number a question; the same text has the same one, and stays in one fold."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(" ".join(q.split()), len(numbers)) for q in questions])


def spread(scores: list[Floats], right: Floats) -> dict[str, list[float]]:
    """Mean and deviation over seeds."""
    all_of = [figures(score, right) for score in scores]
    return {
        name: [float(np.mean([f[name] for f in all_of])), float(np.std([f[name] for f in all_of]))]
        for name in all_of[0]
    }


def interval(score: Floats, right: Floats, draws: int = 500) -> list[float]:
    """95% of APGR over questions drawn again (the questions' own luck)."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(draws):
        at = rng.integers(0, len(right), len(right))
        if (right[at, 1] - right[at, 0]).sum() > 0:
            found.append(apgr(recovered(score[at], right[at])))
    return [float(v) for v in np.quantile(found, (0.025, 0.975))]


def overhead(questions: list[str]) -> dict[str, float]:
    """Milliseconds of whole decisions among five models."""
    cards = {
        name: Card(name, 32_768, place=place, thinks=True, budget="exact", quality=quality)
        for name, place, quality in (
            ("tiny", "here", 0.35),
            ("small", "here", 0.6),
            ("middle", "here", 0.75),
            ("large", "there", 0.85),
            ("best", "there", 0.95),
        )
    }
    chooser, took = Chooser(), []
    for question in questions[:500]:
        ask = Ask(Request((Message("user", question),)))
        begun = time.perf_counter()
        chooser.route(ask, cards, None)
        took.append(1000 * (time.perf_counter() - begun))
    warm = took[1:] or took
    return {"p50": float(np.median(warm)), "p95": float(np.quantile(warm, 0.95)), "max": max(warm)}


def draw(curves: dict[str, Floats], title: str, path: Path) -> None:
    """PGR against the share of questions that strong is asked."""
    figure = Figure(figsize=(8, 5), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    colours = ("#c8642b", "#2f6f9f", "#8a8f96", "#6a9c5b")
    for colour, (name, curve) in zip(colours, curves.items(), strict=False):
        axes.plot(
            np.linspace(0, 100, len(curve)), 100 * curve, color=colour, lw=1.8,
            label=f"{name} (APGR {apgr(curve):.3f})",
        )  # fmt: skip
    axes.plot([0, 100], [0, 100], color="#b9bec4", lw=1, ls="--", label="random (.500)")
    axes.set(xlabel="questions taken to strong, %", ylabel="gain recovered, %")
    axes.set_title(title, fontsize=10)
    axes.set(xlim=(0, 100), ylim=(min(-5, axes.get_ylim()[0]), None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8.5, loc="lower right")
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.25)


def main(argv: list[str] | None = None) -> None:
    """The last line is JSON."""
    parser = argparse.ArgumentParser(prog="bench.router", description=__doc__)
    questions_at = Path(os.environ.get("VIVAVOCE_DATA", "data")) / "questions"
    parser.add_argument("--data", type=Path, default=questions_at / "gsm8k_responses.csv")
    parser.add_argument("--seeds", type=int, help="of the folds; 10, or 2 of many questions")
    parser.add_argument("--plot", type=Path, default=Path("router.png"))
    parser.add_argument("--learn", type=Path, help="write the table learned from all of --data")
    parser.add_argument("--solved", type=Path, help="for --learn: questions and solutions (JSONL)")
    given = parser.parse_args(argv)
    questions, right, names = read(given.data)
    if given.learn:
        write(learn(questions, right, solutions(given.solved) if given.solved else ()), given.learn)
        kept = {"rows": len(questions), "sha256": _digest(given.data), "models": names}
        given.learn.with_suffix(".json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    result = measure(given.data, questions, right, names, given.seeds, given.plot)
    print(json.dumps(result))


def measure(
    path: Path,
    questions: list[str],
    right: Floats,
    names: tuple[str, str],
    seeds: int | None,
    plot: Path,
) -> dict[str, Any]:
    """Cross-validated on the file, as shipped on the file, the oracle, and the time."""
    seeds = seeds or (2 if len(questions) > MANY else 10)
    weak, strong = right.mean(0)
    best = right.max(1).mean()
    gain = right[:, 1] - right[:, 0]
    print(f"{path.name}: {len(questions)} questions; weak {names[0]} {weak:.1%}, ", end="")
    print(f"strong {names[1]} {strong:.1%}, oracle {best:.1%}")
    seen, groups = Seen.of(questions), same(questions)
    scores = [crossed(seen, groups, right, seed) for seed in range(seeds)]
    ours, luck = spread(scores, right), interval(scores[0], right)
    told = np.array([chance(question).gain for question in questions])
    zero = figures(told, right)
    known = LEARNED.is_file() and json.loads(LEARNED.read_text("utf-8"))["sha256"] == _digest(path)
    longest = figures(np.array([float(len(q)) for q in questions]), right)
    top = figures(gain, right)
    reached = max(float(v) for v in recovered(scores[0], right)) * (strong - weak) + weak
    shipped = "as shipped (LEARNED FROM THIS FILE: not a result)" if known else "as shipped"
    rows = {
        f"cross-validated, {FOLDS} folds x {seeds} seeds": {n: v[0] for n, v in ours.items()},
        shipped: zero,
        "the longer question": longest,
        "oracle": top,
    }
    print(f"{'':52} {'APGR':>7} {'CPT(50%)':>9} {'CPT(80%)':>9}")
    for name, found in rows.items():
        print(f"{name:52} {found['apgr']:7.3f} {found['cpt50']:9.1%} {found['cpt80']:9.1%}")
    print(f"  over seeds ±{ours['apgr'][1]:.3f}; over questions {luck[0]:.3f} to {luck[1]:.3f}")
    print(f"  best accuracy of the curve {reached:.1%}: {best - reached:.1%} below the oracle")
    print(f"  published: {PUBLISHED}")
    took = overhead(questions)
    print(f"  a decision among 5 models: p50 {took['p50']:.2f} ms, p95 {took['p95']:.2f} ms")
    curves = {"cross-validated": recovered(scores[0], right), "oracle": recovered(gain, right)}
    if not known:
        curves["as shipped"] = recovered(told, right)
    curves["the longer question"] = recovered(np.array([float(len(q)) for q in questions]), right)
    draw(curves, f"{path.name}: {names[0]} or {names[1]}?", plot)
    return {
        "bench": "router",
        "data": path.name,
        "questions": len(questions),
        "apgr": round(ours["apgr"][0], 4),
        "apgr_seeds_sd": round(ours["apgr"][1], 4),
        "apgr_95": [round(v, 3) for v in luck],
        "cpt50": round(ours["cpt50"][0], 4),
        "cpt80": round(ours["cpt80"][0], 4),
        "shipped": {name: round(value, 4) for name, value in zero.items()},
        "shipped_learned_from_this_file": known,
        "longer_question_apgr": round(longest["apgr"], 4),
        "oracle_apgr": round(top["apgr"], 4),
        "oracle_gap_points": round(100 * float(best - reached), 2),
        "decision_ms": {name: round(value, 3) for name, value in took.items()},
        "plot": str(plot),
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
