"""Bars of what became of the questions, one a category and system."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.picture import FAINT, INK, RULE
from bench.tools.bfcl import CATEGORIES
from bench.tools.check import VERDICTS

NAMES = {"ours": "Vivavoce", "llama.cpp": "llama.cpp"}
TITLES = {
    "simple_python": "one tool",
    "multiple": "one of several tools",
    "parallel": "several calls",
    "irrelevance": "no tool fits",
}
COLOURS = dict(
    zip(
        VERDICTS,
        ("#2f6f9f", "#e8b995", "#db945f", "#c8642b", "#8f4519", "#3a1c0a", "#9aa0a6"),
        strict=True,
    )
)
NARROW = 7.0
"""Percent of the questions below which a piece gets no label."""


def draw(result: dict[str, Any], path: Path) -> None:
    """result: what bench.tools measured."""
    bars = [
        (TITLES[category], NAMES[system], found[category])
        for category in CATEGORIES
        for system, found in result["systems"].items()
        if category in found
    ]
    figure = Figure(figsize=(11, 1.2 + 0.42 * len(bars)), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    several = len(result["systems"])
    places = [i + 0.5 * (i // several) for i in range(len(bars))]
    begins = [0.0] * len(bars)
    for name in VERDICTS:
        widths = [100 * part[name] / part["questions"] for _, _, part in bars]
        if not any(widths):
            continue
        axes.barh(places, widths, 0.82, left=begins, color=COLOURS[name], label=name)
        for place, begin, width in zip(places, begins, widths, strict=True):
            if width >= NARROW:
                dark = name not in ("wrong arguments", "wrong name")
                axes.text(begin + width / 2, place, f"{width:.0f}", ha="center", va="center",
                          size=9, color="white" if dark else INK)  # fmt: skip
        begins = [b + w for b, w in zip(begins, widths, strict=True)]
    _lenient(axes, places, [part for _, _, part in bars])
    axes.set_yticks(places, [f"{title}\n{who}" for title, who, _ in bars])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    asked = f"% of a category ({result['questions']} questions of BFCL v4 in all)"
    axes.set_xlabel(f"{asked}, {result['model']}", size=9, color=FAINT)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    axes.spines[:].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    figure.legend(frameon=False, labelcolor=INK, ncols=4, fontsize=9, loc="upper left")
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.25)


def _lenient(axes: Axes, places: Sequence[float], parts: Sequence[dict[str, Any]]) -> None:
    """A line where right would end if calls in the text counted."""
    more = [
        (place, part["right_percent_lenient"])
        for place, part in zip(places, parts, strict=True)
        if part["right_percent_lenient"] > part["right_percent"]
    ]
    label: str | None = "right, if calls in its text counted"
    for place, end in more:
        ends = [place - 0.41, place + 0.41]
        axes.plot([end, end], ends, color=COLOURS["right"], linewidth=3, label=label)
        label = None
