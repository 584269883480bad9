"""Right answers against thinking tokens, beside one chain against many."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.picture import FAINT, INK, RULE

COLOURS = ("#c8642b", "#2f6f9f")
NAMES = {"gsm8k": "GSM8K", "gym": "chain_sum (reasoning-gym)"}


def draw(result: dict[str, Any], path: Path) -> None:
    """result: what bench.vote measured."""
    figure = Figure(figsize=(11, 4), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True)
    _frame(left, "One chain by thinking budget", "tokens of thinking allowed")
    _frame(right, "One chain and votes", "chains")
    for colour, (task, found) in zip(COLOURS, result["tasks"].items(), strict=False):
        budgets = {int(b): v["right"] for b, v in found["budgets"].items()}
        if budgets:
            places = range(len(budgets))
            left.plot(places, list(budgets.values()), "o-", color=colour, label=NAMES[task])
            left.set_xticks(places, [str(b) for b in budgets])
        votes = {int(n): v["all"] for n, v in found["votes"].items()}
        if votes:
            shares = [next(iter(votes.values()))["single"], *(v["right"] for v in votes.values())]
            right.plot([1, *votes], shares, "o-", color=colour, label=NAMES[task])
            right.set_xticks([1, *votes])
    left.set_ylabel("% right", color=FAINT)
    if right.lines:
        right.legend(frameon=False, labelcolor=INK)
    left.set_ylim(0, 100)
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.25)


def _frame(axes: Axes, title: str, label: str) -> None:
    axes.set_title(title, loc="left", size=11, color=INK, weight="bold", pad=12)
    axes.set_xlabel(label, size=9, color=FAINT)
    axes.tick_params(length=0, labelsize=9, labelcolor=FAINT)
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.7)
