"""The curves: pauses cut off against the mean delay, one panel for each kind of turn."""

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.picture import FAINT, INK, RULE

SYSTEMS = {
    "silence": ("Silero + timeout", "#9aa1a8", "-"),
    "smart_turn_once": ("Smart Turn, asked once", "#2f6f9f", "--"),
    "smart_turn": ("Smart Turn, continuous", "#2f6f9f", "-"),
    "rules": ("rule-based floor", "#7a8f3c", "-"),
    "learned": ("learned floor", "#c8642b", "-"),
}
GOAL = (0.3, 0.2)


def draw(result: dict[str, Any], path: Path) -> None:
    """result: what bench.turns measured, details included."""
    groups = result["details"]
    figure = Figure(figsize=(11, 4.2 * -(-len(groups) // 2)), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(-(-len(groups) // 2), 2, squeeze=False).ravel()
    for axes in panels[len(groups) :]:
        axes.set_visible(False)
    for axes, (name, curves) in zip(panels, groups.items(), strict=False):
        for system, (label, colour, line) in SYSTEMS.items():
            points = curves.get(system, [])
            axes.step(
                [d for d, _ in points],
                [100 * c for _, c in points],
                line,
                where="post",
                color=colour,
                linewidth=2.4 if system == "learned" else 1.4,
                label=label,
            )
        for policy, marker in (
            ("pipecat, stock", "s"),
            ("rules, medium", "o"),
            ("learned, medium", "o"),
        ):
            if point := result["shipped"][name].get(policy):
                system = "learned" if policy.startswith("learned") else "rules"
                colour = "#2f6f9f" if policy.startswith("pipecat") else SYSTEMS[system][1]
                at = (point["delay_ms"] / 1000, 100 * point["cutoffs"])
                axes.plot(*at, marker, color=colour, markersize=7, label=policy)
        axes.plot(GOAL[0], 100 * GOAL[1], "+", color=INK, markersize=12, label="goal")
        counts = result["turns"][name]
        axes.set_title(
            f"{name}: {counts['turns']} turns, {counts['pauses']} pauses", color=INK, fontsize=10
        )
        axes.set_xlim(0, 2)
        axes.set_ylim(0, 70)
        axes.set_xlabel("mean delay after the turn's end, s", color=FAINT)
        axes.set_ylabel("pauses cut off, %", color=FAINT)
        axes.grid(color=RULE)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, format="png")
