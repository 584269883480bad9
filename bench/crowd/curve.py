"""The pictures of bench.crowd: who speaks as dots, and false alarms against obedience."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.crowd.material import BEDS
from bench.picture import FAINT, INK, RULE

COLOURS = {
    "ours": "#c8642b",
    "ours, wrong voice": "#e8b995",
    "silero": "#9aa1a8",
    "silero + timeout": "#9aa1a8",
    "loudness": "#c99700",
    "cosine": "#7aa9ca",
    "d-vector gate": "#2f6f9f",
    "pipecat": "#8c3b6f",
}
MARKS = {"ours": "o", "silero": "s", "loudness": "^", "cosine": "v", "d-vector gate": "D"}
LEAST = 0.3
"""Events an hour at which "none was seen" is drawn, on an axis that has no zero."""


def draw(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """The parts that were measured, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    if "who" in result:
        drawn.append(draw_who(result["who"], folder / "who.png"))
    if "bystanders" in result:
        drawn.append(draw_bystanders(result["bystanders"], folder / "bystanders.png"))
    return drawn


def colour(name: str) -> str:
    """A setting of ours has ours."""
    return COLOURS.get(name, COLOURS["ours"] if name.startswith("ours") else FAINT)


def draw_who(found: Mapping[str, Any], path: Path) -> Path:
    """A condition a row; a hearer a mark, ours with its interval; the line as a tick."""
    figure = Figure(figsize=(10, 1.4 + 0.42 * len(found)), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for y, row in enumerate(found.values()):
        axes.axhline(y, color=RULE, linewidth=0.7, zorder=0)
        if row["line"]:
            axes.plot([row["line"]] * 2, [y - 0.3, y + 0.3], color=INK, linewidth=1.6)
        for name, told in row["systems"].items():
            ours = name == "ours"
            if ours:
                axes.plot([told["low"], told["high"]], [y, y], color=colour(name), linewidth=2)
            axes.scatter(
                told["ap"], y, s=70 if ours else 34, color=colour(name),
                marker=MARKS.get(name, "o"), zorder=3 if ours else 2,
                label=name if y == 0 else None,
                facecolors="white" if "wrong" in name else None,
            )  # fmt: skip
    axes.set_yticks(range(len(found)), list(found))
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlim(None, 1.005)
    axes.set_title(
        "Who speaks: average precision of the owner's speech (tick: the line)",
        loc="left", size=11, color=INK, weight="bold",
    )  # fmt: skip
    axes.legend(frameon=False, fontsize=8.5, loc="upper center", bbox_to_anchor=(0.45, -0.06),
                ncols=6, labelcolor=INK)  # fmt: skip
    _bare(axes)
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.2)
    return path


def draw_bystanders(found: Mapping[str, Any], path: Path) -> Path:
    """Left what bystanders do while we speak, right while we listen; lower right is good."""
    figure = Figure(figsize=(12, 4.6), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.25})
    _scatter(left, found, "false_barge_ins", "interruptions", "false barge-ins an hour",
             "owner's interruptions obeyed", "While we speak")  # fmt: skip
    _scatter(right, found, "false_turns", "turns", "false turns an hour",
             "owner's turns answered within 2 s of their end", "While we listen")  # fmt: skip
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.2)
    return path


def _scatter(
    axes: Axes, found: Mapping[str, Any], rate: str, obeyed: str, down: str, along: str, title: str
) -> None:
    axes.set_yscale("log")
    line: dict[str, list[tuple[float, float]]] = {bed: [] for bed in BEDS}
    for name, row in found.items():
        if (x := row[obeyed]["share"]) is None:
            continue
        for bed, mark in zip(BEDS, ("o", "s"), strict=True):
            told = row[bed][rate]
            y = max(told["per_hour"], LEAST)
            axes.plot([x, x], [max(told["low"], LEAST), max(told["high"], LEAST)],
                      color=colour(name), linewidth=1.2, alpha=0.5)  # fmt: skip
            axes.scatter(x, y, s=48, marker=mark, color=colour(name), zorder=3)
            if name.startswith("ours"):
                line[bed].append((x, y))
        top = max(max(row[bed][rate]["per_hour"], LEAST) for bed in BEDS)
        axes.text(x, top * 1.35, name, size=8, color=colour(name), ha="center")
    for points in line.values():
        if len(points) > 1:
            axes.plot(*zip(*sorted(points), strict=True), color=colour("ours"), linewidth=1)
    axes.axhline(1, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
    axes.set_xlim(-0.04, 1.06)
    axes.set_ylim(LEAST * 0.8, None)
    axes.set_xlabel(along, size=9, color=INK)
    axes.set_ylabel(f"{down} (● {next(iter(BEDS))}, ■ {list(BEDS)[1]})", size=9, color=INK)
    axes.set_title(title, loc="left", size=11, color=INK, weight="bold")
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.tick_params(length=0, labelsize=9, labelcolor=FAINT)
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="both", color=RULE, linewidth=0.7)
