"""Pictures: tokens a second, quality against speed, and what cost grows with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.picture import FAINT, INK, RULE

Row = dict[str, Any]
COLOURS = {
    "llama.cpp": "#9aa0a6",
    "ar": "#33363b",
    "lossless": "#2f6f9f",
    "lookup": "#7aa9ca",
    "diffusion": "#c8642b",
}
PARTS = {"function": "whole functions", "line": "one line filled in", "lines": "several lines"}
GROWS = {
    "block": "tokens of a block (four a step)",
    "steps": "steps a block of 16",
    "context": "tokens of context",
    "batch": "texts at once",
}


def bars(found: Sequence[Row], path: Path) -> None:
    """Tokens a second of each system, a panel a batch; found: speed.numbers of one network."""
    batches = sorted({row["batch"] for row in found})
    figure, panels = _figure(len(batches), 5.2)
    for axes, batch in zip(panels, batches, strict=True):
        mine = [row for row in found if row["batch"] == batch]
        for place, row in enumerate(mine):
            told = row["tokens_s"]
            axes.barh(place, told["median"], 0.7, color=_colour(row["system"]))
            axes.plot([told["q1"], told["q3"]], [place, place], color=FAINT, linewidth=1.2)
            axes.text(told["median"], place, f" {told['median']:.3g}", va="center", size=8,
                      color=INK)  # fmt: skip
        axes.set_yticks(range(len(mine)), [row["system"] for row in mine])
        axes.invert_yaxis()
        _frame(axes, f"batch {batch}", "tokens/s", "x")
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.2)


def quality_curve(found: Sequence[Row], path: Path) -> None:
    """pass@1 against tokens a second, a panel a part; found: quality.numbers."""
    parts = [part for part in PARTS if any(row["part"] == part for row in found)]
    figure, panels = _figure(len(parts), 4.2)
    for axes, part in zip(panels, parts, strict=True):
        mine = sorted((row for row in found if row["part"] == part), key=lambda r: r["tokens_s"])
        for i, row in enumerate(mine):
            told, x = row["pass"], row["tokens_s"]
            low, high = told["interval_95"]
            axes.plot([x, x], [low, high], color=RULE, linewidth=2, zorder=1)
            axes.scatter(x, told["percent"], s=34, color=_colour(row["system"]), zorder=2)
            left = 2 * i < len(mine)  # and now above, now below: names don't lie on one another
            beside = (-6 if left else 6, 4 if i % 2 else -10)
            axes.annotate(row["system"], (x, told["percent"]), beside, size=8, color=INK,
                          ha="right" if left else "left", textcoords="offset points")  # fmt: skip
        axes.set_ylim(0, 100)
        axes.set_xlim(0, 1.3 * max(row["tokens_s"] for row in mine))
        axes.set_ylabel("pass@1, %, with 95%", size=9, color=FAINT)
        _frame(axes, PARTS[part], "tokens/s of these texts", "both")
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.2)


def growth_curves(found: Sequence[Row], path: Path) -> None:
    """Tokens a second against each of what grows; found: growth.numbers of one network."""
    kinds = [of for of in GROWS if any(row["of"] == of for row in found)]
    figure, panels = _figure(len(kinds), 3.6)
    for axes, of in zip(panels, kinds, strict=True):
        mine = sorted((row for row in found if row["of"] == of), key=lambda row: row["value"])
        for way in dict.fromkeys(row["way"] for row in mine):
            line = [row for row in mine if row["way"] == way]
            x = [row["value"] for row in line]
            colour = _colour(way)
            axes.plot(x, [row["tokens_s"]["median"] for row in line], "o-", color=colour,
                      markersize=4, label=way)  # fmt: skip
            low, high = ([row["tokens_s"][q] for row in line] for q in ("q1", "q3"))
            axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.set_xscale("log", base=2)
        axes.set_xticks([row["value"] for row in mine], [str(row["value"]) for row in mine])
        axes.minorticks_off()
        axes.set_ylim(0, None)
        axes.set_ylabel("tokens/s", size=9, color=FAINT)
        if len({row["way"] for row in mine}) > 1:
            axes.legend(frameon=False, fontsize=8)
        _frame(axes, "", GROWS[of], "y")
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.2)


def _figure(count: int, height: float) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(3.9 * count + 0.6, height), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(1, count, squeeze=False, gridspec_kw={"wspace": 0.45})[0])


def _colour(system: str) -> str:
    return COLOURS.get(system, COLOURS.get(system.split("-")[0], FAINT))


def _frame(axes: Axes, title: str, label: str, grid: Any) -> None:
    if title:
        axes.set_title(title, loc="left", size=10.5, color=INK, weight="bold", pad=10)
    axes.set_xlabel(label, size=9, color=FAINT)
    axes.tick_params(length=0, labelsize=8.5, labelcolor=FAINT)
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=RULE, linewidth=0.7)
