"""The café of `vivavoce demo` through others' ears: the same sound, their decisions beside ours.

Run the demo first; its folder has all that is needed. The owner's moments follow our answers, so
that the others are asked only when they would take the floor from the bot, when they would answer,
and how often without the owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import anyio
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bench.command import parser, run, say
from bench.crowd.loop import Plan, converse
from bench.crowd.systems import systems
from bench.peers.strategies import turns
from bench.picture import FAINT, INK
from bench.stats import table
from vivavoce.core import FRAME_S, IN_RATE, OUT_RATE, Decided, Event, Pcm
from vivavoce.timeline import Line
from vivavoce.timeline import read as read_lines
from vivavoce.timeline.panels import MOVES

Span = tuple[float, float]
PIPECAT = "Pipecat, stock"
TIMEOUT = "Silero + timeout"
LISTENS, ANSWERS = "#6ea6cd", "#e9a15f"
OWNER, BYSTANDERS = "#2f6f9f", "#b9bec4"
CAFE_RESTS_S = 0.3
"""The owner's clips have pauses of their own; a turn that began so little before one is its."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What one system makes of the sound."""

    name: str
    listens: list[Span]
    """The user has the floor, as it thinks."""
    answers: list[float]
    """When it took a turn as over."""


def owner_spans(lines: Sequence[Line], who: str = "owner") -> list[Span]:
    """The truth that the demo wrote down."""
    return [
        (line["start"], line["end"])
        for line in lines
        if line["kind"] == "said" and line["who"] == who
    ]


def ours(lines: Sequence[Line]) -> Lane:
    """From the timeline that the server wrote."""
    return from_moves("Vivavoce", [(line["t"], line["move"]) for line in _frames(lines)])


def from_moves(name: str, moves: Sequence[tuple[float, str]]) -> Lane:
    """The user's floor is listen and hold; an answer begins where speak follows them."""
    listens, answers, before = [], [], "idle"
    for kind, frames in groupby(moves, key=lambda m: _side(m[1])):
        times = [t for t, _ in frames]
        if kind == "user":
            listens.append((times[0], times[-1] + FRAME_S))
        elif kind == "speak" and before == "user":
            answers.append(times[0])
        before = kind
    return Lane(name, listens, answers)


def _side(move: str) -> str:
    return "user" if move in ("listen", "hold", "yield") else move


def _frames(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line["kind"] == "frame"]


def timeout(pcm: Pcm) -> Lane:
    """Silero and a silence timeout in our own loop; it answers, so that it can be disturbed."""
    system = systems()["silero + timeout"]
    parts = system.parts(np.zeros(0, np.float32), speaks=True)
    went = anyio.run(lambda: converse(pcm, parts, system.cfg, Plan(), keep=True))
    return from_moves(TIMEOUT, [_moved(event) for event in went.shown if _decided(event)])


def _decided(event: Event) -> bool:
    return isinstance(event, Decided)


def _moved(event: Event) -> tuple[float, str]:
    assert isinstance(event, Decided)
    return event.t, event.decision.move.value


def stock(pcm: Pcm) -> Lane:
    """Pipecat's own classes."""
    seconds = len(pcm) / IN_RATE
    found = turns([pcm])[0]
    listens = [(turn.start, min(turn.end or seconds, seconds)) for turn in found]
    return Lane(PIPECAT, listens, [t.end for t in found if t.end and t.text and t.end < seconds])


def disturbed(lane: Lane, owner: Sequence[Span]) -> dict[str, int | str]:
    """How often it took the floor, or answered, without the owner."""
    false = [s for s in lane.listens if not any(_meet(s, o) for o in owner)]
    heard = [o for o in owner if any(o[1] <= t <= o[1] + 2.0 for t in lane.answers)]
    wrong = [t for t in lane.answers if not any(o[1] <= t <= o[1] + 2.0 for o in owner)]
    return {
        "system": lane.name,
        "turns_without_the_owner": len(false),
        "answers_without_the_owner": len(wrong),
        "owner_answered_within_2_s": len(heard),
        "owner_spoke": len(owner),
    }


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] + CAFE_RESTS_S and other[0] - CAFE_RESTS_S < one[1]


