"""The run as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure


def draw(history: Sequence[dict[str, Any]], path: Path) -> None:
    """history: one dict a step (step, loss) or a look (step, held_out, right, runs)."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    steps = [h for h in history if "loss" in h]
    looks = [h for h in history if "held_out" in h]
    left.plot([h["step"] for h in steps], [h["loss"] for h in steps], lw=0.8, label="trained on")
    left.plot(
        [h["step"] for h in looks], [h["held_out"] for h in looks], "o-", ms=3, label="held out"
    )
    left.set(xlabel="step", ylabel="cross-entropy, nats a place")
    left.legend(frameon=False)
    for n in range(len(looks[0]["runs"]) if looks else 0):
        right.plot(
            [h["step"] for h in looks],
            [h["runs"][n] for h in looks],
            "o-",
            ms=3,
            label=f"{n + 1} draft{'s' if n else ''}",
        )
    right.set(xlabel="step", ylabel="expected tokens a forward")
    right.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
