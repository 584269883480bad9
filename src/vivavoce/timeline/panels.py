"""The strips that a row of the picture is made of; each draws on axes whose x is seconds."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from vivavoce.core import FRAME_S, Pcm
from vivavoce.timeline.gaps import Gap
from vivavoce.timeline.lines import Line

INK, FAINT = "#33363b", "#80868c"
USER, ASSISTANT, ALARM, OTHER = "#2f6f9f", "#c8642b", "#8c3b6f", "#7d8b3a"

# Blues are the user's floor and oranges ours; neighbours differ in lightness, for every eye.
MOVES = {
    "idle": "#eceef0",
    "listen": "#6ea6cd",
    "hold": "#cfe0ee",
    "speak": "#e9a15f",
    "duck": "#f8e3c8",
    "yield": ALARM,
    "nod": "#4f9d83",
}
PEOPLE = ((USER, "#ffffff"), ("#c99700", INK), (ALARM, "#ffffff"), ("#4f9d83", INK))
"""Colour and ink of each person, in the order in which they are first heard; then over again."""
CURVES: dict[str, dict[str, Any]] = {
    "speech": {"color": "#b9bec4", "linewidth": 1.0},
    "other": {"color": OTHER, "linewidth": 1.0},
    "owner": {"color": USER, "linewidth": 1.5},
    "turn_end": {"color": ALARM, "linewidth": 1.5},
    "echo": {"color": "#c99700", "linewidth": 1.2, "linestyle": (0, (3, 1.5))},
}

_COLUMNS = 1600
"""Of a waveform; about one a pixel."""
_WORD_POINTS = (8.5, 7.5, 6.5, 5.5, 4.5)
"""Sizes to try: the largest with which no word covers another."""
_MARGIN = 18.0
"""Points that a row's last word may stand out."""
_ASPECT, _LEADING = 0.6, 1.2
"""Of the typeface: a letter's mean width and a line's height, in sizes."""
_NAME_POINTS, _WHY_POINTS = 7.5, 6.5
_PRESENT = 0.5
"""Probability above which somebody speaks."""


def wave(axes: Axes, pcm: Pcm, rate: int, scale: float, colour: str) -> None:
    """The loudest and the quietest sample of every column."""
    axes.set_ylim(-1, 1)
    start, end = axes.get_xlim()
    axes.axhline(0, color=colour, linewidth=0.5, alpha=0.5)
    edges = np.linspace(start * rate, end * rate, _COLUMNS + 1).astype(int)
    edges = edges[edges < len(pcm)]
    if len(edges) < 2:
        return
    part = np.clip(pcm[: edges[-1]] * scale, -1, 1)
    high = np.maximum.reduceat(part, edges[:-1])
    low = np.minimum.reduceat(part, edges[:-1])
    axes.fill_between(edges[:-1] / rate, low, high, color=colour, linewidth=0.3)


