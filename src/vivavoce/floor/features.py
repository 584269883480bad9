"""What the learned floor knows of one frame, and the numbers it is given of it."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Pcm
from vivavoce.floor.prosody import NAMES as PROSODY
from vivavoce.floor.prosody import ProsodyState, prosody
from vivavoce.floor.sentence import whole
from vivavoce.floor.wording import backchannel, normal, unfinished

PRESENT = 0.35
"""Owner above this speaks (the floor's present_listening)."""
_FILLERS = {"um", "uh", "er", "erm", "hmm", "hm", "like", "well", "so", "and", "but", "uhm"}
_ASKS = {
    "what", "who", "when", "where", "why", "how", "which", "is", "are", "do", "does", "can",
    "could", "would", "will", "did", "was", "were", "should",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FloorFeatures:
    """One frame, as it is known at its end."""

    pcm: Pcm
    """(1280,) at 16 kHz, without our echo."""
    owner: float
    """That the owner speaks in it."""
    in_turn: bool = True
    """The user has the floor, or speaks over us. Each turn begins afresh."""
    sound_end: float | None = None
    """Smart Turn's newest score of this pause; None before there is one."""
    sound_end_age: int = 0
    """Frames since the sound that it scored."""
    text: str = ""
    """All words of the turn that are known."""
    settled: bool = False
    """They reach to the end of the newest speech."""
    hears_words: bool = True
    """A recogniser is at work in this conversation."""


@dataclass(slots=True)
class TurnState:
    """What is remembered of one conversation between frames."""

    prosody: ProsodyState = field(default_factory=ProsodyState)
    frames: int = 0
    """Of this turn."""
    spoken: int = 0
    quiet: int = 0
    pauses: int = 0
    pause_mean: float = 4.0
    """Frames of this speaker's usual pause."""
    best_end: float = 0.0
    """The highest Smart Turn score of this pause."""
    text: str = ""
    text_age: int = 0
    wording: tuple[float, ...] = (0.0,) * 12
    """Computed once for each text."""

    def new_turn(self) -> None:
        """Forget the turn, keep the speaker."""
        self.prosody.pitches, self.prosody.levels, self.prosody.run = [], [], 0
        self.frames = self.spoken = self.quiet = self.pauses = self.text_age = 0
        self.best_end, self.text, self.wording = 0.0, "", (0.0,) * 12


TIMING = (
    "owner", "speaks", "quiet_log", "quiet_short", "turn_log", "spoken_log", "pauses",
    "pause_mean", "quiet_by_pause",
)  # fmt: skip
SOUND = ("sound_known", "sound_logit", "sound_age", "sound_best")
WORDING = (
    "words_known", "unfinished", "whole", "asks", "full_stop", "question_mark", "trails_off",
    "words_log", "one_or_two", "filler_last", "digit_last", "go_on",
)  # fmt: skip
TEXT = (*WORDING, "hears_words", "settled", "text_age")
NAMES = (*TIMING, *PROSODY, *SOUND, *TEXT)
GROUPS = {
    "prosody": slice(len(TIMING), len(TIMING) + len(PROSODY)),
    "sound": slice(len(TIMING) + len(PROSODY), len(TIMING) + len(PROSODY) + len(SOUND)),
    "text": slice(len(NAMES) - len(TEXT), len(NAMES)),
}
"""Each may be missing: the network is trained to do without."""


def vector(f: FloorFeatures, state: TurnState) -> NDArray[np.float32]:
    """NAMES of this frame (n,), each about -3…3; missing is 0. Moves the state on by one frame."""
    speaks = f.owner > PRESENT
    _count(speaks, state)
    timing = (
        f.owner,
        float(speaks),
        _log(state.quiet),
        min(state.quiet, 12) / 12,
        _log(state.frames),
        _log(state.spoken),
        min(state.pauses, 6) / 6,
        _log(state.pause_mean),
        min(2.0, state.quiet / (2 * state.pause_mean)),
    )
    sound: tuple[float, ...] = (0.0,) * len(SOUND)
    if f.sound_end is not None and state.quiet:
        state.best_end = max(state.best_end, f.sound_end)
        age = min(1.0, f.sound_end_age / 12)
        sound = (1.0, _logit(f.sound_end), age, _logit(state.best_end))
    if f.text != state.text:
        state.text, state.text_age, state.wording = f.text, 0, _wording(f.text)
    else:
        state.text_age += 1
    text = (*state.wording, float(f.hears_words), float(f.settled), min(1.0, state.text_age / 25))
    heard = prosody(f.pcm, f.owner, state.prosody)
    return np.array((*timing, *heard, *sound, *text), np.float32)


def _count(speaks: bool, state: TurnState) -> None:
    state.frames += 1
    if not speaks:
        state.pauses += state.quiet == 0 and state.spoken > 0
        state.quiet += 1
        return
    if state.quiet > 1 and state.spoken:
        state.pause_mean += 0.25 * (min(state.quiet, 40) - state.pause_mean)
    state.spoken += 1
    state.quiet, state.best_end = 0, 0.0


def _wording(text: str) -> tuple[float, ...]:
    words = normal(text)
    if not words:
        return (0.0,) * len(WORDING)
    end, last = text.rstrip()[-1], words[-1]
    trails = text.rstrip().endswith(("...", "…", ",", "-", "–", "—"))
    return (
        1.0,
        unfinished(text),
        _logit(whole(words)),
        float(words[0] in _ASKS),
        float(end in ".!" and not trails),
        float(end == "?"),
        float(trails),
        _log(len(words)),
        float(len(words) <= 2),
        float(last in _FILLERS),
        float(last.isdigit()),
        backchannel(text),
    )


def _log(x: float) -> float:
    return math.log1p(x) / 3


def _logit(p: float) -> float:
    return math.log((p + 1e-3) / (1 - p + 1e-3)) / 3
