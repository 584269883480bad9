"""The gaps of both systems as dots, one a question, and what they are made of."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.report import gaps, stages

INK, FAINT, RULE = "#33363b", "#6b7178", "#e3e6e9"
NAMES = {"ours": "Vivavoce", "pipecat": "Pipecat"}
COLOURS = {"ours": "#c8642b", "pipecat": "#2f6f9f"}
SHADES = ("#f3d9c8", "#e8b995", "#db945f", "#c8642b", "#8f4519", "#5e2d10", "#3a1c0a")
SHADES_BLUE = ("#d3e2ee", "#a9c8de", "#7aa9ca", "#4d88b3", "#2f6f9f", "#1f4d70", "#143349")
UNTIL = {
    "final_words": "words final",
    "floor": "turn judged over",
    "first_token": "first token",
    "first_clause": "first clause",
    "first_sound": "first sound",
}
HUMAN_MS = 200
NARROW = 0.045
"""Share of the axis below which a stage gets no label."""


def draw(result: dict[str, Any], path: Path) -> None:
    """result: what bench.talk keeps, details included. ValueError where no gap was measured."""
    found = gaps(result)
    who = [name for name in NAMES if name in found]
    if not who:
        raise ValueError("there are no gaps to draw; measure them with --only gap")
    figure = Figure(figsize=(11, 1.6 + 2.1 * len(who)), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    dots, bars = figure.subplots(2, 1, gridspec_kw={"hspace": 0.62})
    _dots(dots, {name: _asked(result, name) for name in who}, found)
    _bars(bars, {name: _stages(name, stages(found, name)) for name in who})
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.25)


def _asked(result: dict[str, Any], name: str) -> list[dict[str, Any]]:
    details = result["details"]
    for part in ("gap", name):
        if rows := (details.get(part) or {}).get(name):
            return list(rows)
    return []


def _stages(name: str, told: dict[str, float]) -> list[tuple[str, float]]:
    """(label, ms that it took). Ours are told as moments: a stage takes what is left to it."""
    if name != "ours":
        return [(stage.replace("_", " "), ms) for stage, ms in told.items()]
    took, reached = [], 0.0
    for stage, moment in sorted(told.items(), key=lambda item: item[1]):
        took.append((UNTIL[stage], max(0.0, moment - reached)))
        reached = max(reached, moment)
    return took


def _dots(axes: Axes, rows: dict[str, list[dict[str, Any]]], found: dict[str, Any]) -> None:
    asked = max((found[name]["asked"] for name in rows), default=0)
    _frame(axes, f"From a question's last sample to the answer's first, {asked} questions", rows)
    jitter = np.random.default_rng(0)
    for y, (name, mine) in enumerate(rows.items()):
        ms = np.array([1000 * r["gap_s"] for r in mine if r["gap_s"] is not None])
        at = y + jitter.uniform(-0.2, 0.2, ms.size)
        axes.scatter(ms, at, s=30, color=COLOURS[name], alpha=0.55, linewidths=0)
        for p, style in (("p50", "-"), ("p90", (0, (2, 2)))):
            if (value := found[name][f"{p}_ms"]) is None:
                continue
            axes.plot([value] * 2, [y - 0.34, y + 0.34], color=INK, linewidth=1.4, linestyle=style)
            side, va = (y - 0.37, "bottom") if p == "p50" else (y + 0.37, "top")
            axes.text(value, side, f"{p} {value}", size=8.5, color=INK, ha="center", va=va)
        early = sum(r["early"] for r in mine)
        if missing := len(mine) - ms.size:
            note = f"not drawn: {early} begun too early, {missing - early} unanswered"
            axes.text(1, y - 0.37, note, size=8, color=FAINT, ha="right", va="bottom",
                      transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set_xlim(0, None)
    axes.axvline(HUMAN_MS, color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.text(HUMAN_MS, len(rows) - 0.46, " people", size=8, color=FAINT, va="bottom")


def _bars(axes: Axes, stages: dict[str, list[tuple[str, float]]]) -> None:
    _frame(axes, "What the gap is made of (median of each stage)", stages)
    longest = max((sum(ms for _, ms in told) for told in stages.values()), default=0.0) or 1.0
    for y, (name, told) in enumerate(stages.items()):
        left = 0.0
        for n, (label, ms) in enumerate(told):
            shade = (SHADES if name == "ours" else SHADES_BLUE)[n % len(SHADES)]
            axes.barh(y, ms, 0.5, left=left, color=shade, edgecolor="white", linewidth=0.8)
            if ms > NARROW * longest:
                dark = n % len(SHADES) >= 3
                axes.text(
                    left + ms / 2, y, f"{ms:.0f}", size=8.5, ha="center", va="center",
                    color="white" if dark else INK,
                )  # fmt: skip
                low = y + (0.3 if n % 2 else -0.3)
                axes.text(
                    left, low, label, size=8, color=FAINT, ha="left",
                    va="top" if n % 2 else "bottom",
                )  # fmt: skip
            left += ms
    axes.set_xlim(0, 1.03 * longest)


def _frame(axes: Axes, title: str, names: Any) -> None:
    axes.set_title(title, loc="left", size=11, color=INK, weight="bold", pad=12)
    axes.set_yticks(range(len(names)), [NAMES[name] for name in names])
    axes.set_ylim(len(names) - 0.45, -0.62)
    axes.tick_params(length=0, labelsize=9, labelcolor=FAINT)
    axes.tick_params(axis="y", labelsize=10.5, labelcolor=INK)
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    axes.set_xlabel("ms", size=9, color=FAINT, loc="right")