def words(axes: Axes, spoken: Sequence[Line], colour: str, away: int) -> None:
    """Each word where it begins, a bar for how long it sounds; away: +1 upwards, -1 downwards."""
    start, end = axes.get_xlim()
    box = axes.get_window_extent()
    per_point = axes.figure.dpi / 72
    wide, high = box.width / per_point, box.height / per_point
    axes.set_ylim(*((0, high) if away > 0 else (-high, 0)))
    here = [word for word in spoken if start <= word["start"] < end]
    second = wide / (end - start)
    for size in _WORD_POINTS:
        room = int((high - 3) // (size * _LEADING))
        widths = [(len(word["text"]) + 1.5) * size * _ASPECT / second for word in here]
        lefts = [
            min(word["start"], end + _MARGIN / second - width)
            for word, width in zip(here, widths, strict=True)
        ]
        lanes = _lanes(lefts, widths)
        if max(lanes, default=0) < room:
            break
    starts = [word["start"] for word in here]
    ends = [max(word["end"], word["start"] + 0.02) for word in here]
    feet = [away * (3 + min(lane, room - 1) * size * _LEADING) for lane in lanes]
    axes.hlines([away * 1.5] * len(here), starts, ends, color=colour, linewidth=1.6)
    axes.vlines(starts, 0, [y + away * size for y in feet], color=colour, linewidth=0.5, alpha=0.4)
    for word, left, y in zip(here, lefts, feet, strict=True):
        axes.text(
            left, y, " " + word["text"], size=size, color=INK, parse_math=False,
            va="bottom" if away > 0 else "top",
        )  # fmt: skip


def people(frames: Sequence[Line]) -> list[str]:
    """Whose talk it is, in the order in which they are first heard; "owner" without a name."""
    return list(dict.fromkeys(name for name in map(_speaker, frames) if name))


def who(axes: Axes, frames: Sequence[Line], known: Sequence[Line], names: Sequence[str]) -> None:
    """A band for whoever of names speaks and a thin one for others; behind a turn, whose it was."""
    axes.set_ylim(0, 1)
    for others, left, right in _runs(axes, frames, _others):
        if others:
            axes.barh(0.14, right - left, 0.16, left, color=OTHER, linewidth=0)
    taken = []
    for name, left, right in _runs(axes, frames, _speaker):
        if name:
            colour, ink = PEOPLE[names.index(name) % len(PEOPLE)]
            axes.barh(0.64, right - left, 0.72, left, color=colour, linewidth=0)
            _name(axes, name, left, right, 0.6, ink)
            taken.append((left, right))
    start, end = axes.get_xlim()
    for line in known:
        text = f" {line['name'] or 'unknown'} {line['confidence']:.0%}"
        after = line["t"] + len(text) * _NAME_POINTS * _ASPECT / _points_s(axes)
        free = all(after < left or right <= line["t"] for left, right in taken)
        if start <= line["t"] and after < end and free:
            axes.text(
                line["t"], 0.6, text, size=_NAME_POINTS, color=INK, va="center", parse_math=False
            )
            taken.append((line["t"], after))


def moves(axes: Axes, frames: Sequence[Line]) -> None:
    """A band of colours, named where there is room."""
    axes.set_ylim(0, 1)
    for move, left, right in _runs(axes, frames, lambda frame: str(frame["move"])):
        axes.barh(0.5, right - left, 1, left, color=MOVES.get(move, "#ffffff"), linewidth=0)
        _name(axes, move, left, right, 0.47, "#ffffff" if move == "yield" else INK)


def reasons(axes: Axes, frames: Sequence[Line]) -> None:
    """Why each move was made, below where it begins; left out where neighbours take the room."""
    high = axes.get_window_extent().height / axes.figure.dpi * 72
    axes.set_ylim(-high, 0)
    start, end = axes.get_xlim()
    changes = [new for old, new in pairwise(frames) if new["move"] != old["move"]]
    here = [frame for frame in changes if start <= frame["t"] < end]
    leading = _WHY_POINTS * _LEADING
    widths = [(len(f["why"]) + 1) * _WHY_POINTS * _ASPECT / _points_s(axes) for f in here]
    lefts = [min(f["t"], end - width) for f, width in zip(here, widths, strict=True)]
    for frame, left, lane in zip(here, lefts, _lanes(lefts, widths), strict=True):
        if (lane + 1) * leading > high:
            continue
        y = -1 - lane * leading
        axes.vlines(frame["t"], y - _WHY_POINTS, 0, color=INK, linewidth=0.5, alpha=0.4)
        axes.text(
            left, y, " " + frame["why"], size=_WHY_POINTS, color=INK, va="top", parse_math=False
        )


def curves(axes: Axes, frames: Sequence[Line]) -> None:
    """What the ears made of it, at the middle of every frame."""
    axes.set_ylim(-0.04, 1.06)
    start, end = axes.get_xlim()
    here = [frame for frame in frames if start - FRAME_S < frame["t"] < end + FRAME_S]
    times: NDArray[np.float64] = np.array([frame["t"] + FRAME_S / 2 for frame in here])
    for name, style in CURVES.items():
        heights = [frame["p"].get(name, 0.0) for frame in here]
        if name == "speech":
            axes.fill_between(times, heights, color="#dfe2e5", linewidth=0)
        axes.plot(times, heights, solid_joinstyle="round", **style)


def marks(axes: Axes, waits: Sequence[Gap], lines: Sequence[Line]) -> None:
    """How long each answer took, and what went wrong."""
    axes.set_ylim(0, 1)
    start, end = axes.get_xlim()
    for gap in waits:
        if gap.end < start or gap.start > end:
            continue
        axes.axvspan(max(gap.start, start), min(gap.end, end), color=ALARM, alpha=0.09, linewidth=0)
        for at in (gap.start, gap.end):
            if start <= at <= end:
                axes.axvline(at, color=ALARM, linewidth=0.8)
        if start <= gap.start:
            axes.text(
                gap.start, 0.97, f" {gap.ms:.0f} ms", size=9, weight="bold", color=ALARM, va="top"
            )
    for line in lines:
        if line["kind"] == "error" and start <= line["t"] < end:
            axes.axvline(line["t"], color=ALARM, linewidth=1.2, linestyle=":")
            axes.text(line["t"], 0.03, f" ✕ {line['code']}", size=8, color=ALARM, parse_math=False)


def _speaker(frame: Line) -> str:
    return str(frame.get("person") or "owner") if frame["p"].get("owner", 0.0) > _PRESENT else ""


def _others(frame: Line) -> str:
    return "others" if frame["p"].get("other", 0.0) > _PRESENT else ""


def _runs(
    axes: Axes, frames: Sequence[Line], of: Callable[[Line], str]
) -> Iterator[tuple[str, float, float]]:
    """What neighbouring frames have in common, from when to when, on the axes' span."""
    start, end = axes.get_xlim()
    here = [frame for frame in frames if start - FRAME_S < frame["t"] < end]
    for what, run in groupby(here, key=of):
        times = [float(frame["t"]) for frame in run]
        yield what, max(times[0], start), min(times[-1] + FRAME_S, end)


def _points_s(axes: Axes) -> float:
    """Points of width a second."""
    start, end = axes.get_xlim()
    return float(axes.get_window_extent().width / axes.figure.dpi * 72 / (end - start))


def _name(axes: Axes, text: str, left: float, right: float, y: float, ink: str) -> None:
    """In the middle of left to right, where there is room."""
    if (right - left) * _points_s(axes) > _NAME_POINTS * _ASPECT * (len(text) + 1.5):
        axes.text(
            (left + right) / 2, y, text, size=_NAME_POINTS, color=ink, ha="center", va="center",
            parse_math=False,
        )  # fmt: skip


def _lanes(lefts: Sequence[float], widths: Sequence[float]) -> list[int]:
    """For each word the innermost lane in which the words before it have ended."""
    ends: list[float] = []
    lanes = []
    for left, width in zip(lefts, widths, strict=True):
        lane = next((lane for lane, end in enumerate(ends) if end <= left), len(ends))
        ends[lane : lane + 1] = [left + width]
        lanes.append(lane)
    return lanes
