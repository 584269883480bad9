"""A conversation as a picture: both voices, their words, who speaks, the moves with their reasons,
and what the ears made of it.

Loads matplotlib: import it where it is used.
"""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MultipleLocator

from vivavoce.core import Pcm
from vivavoce.timeline import panels
from vivavoce.timeline.gaps import gaps
from vivavoce.timeline.lines import Line
from vivavoce.timeline.panels import ASSISTANT, FAINT, INK, USER

ROW_S = 15.0
MAX_MINUTES = 5
"""What a picture holds; more would be too tall to look at."""

# Inches. A row, from above: words, wave, who speaks, moves, why, wave, words, curves, times, air.
_WIDTH, _LEFT, _RIGHT, _HEAD = 16.0, 0.95, 0.35, 0.95
_WORDS, _WAVE, _WHO, _MOVES, _WHY, _CURVES, _TIMES = 0.46, 0.62, 0.18, 0.2, 0.34, 0.5, 0.5
_FLOOR = _WHO + _MOVES + _WHY
_VOICES = 2 * _WORDS + 2 * _WAVE + _FLOOR
_ROW = _VOICES + _CURVES + _TIMES


def draw(
    lines: Sequence[Line], user: Pcm, assistant: Pcm, rate: int, path: Path, title: str = ""
) -> None:
    """Write a PNG: rows of 15 s, at most the first 5 minutes (the picture then says so).

    user and assistant: (n,) at rate, both from the conversation's beginning. OSError when the disk
    refuses.
    """
    whole_s = _length_s(lines, user, assistant, rate)
    shown_s = min(whole_s, MAX_MINUTES * 60.0)
    rows = max(1, ceil(shown_s / ROW_S))
    row_s = ROW_S if rows > 1 else max(shown_s, 2.0)
    figure = Figure(figsize=(_WIDTH, _HEAD + rows * _ROW), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    _head(figure, title, whole_s, shown_s)

    frames = [line for line in lines if line["kind"] == "frame"]
    known = [line for line in lines if line["kind"] == "speaker"]
    names = panels.people(frames)
    waits = list(gaps(lines, assistant, rate))
    voices = (("user", user, USER, 1), ("assistant", assistant, ASSISTANT, -1))
    for row in range(rows):
        top, span = _HEAD + row * _ROW, (row * row_s, (row + 1) * row_s)
        _clock(_strip(figure, top, _VOICES + _CURVES + 0.1, span))
        panels.marks(_strip(figure, top + _WORDS, 2 * _WAVE + _FLOOR, span), waits, lines)
        for name, pcm, colour, away in voices:
            below = 0.0 if away > 0 else _WORDS + _WAVE + _FLOOR
            said, sounds = (below, below + _WORDS) if away > 0 else (below + _WAVE, below)
            panels.words(
                _strip(figure, top + said, _WORDS, span), _words(lines, name), colour, away
            )
            wave = _strip(figure, top + sounds, _WAVE, span, name, colour)
            panels.wave(wave, pcm, rate, _scale(pcm), colour)
        floor = top + _WORDS + _WAVE
        panels.who(_strip(figure, floor, _WHO, span, "who"), frames, known, names)
        panels.moves(_strip(figure, floor + _WHO, _MOVES, span, "move"), frames)
        panels.reasons(_strip(figure, floor + _WHO + _MOVES, _WHY, span, "why"), frames)
        panels.curves(_strip(figure, top + _VOICES + 0.1, _CURVES, span, "ears"), frames)
    figure.savefig(path, format="png")


def _length_s(lines: Sequence[Line], user: Pcm, assistant: Pcm, rate: int) -> float:
    told = max((max(line.get("t", 0.0), line.get("end", 0.0)) for line in lines), default=0.0)
    return max(len(user) / rate, len(assistant) / rate, float(told))


def _scale(pcm: Pcm) -> float:
    """So that loud speech fills its strip, and neither a lone click nor mere noise does."""
    return float(1 / max(np.quantile(np.abs(pcm), 0.999) if len(pcm) else 0.0, 0.02))


def _words(lines: Sequence[Line], side: str) -> list[Line]:
    words = [line for line in lines if line["kind"] == "word" and line["side"] == side]
    return sorted(words, key=lambda word: float(word["start"]))


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


def _head(figure: Figure, title: str, whole_s: float, shown_s: float) -> None:
    """The title, how long it is and what the colours mean."""
    height = figure.get_figheight()
    left, right = _LEFT / _WIDTH, 1 - _RIGHT / _WIDTH
    length = f"{_minutes(whole_s)} min" if whole_s >= 60 else f"{whole_s:.1f} s"
    if shown_s < whole_s:
        length = f"cut: the first {shown_s / 60:.0f} of {whole_s / 60:.0f} minutes"
    y = 1 - 0.3 / height
    figure.text(left, y, title, size=14, weight="bold", color=INK, va="center", parse_math=False)
    figure.text(right, y, length, size=10, color=FAINT, va="center", ha="right")
    patches = [Patch(facecolor=colour) for colour in panels.MOVES.values()]
    strokes = [Line2D([], [], **style) for style in panels.CURVES.values()]
    names = [f"p({name.replace('_', ' ')})" for name in panels.CURVES]
    style: dict[str, Any] = {
        "ncols": 9, "frameon": False, "fontsize": 8.5, "labelcolor": INK, "handlelength": 1.5,
        "handletextpad": 0.5, "columnspacing": 1.4, "borderpad": 0, "borderaxespad": 0,
    }  # fmt: skip
    y = 1 - 0.64 / height
    figure.legend(patches, panels.MOVES, loc="center left", bbox_to_anchor=(left, y), **style)
    figure.legend(strokes, names, loc="center right", bbox_to_anchor=(right, y), **style)


def _clock(axes: Axes) -> None:
    """The seconds, behind everything."""
    axes.set_axis_on()
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelleft=False, labelsize=8, labelcolor=FAINT, pad=3)
    axes.xaxis.set_major_locator(MultipleLocator(1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda t, _: _minutes(round(t))))
    axes.grid(axis="x", color="#eceef0", linewidth=0.6)


def _strip(
    figure: Figure,
    top: float,
    high: float,
    span: tuple[float, float],
    name: str = "",
    colour: str = FAINT,
) -> Axes:
    """Bare axes on the time span; top and high in inches from the figure's upper edge."""
    height = figure.get_figheight()
    wide = 1 - (_LEFT + _RIGHT) / _WIDTH
    axes = figure.add_axes((_LEFT / _WIDTH, 1 - (top + high) / height, wide, high / height))
    axes.set_xlim(span)
    axes.set_axis_off()
    axes.text(
        -0.008, 0.5, name, transform=axes.transAxes, size=9.5, ha="right", va="center", color=colour
    )
    return axes
