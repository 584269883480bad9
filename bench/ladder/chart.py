"""Right answers against time: the rungs, and the ways up."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from bench.picture import FAINT, INK, RULE

ORANGE, BLUE = "#c8642b", "#2f6f9f"
WAYS = {
    "routed, as shipped": ("s", BLUE, "routed, as shipped"),
    "routed, cross-validated": ("D", ORANGE, "routed, threshold chosen on other questions"),
    "oracle": ("*", FAINT, "oracle: the lowest rung that is right"),
}
CURVES = {"chosen": (BLUE, "from where the router begins"), "bottom": (ORANGE, "from the bottom")}


def draw(result: dict[str, Any], path: Path) -> None:
    """result: what bench.ladder measured, curves among the details if there are any."""
    figure = Figure(figsize=(9, 5.4), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    policies = result.get("policies", {})
    known = {n.removeprefix("always "): p for n, p in policies.items() if n.startswith("always ")}
    rungs = known or result["rungs"]
    where = [(max(0.05, r["s"]), r["right"]) for r in rungs.values()]
    axes.plot(*zip(*where, strict=True), "-", color=RULE, lw=2, zorder=1)
    axes.plot(*zip(*where, strict=True), "o", color=INK, ms=7, label="always this rung", zorder=3)
    for name, at in zip(rungs, where, strict=True):
        axes.plot([at[0]] * 2, result["rungs"][name]["right_95"], color=INK, lw=0.8, zorder=2)
        axes.annotate(name, at, xytext=(-7, 7), textcoords="offset points", size=8.5, color=INK,
                      ha="right")  # fmt: skip
    for start, (colour, label) in CURVES.items():
        curve = [(s, right) for kind, _, right, s in _curves(result) if kind == start]
        if curve:
            told = f"every threshold, {label} (not held out)"
            axes.plot(*zip(*curve, strict=True), "-", color=colour, lw=1, alpha=0.5, label=told)
    for name, (mark, colour, label) in WAYS.items():
        if name in policies:
            at = max(0.05, policies[name]["s"]), policies[name]["right"]
            axes.plot(*at, mark, color=colour, ms=10, mec="white", label=label, zorder=4)
    _frame(axes, result)
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.25)


def _curves(result: dict[str, Any]) -> list[Any]:
    details = result.get("details")
    return list(details.get("curves", ())) if isinstance(details, dict) else []


def _frame(axes: Axes, result: dict[str, Any]) -> None:
    n = result["questions"] or max((r["questions"] for r in result["rungs"].values()), default=0)
    axes.set_title(
        f"The local ladder on {n} GSM8K test questions", loc="left", size=11, color=INK,
        weight="bold", pad=12,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{s:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("seconds until the answer is whole, mean (logarithmic)", size=9, color=FAINT)
    axes.set_ylabel("% right", size=9, color=FAINT)
    axes.set_ylim(0, 100)
    axes.margins(x=0.2)
    axes.tick_params(length=0, labelsize=9, labelcolor=FAINT)
    axes.spines[:].set_visible(False)
    axes.grid(color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, labelcolor=INK, fontsize=8.5, loc="upper left")
