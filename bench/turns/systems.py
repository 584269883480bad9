"""Who is compared: from what was heard of a turn to a score a frame, and to shipped decisions."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench.peers.pipecat import environment
from vivavoce.core import FRAME_S, IN_RATE, Decision, Move, Percept
from vivavoce.floor import FloorConfig, FloorState, Phase, backchannel, step, unfinished
from vivavoce.floor.features import PRESENT
from vivavoce.floor.predictor import Predictor
from vivavoce.training.cues import Cues
from vivavoce.training.floor import scores
from vivavoce.training.floor_data import Example
from vivavoce.training.sweep import Span, weights

Scores = NDArray[np.float64]
"""(f,) from the frame that opened the turn on."""
LISTENING = FloorState(Phase.USER, spoke=10, weight=10.0)
"""Somebody who owns the turn speaks."""
STOCK_FRAMES = 3
"""Pipecat's VAD stops after 0.2 s; Smart Turn is asked once, there."""


def silence(e: Example) -> Scores:
    """Silero and a timeout: seconds of silence as Silero hears them, 5 s = 1."""
    return _quiet(e.cues.speech > PRESENT, e.cues.opened) * FRAME_S / 5


def stock(e: Example) -> Scores:
    """Smart Turn as Pipecat asks it: once, when Silero has been silent for 0.2 s."""
    quiet = _quiet(e.cues.speech > PRESENT, e.cues.opened)
    score, now = np.zeros(len(quiet)), 0.0
    known = np.nan_to_num(e.cues.score[e.cues.opened :])
    for i, q in enumerate(quiet):
        if q <= STOCK_FRAMES:
            now = 0.0
        elif q == STOCK_FRAMES + 1:
            now = float(known[i])
        score[i] = now
    return score


def continuous(e: Example) -> Scores:
    """Smart Turn again and again through the silence."""
    return np.asarray(np.nan_to_num(e.cues.score[e.cues.opened :]), np.float64)


def rules(e: Example) -> Scores:
    """The rule-based floor's certainty: Smart Turn, less where the words want more."""
    wanting = np.array([unfinished(t) for t in e.cues.text[e.cues.opened :]])
    known = np.array([bool(t) for t in e.cues.text[e.cues.opened :]])
    return np.asarray(continuous(e) * (1 - wanting) * known, np.float64)


def learned(predictor: Predictor) -> Callable[[Example], Scores]:
    """The learned floor's probability."""
    return lambda e: scores(predictor, e.x)


def _quiet(speaks: NDArray[np.bool_], opened: int) -> Scores:
    quiet = np.zeros(len(speaks) - opened)
    for i, speaking in enumerate(speaks[opened:]):
        quiet[i] = 0 if speaking else (quiet[i - 1] if i else 0) + 1
    return quiet


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a finished policy does, as it comes."""

    cutoffs: float
    delay_s: float
    pauses: int
    ends: int


def shipped(found: Sequence[tuple[Cues, Sequence[float]]]) -> Shipped:
    """found: the seconds at which a turn was judged over, of each turn."""
    cut, late, pauses = [], [], []
    for cues, times in found:
        for start, end in cues.spans[:-1]:
            if 0.2 <= end - start <= 5:
                cut.append(any(start < t <= end for t in times))
                pauses.append(Span(np.zeros(0), np.zeros(0), end - start, False))
        start, end = cues.spans[-1]
        late.append(min((t - start for t in times if t > start), default=end - start))
    return Shipped(
        float(weights(pauses) @ np.array(cut)), float(np.mean(late)), len(cut), len(late)
    )


def floor_ends(e: Example, cfg: FloorConfig, over: Scores | None) -> list[float]:
    """When floor.step takes the floor; afterwards it listens on. over: the learned probability,
    None for Smart Turn's."""
    cues, found, state = e.cues, [], LISTENING
    for i in range(cues.opened, len(cues.owner)):
        state, decision = step(state, _percept(cues, i, over), cfg)
        state, over_now = _listen_on(state, decision, cues, i)
        if over_now:
            found.append((i + 1) * FRAME_S)
    return found


def _percept(cues: Cues, i: int, over: Scores | None) -> Percept:
    text, score = cues.text[i], cues.score[i]
    return Percept(
        speech=float(cues.speech[i]),
        owner=float(cues.owner[i]),
        turn_end=float(np.nan_to_num(score)) if over is None else float(over[i - cues.opened]),
        learned=over is not None,
        unfinished=unfinished(text),
        backchannel=backchannel(text),
        words=len(text.split()),
        settled=bool(cues.settled[i]),
        transcribing=cues.owner[i] <= PRESENT and not cues.settled[i],
    )


def _listen_on(
    state: FloorState, decision: Decision, cues: Cues, i: int
) -> tuple[FloorState, bool]:
    """After the floor was taken, as if it had not been, but not twice in one silence."""
    if decision.move is Move.SPEAK and state.phase is Phase.OURS:
        return FloorState(Phase.OURS), True
    if state.phase is Phase.OURS:
        speaks = cues.owner[i] > PRESENT
        return (LISTENING if speaks else FloorState(Phase.OURS)), False
    if state.phase is Phase.IDLE:
        return LISTENING, False
    return state, False


def pipecat_ends(found: Sequence[Cues]) -> list[list[float]]:
    """Pipecat's own classes on the same sound."""
    script = Path(__file__).parents[1] / "peers" / "pipecat_turns.py"
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for n, cues in enumerate(found):
            paths.append(str(Path(folder) / f"{n}.wav"))
            soundfile.write(paths[-1], cues.pcm, IN_RATE, subtype="PCM_16")
        asked = subprocess.run(
            [environment(), "-P", script],
            input="\n".join(paths),
            capture_output=True,
            text=True,
            check=True,
        )
    return [json.loads(line) for line in asked.stdout.splitlines()]
