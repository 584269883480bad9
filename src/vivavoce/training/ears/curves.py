"""What a run's log shows: the loss, and the scores on dev."""

import json
from pathlib import Path

_SHOWN = ("quiet", "noise_0db", "one_5db", "babble_5db", "far", "turns", "turns wrong voice")
_SMOOTH = 20


def draw(log: Path, picture: Path) -> None:
    """Two panels as PNG."""
    from matplotlib.figure import Figure

    rows = [json.loads(line) for line in log.read_text().splitlines()]
    losses = [row["loss"] for row in rows]
    means = [
        sum(losses[max(0, n - _SMOOTH) : n + 1]) / min(n + 1, _SMOOTH + 1)
        for n in range(len(losses))
    ]
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([row["step"] for row in rows], means)
    left.set(xlabel="step", ylabel=f"loss, mean of {_SMOOTH}")
    scored = [row for row in rows if "dev" in row]
    for kind in _SHOWN:
        right.plot([r["step"] for r in scored], [r["dev"][kind] for r in scored], "o-", label=kind)
    right.set(xlabel="step", ylabel="average precision, dev", ylim=(0, 1))
    right.legend(fontsize="small")
    figure.savefig(picture, dpi=110)
