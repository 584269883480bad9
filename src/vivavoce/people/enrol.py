"""From recordings of one person to a voice, or to what is wrong with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, BadAudio, Pcm
from vivavoce.people.alone import likeness, unlike
from vivavoce.people.errors import Silent, TooLoud, TooQuiet, TooShort, TwoVoices
from vivavoce.people.person import SAME, SIZE, Vector, unit

Vectors = NDArray[np.float32]
"""(w, 256), each of length 1."""
SPEECH_STEP = 512
"""Samples that a probability of speech stands for (32 ms)."""
WINDOW = 12_800
"""Samples that a vector is taken from (0.8 s)…"""
STEP = 6_400
"""…and from one to the next."""
PIECE_STEPS = 312
"""Steps that are computed at a time (10 s)."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What enrolment needs of the ears."""

    windows: Callable[[Pcm], Vectors]
    """(n,) at 16 kHz to a vector for each WINDOW, one each STEP."""
    speech: Callable[[Pcm], NDArray[np.float32]]
    """(n,) at 16 kHz to a probability of speech for each SPEECH_STEP."""
    presence: Callable[[Pcm], Vector]
    """Speech (n,) at 16 kHz to the vector by which the ears tell a voice from others, frame by
    frame: another network's than the windows'."""


@dataclass(frozen=True, slots=True)
class EnrolConfig:
    """What a recording must be like."""

    shortest_s: float = 5.0
    """Speech that is needed."""
    longest_s: float = 30.0
    """Speech that is used: the best of it."""
    speech: float = 0.5
    """Probability from which a step counts as speech."""
    spoken: float = 0.6
    """Share of a window that must be speech for its vector to count."""
    quiet_db: float = -52.0
    """Speech below this, relative to full scale, is too quiet."""
    clipped: float = 0.004
    """Share of the speech's samples within 1% of its peak from which it is cut off."""
    one_voice: float = 0.66
    """Likeness of the two groups into which a recording falls apart; below, they are two people's:
    takes 1% of readers for two, 5% of pairs for one (TRAIN; bench.people tells it of TEST)."""
    one_person: float = SAME
    """Likeness of one recording to the others."""

    @property
    def longest_windows(self) -> int:
        """Windows in longest_s."""
        return int(self.longest_s * IN_RATE / STEP)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A voice that is fit to be kept."""

    vector: Vector
    seconds: float
    """Speech that it was taken from."""
    recordings: int
    presence: Vector = field(default_factory=lambda: np.zeros(SIZE, np.float32))
    """By which the ears know it."""


def enrol(recordings: Sequence[Pcm], hearing: Hearing, cfg: EnrolConfig | None = None) -> Enrolment:
    """recordings: (n,) each at 16 kHz, of one person. An Unfit error says what is wrong."""
    cfg = cfg or EnrolConfig()
    parts = [_listen(pcm, hearing, cfg) for pcm in recordings]
    parts = [part for part in parts if len(part.speech)]
    seconds = sum(len(part.speech) for part in parts) / IN_RATE
    if not parts:
        raise Silent("nobody speaks in it; is the right microphone on? Say a few sentences")
    whole = np.concatenate([part.speech for part in parts])
    longer = [part.speech for part in parts if len(part.speech) >= WINDOW]
    for speech in (whole, *longer):  # of less than a window nothing is taken
        _check_level(speech, cfg)
    if seconds < cfg.shortest_s:
        raise TooShort(
            f"only {seconds:.1f} s of speech; at least {cfg.shortest_s:.0f} s are needed, "
            f"{cfg.longest_s:.0f} s are best: read something aloud"
        )
    groups = _vectors(parts, hearing, cfg)
    if not groups:
        raise TooShort("the speech comes in snatches; say a few whole sentences")
    if min(map(likeness, groups)) < cfg.one_voice or unlike(groups) < cfg.one_person:
        raise TwoVoices(
            "it sounds like more than one person; record one alone, without television or others "
            "who talk"
        )
    best = _nearest(np.concatenate(groups), cfg.longest_windows)
    presence = hearing.presence(whole[: int(cfg.longest_s * IN_RATE)])
    return Enrolment(unit(best.mean(axis=0)), min(seconds, cfg.longest_s), len(parts), presence)


def heard(pcm: Pcm, hearing: Hearing, cfg: EnrolConfig | None = None) -> Enrolment:
    """The voice in pcm (n,) at 16 kHz, a turn perhaps, whatever it is like: nothing is checked.

    A zero vector if nobody speaks."""
    cfg = cfg or EnrolConfig()
    part = _listen(pcm, hearing, cfg)
    seconds = len(part.speech) / IN_RATE
    if not seconds:
        return Enrolment(np.zeros(SIZE, np.float32), 0.0, 1)
    vectors = hearing.windows(pcm)
    spoken = _spoken(part, len(vectors))
    good = spoken >= min(cfg.spoken, float(spoken.max()))
    return Enrolment(unit(vectors[good].mean(axis=0)), seconds, 1)


@dataclass(frozen=True, slots=True)
class _Heard:
    """One recording, listened to."""

    pcm: Pcm
    spoken: NDArray[np.bool_]
    """(n // SPEECH_STEP,)"""

    @property
    def speech(self) -> Pcm:
        """(m,): only the samples in which somebody speaks."""
        steps = self.pcm[: len(self.spoken) * SPEECH_STEP].reshape(-1, SPEECH_STEP)
        return steps[self.spoken].ravel()


def _listen(pcm: Pcm, hearing: Hearing, cfg: EnrolConfig) -> _Heard:
    if pcm.ndim != 1 or not len(pcm):
        raise BadAudio(f"expected mono samples, got an array of shape {pcm.shape}")
    return _Heard(pcm, hearing.speech(_audible(pcm)) >= cfg.speech)


def _audible(pcm: Pcm) -> Pcm:
    """As loud as speech usually is: also what is far too quiet must be heard to be called so."""
    loud = float(np.quantile(np.abs(pcm), 0.95))
    return pcm * np.float32(0.1 / max(loud, 1e-5)) if loud < 0.1 else pcm


def _check_level(speech: Pcm, cfg: EnrolConfig) -> None:
    size = np.abs(speech)
    level_db = 20 * np.log10(float(np.sqrt(np.mean(np.square(speech)))) + 1e-9)
    if level_db < cfg.quiet_db:
        raise TooQuiet(
            f"the speech is far too quiet ({level_db:.0f} dB); go nearer to the microphone or turn "
            "it up"
        )
    clipped = float(np.mean(size >= 0.99 * size.max()))
    if clipped > cfg.clipped:
        raise TooLoud(
            f"the speech is too loud: {clipped:.1%} of it is cut off; turn the microphone down or "
            "go further away"
        )


def _vectors(parts: Sequence[_Heard], hearing: Hearing, cfg: EnrolConfig) -> list[Vectors]:
    """(w, 256) a recording, of the windows that are mostly speech; in all of at most twice
    longest_s of speech."""
    pieces = [(i, piece) for i, part in enumerate(parts) for piece in _pieces(part)]
    richest = sorted(pieces, key=lambda piece: -float(piece[1].spoken.mean()))
    kept: list[list[Vectors]] = [[] for _ in parts]
    speech_s = 0.0
    for i, piece in richest:
        if speech_s >= 2 * cfg.longest_s:
            break
        speech_s += len(piece.speech) / IN_RATE
        vectors = hearing.windows(piece.pcm)
        kept[i].append(vectors[_spoken(piece, len(vectors)) >= cfg.spoken])
    groups = [np.concatenate(found) for found in kept if found]
    return [group for group in groups if len(group)]


def _pieces(part: _Heard) -> list[_Heard]:
    """Cut to PIECE_STEPS; an hour's recording is not computed whole for the best 30 s of it."""
    cuts = range(0, len(part.spoken), PIECE_STEPS)
    pieces = [
        _Heard(
            part.pcm[at * SPEECH_STEP : (at + PIECE_STEPS) * SPEECH_STEP],
            part.spoken[at : at + PIECE_STEPS],
        )
        for at in cuts
    ]
    return [piece for piece in pieces if piece.spoken.any()]


def _spoken(piece: _Heard, windows: int) -> NDArray[np.float64]:
    """(windows,): how much of each is speech."""
    starts = np.arange(windows) * STEP // SPEECH_STEP
    total = np.concatenate([[0], np.cumsum(piece.spoken)])
    ends = np.minimum(starts + WINDOW // SPEECH_STEP, len(piece.spoken))
    return np.asarray((total[ends] - total[starts]) / (WINDOW // SPEECH_STEP))


def _nearest(vectors: Vectors, count: int) -> Vectors:
    """(≤ count, 256): those that are most like the mean of all."""
    return vectors[np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")[:count]]