def draw(lines: Sequence[Line], pcm: Pcm, lanes: Sequence[Lane], path: Path) -> None:
    """From above: the microphone, who really speaks, ours, the others."""
    seconds = len(pcm) / IN_RATE
    names = [*[lane.name for lane in lanes], "who speaks", "microphone"]
    figure = Figure(figsize=(14, 1.0 + 0.62 * len(names)), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    top = len(lanes)
    _wave(axes, pcm, top + 1)
    for span in owner_spans(lines, "bystander"):
        _bar(axes, top - 0.18, span, BYSTANDERS, 0.3)
    for span in owner_spans(lines):
        _bar(axes, top + 0.18, span, OWNER, 0.3)
        axes.axvspan(*span, color=OWNER, alpha=0.07, linewidth=0)
    for y, lane in enumerate(lanes):
        _lane(axes, y, lane, _frames(lines))
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(0, seconds)
    axes.set_ylim(-0.6, len(names) - 0.3)
    axes.set_xlabel("seconds", size=9, color=FAINT, loc="right")
    axes.tick_params(length=0, labelsize=9, labelcolor=FAINT)
    axes.tick_params(axis="y", labelsize=10.5, labelcolor=INK)
    axes.spines[:].set_visible(False)
    axes.set_title("One owner in a café, the same sound for all", loc="left", size=11.5,
                   color=INK, weight="bold")  # fmt: skip
    told = {
        "the owner speaks": OWNER, "people nearby speak": BYSTANDERS,
        "taken as the user's turn": LISTENS, "we speak": ANSWERS,
        "given up for the user": MOVES["yield"],
    }  # fmt: skip
    axes.legend([Patch(facecolor=c) for c in told.values()], told, loc="upper center", ncols=6,
                bbox_to_anchor=(0.5, -0.08), frameon=False, fontsize=8.5,
                labelcolor=INK)  # fmt: skip
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.2)


def _lane(axes: Axes, y: float, lane: Lane, frames: Sequence[Line]) -> None:
    """Ours has moves to show; of the others an answer is a mark."""
    if lane.name == "Vivavoce":
        for move, run_of in groupby(frames, key=lambda line: str(line["move"])):
            times = [line["t"] for line in run_of]
            if move in ("speak", "yield"):
                colour = ANSWERS if move == "speak" else MOVES["yield"]
                _bar(axes, y, (times[0], max(times[-1] + FRAME_S, times[0] + 0.16)), colour, 0.56)
    for span in lane.listens:
        _bar(axes, y, span, LISTENS, 0.56)
    if lane.name != "Vivavoce":
        axes.scatter(lane.answers, [y] * len(lane.answers), marker=">", s=60, color=ANSWERS,
                     edgecolors="white", linewidths=0.6, zorder=4)  # fmt: skip


def _bar(axes: Axes, y: float, span: Span, colour: str, high: float) -> None:
    axes.barh(y, span[1] - span[0], high, left=span[0], color=colour, linewidth=0)


def _wave(axes: Axes, pcm: Pcm, y: float) -> None:
    step = max(1, len(pcm) // 3000)
    peaks = np.abs(pcm[: len(pcm) // step * step]).reshape(-1, step).max(axis=1)
    high = 0.42 * peaks / max(float(peaks.max()), 1e-6)
    axes.fill_between(np.arange(len(peaks)) * step / IN_RATE, y - high, y + high,
                      color="#9aa7b1", linewidth=0)  # fmt: skip


def measure(folder: Path, picture: Path | None) -> dict[str, Any]:
    """Their decisions on what the microphone of the demo heard."""
    lines = read_lines(folder / "timeline.jsonl")
    pcm = microphone(folder / "conversation.wav")
    say(f"{len(pcm) / IN_RATE:.0f} s of the café; Silero + timeout, then Pipecat")
    lanes = [stock(pcm), timeout(pcm), ours(lines)]
    if picture is not None:
        draw(lines, pcm, lanes, picture)
    owner = owner_spans(lines)
    return {"systems": [disturbed(lane, owner) for lane in reversed(lanes)]}


def microphone(path: Path) -> Pcm:
    """(n,) at 16 kHz: the left of the two tracks."""
    import soundfile
    import soxr

    both, rate = soundfile.read(path, dtype="float32")
    assert rate == OUT_RATE, f"the demo's {path.name} has {OUT_RATE} Hz"
    return np.asarray(soxr.resample(both[:, 0], rate, IN_RATE), np.float32)


def show(result: dict[str, Any]) -> str:
    """The table."""
    rows = [list(row.values()) for row in result["systems"]]
    return table([key.replace("_", " ") for key in result["systems"][0]], rows)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("folder", type=Path, help="what `vivavoce demo --out` left")
    options.add_argument("--plot", type=Path, metavar="OUT.png", help="draw the lanes")
    args = options.parse_args()
    run("cafe_compare", lambda: measure(args.folder, args.plot), show, args.json)


if __name__ == "__main__":
    main()
