"""The picture: right answers by area, ours and Home Assistant's."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt


def draw(result: dict[str, Any], path: Path) -> None:
    """Bars, a PNG."""
    areas = {**result["areas"], "all": result["all"]}
    at = range(len(areas))
    figure, axes = plt.subplots(figsize=(9, 3.6), layout="constrained")
    ours = [part["right"] for part in areas.values()]
    theirs = [part["home_assistant_right"] for part in areas.values()]
    axes.bar([x - 0.2 for x in at], ours, 0.38, label="Vivavoce", color="#2f6f5e")
    axes.bar([x + 0.2 for x in at], theirs, 0.38, label="hassil + home-assistant-intents",
             color="#b9b4a7")  # fmt: skip
    axes.set_xticks(list(at), [f"{name}\n{part['n']}" for name, part in areas.items()], fontsize=8)
    axes.set_ylabel("right end state, %")
    axes.set_ylim(0, 100)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)
