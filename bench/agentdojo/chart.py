"""Bars: what becomes of users' tasks, and of attacks."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.picture import FAINT, INK, RULE

DONE, ASKED, REFUSED = "#2f6f9f", "#a9c8de", "#d7dade"
BAD, BLIND = "#c8642b", "#f3d9c8"
NARROW = 6.0
"""Percent below which a piece gets no label."""


def draw(result: dict[str, Any], path: Path) -> None:
    """result: what bench.agentdojo measured; the set-up "default"."""
    rows = {name: row for name, row in result["default"].items() if name != "judging only"}
    names = [f"{name} *" if name in result["tuned_on"] else name for name in rows]
    figure = Figure(figsize=(11, 4.6), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.08})
    for y, row in enumerate(rows.values()):
        tasks = [row["tasks_allow"], row["tasks_ask"], row["tasks_refuse"]]
        _bar(left, y, tasks, row["tasks"], (DONE, ASKED, REFUSED))
        obeyed, blind = row["whole_allow"], row["whole_ask"]
        kinds = [obeyed, blind, row["attacks"] - obeyed - blind]
        _bar(right, y, kinds, row["attacks"], (BAD, BLIND, REFUSED))
    y = len(rows)
    _bar(left, y, [1, 0, 0], 1, (DONE, ASKED, REFUSED))
    _bar(right, y, [1, 0, 0], 1, (BAD, BLIND, REFUSED))
    _frame(left, "What users ask for", [*names, "without policy"])
    _frame(right, "What injections ask for, from a model that obeys", [*names, "without policy"])
    _legend(left, ("done", DONE), ("done after a yes", ASKED), ("refused", REFUSED))
    _legend(right, ("succeeds", BAD), ("succeeds if the yes is blind", BLIND), ("refused", REFUSED))
    note = f"{result['data']}, {result['version']}; * the policy's tables were tried on this suite"
    figure.text(0.125, -0.06, note, size=8, color=FAINT)
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.25)


def _bar(axes: Axes, y: int, counts: list[int], whole: int, colours: tuple[str, ...]) -> None:
    begin = 0.0
    for count, colour in zip(counts, colours, strict=True):
        width = 100 * count / whole
        axes.barh(y, width, 0.62, left=begin, color=colour)
        if width >= NARROW:
            ink = "white" if colour in (DONE, BAD) else INK
            axes.text(begin + width / 2, y, f"{width:.0f}", ha="center", va="center", size=9,
                      color=ink)  # fmt: skip
        begin += width


def _frame(axes: Axes, title: str, names: list[str]) -> None:
    axes.set_title(title, loc="left", size=11, color=INK, weight="bold", pad=26)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel("%", size=9, color=FAINT, loc="right")
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    axes.spines[:].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)


def _legend(axes: Axes, *pieces: tuple[str, str]) -> None:
    for name, colour in pieces:
        axes.barh(0, 0, color=colour, label=name)
    axes.legend(frameon=False, labelcolor=INK, ncols=3, fontsize=8.5, loc="lower left",
                bbox_to_anchor=(-0.01, 1.0), borderpad=0)  # fmt: skip
