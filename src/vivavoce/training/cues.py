"""What a conversation would know of a turn, frame by frame: the real networks, modelled delays.

The same for training and for the benchmark. As in a session: a pause is scored again and again and
the score is known a frame later; a transcript that reaches to the pause is known three frames after
the pause began; while the user speaks, the words are about half a second behind.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import FRAME_S, IN_FRAME, IN_RATE, Pcm
from vivavoce.ears.silero import Silero, VadState
from vivavoce.floor.features import PRESENT, FloorFeatures
from vivavoce.floor.smart_turn import DUE
from vivavoce.training.surroundings import Place, Surroundings, heard
from vivavoce.training.turns import Turn
from vivavoce.words import Recogniser

LEAD_S = 0.4
WORDS_FRAMES = 3
"""From the beginning of a pause to the words that reach it."""
BEHIND_S = 0.45
"""How far the words are behind while the user speaks."""
SCORED_S, BEFORE_FRAMES = 8.0, 4


@dataclass(frozen=True, slots=True)
class Networks:
    """What listens."""

    vad: Silero
    turn_end: Callable[[Pcm], float]
    recogniser: Recogniser


@dataclass(frozen=True, slots=True)
class Cues:
    """One turn as it was heard; f frames."""

    name: str
    pcm: Pcm
    """(f * 1280,)"""
    speech: NDArray[np.float32]
    """(f,) Silero's."""
    owner: NDArray[np.float32]
    """(f,)"""
    score: NDArray[np.float32]
    """(f,) Smart Turn's newest of this pause; NaN without one."""
    age: NDArray[np.int16]
    """(f,) frames since the sound that it scored."""
    text: tuple[str, ...]
    """(f,)"""
    settled: NDArray[np.bool_]
    """(f,)"""
    opened: int
    """The frame that opened the turn."""
    spans: tuple[tuple[float, float], ...]
    """True silences in seconds of this sound; the last one is the turn's end."""

    def frames(self) -> Iterator[FloorFeatures]:
        """From the first frame of the sound on."""
        for i in range(len(self.owner)):
            score = float(self.score[i])
            yield FloorFeatures(
                pcm=self.pcm[i * IN_FRAME : (i + 1) * IN_FRAME],
                owner=float(self.owner[i]),
                in_turn=i >= self.opened,
                sound_end=None if np.isnan(score) else score,
                sound_end_age=int(self.age[i]),
                text=self.text[i],
                settled=bool(self.settled[i]),
            )


def listen(
    turn: Turn,
    place: Place,
    around: Surroundings,
    networks: Networks,
    rng: np.random.Generator,
    tail_s: float = 2.4,
    gate_db: float = 8.0,
) -> Cues:
    """Say the turn at a place, followed by tail_s of nothing, and listen."""
    lead = round(LEAD_S * IN_RATE)
    length = lead + len(turn.pcm) + round(tail_s * IN_RATE)
    length = -(-length // IN_FRAME) * IN_FRAME
    said = np.zeros(length, np.float32)
    said[lead : lead + len(turn.pcm)] = turn.pcm
    pcm = heard(said, place, around, rng)
    speech, owner = _owner(pcm, networks.vad, gate_db)
    speaks = owner > PRESENT
    opened = _onset(owner)
    end = LEAD_S + len(turn.pcm) / IN_RATE
    inner = tuple((a + LEAD_S, b + LEAD_S) for a, b in turn.pauses)
    score, age = _scores(pcm, speaks, opened, networks.turn_end)
    text, settled = _texts(pcm, speaks, opened, networks.recogniser)
    spans = (*inner, (end, length / IN_RATE))
    return Cues(turn.name, pcm, speech, owner, score, age, text, settled, opened, spans)


def _owner(
    pcm: Pcm, vad: Silero, gate_db: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Silero, and Silero where it is about as loud as the speech so far: a stand-in for ears that
    know the owner's voice."""
    frames = pcm.reshape(-1, IN_FRAME)
    state = VadState()
    speech = np.array([vad.speech(f, state) for f in frames], np.float32)
    level = 10 * np.log10(np.mean(np.square(frames), axis=1) + 1e-10)
    usual, near = -60.0, np.zeros(len(frames), np.float32)
    for i, db in enumerate(level):
        usual = max(float(db), usual - 0.03) if speech[i] > 0.5 else usual
        near[i] = 1 / (1 + np.exp(-(db - usual + gate_db) / 1.5))
    return speech, speech * near


def _onset(owner: NDArray[np.float32]) -> int:
    loud = owner > 0.5
    both = np.flatnonzero(loud[1:] & loud[:-1])
    return int(both[0]) + 1 if len(both) else len(owner)


def _pauses(speaks: NDArray[np.bool_], opened: int) -> Iterator[tuple[int, int]]:
    """[first, last) frame of each silence after the turn was opened."""
    silent = np.concatenate([[False], ~speaks[opened:], [False]])
    edges = np.flatnonzero(np.diff(silent.astype(int))) + opened
    yield from ((int(a), int(b)) for a, b in edges.reshape(-1, 2))


def _scores(
    pcm: Pcm, speaks: NDArray[np.bool_], opened: int, turn_end: Callable[[Pcm], float]
) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    score = np.full(len(speaks), np.nan, np.float32)
    age = np.zeros(len(speaks), np.int16)
    start = max(0, opened - 1 - BEFORE_FRAMES) * IN_FRAME
    for first, last in _pauses(speaks, opened):
        newest, at = np.nan, first
        for i in range(first, last):
            score[i], age[i] = newest, i - at
            if i - first + 1 in DUE and i + 1 < last:
                until = (i + 1) * IN_FRAME
                newest = turn_end(pcm[max(start, until - int(SCORED_S * IN_RATE)) : until])
                at = i
    return score, age


def _texts(
    pcm: Pcm, speaks: NDArray[np.bool_], opened: int, recogniser: Recogniser
) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    n = len(speaks)
    text, settled = [""] * n, np.zeros(n, np.bool_)
    start = max(0, opened - 1 - BEFORE_FRAMES)
    known, begun = "", opened
    for first, last in _pauses(speaks, opened):
        if last - first <= WORDS_FRAMES:
            continue
        sound = pcm[start * IN_FRAME : (first + 1) * IN_FRAME]
        words = recogniser.transcribe(sound[-28 * IN_RATE :]).words
        for i in range(begun, first + WORDS_FRAMES):
            until = (i + 1 - start) * FRAME_S - BEHIND_S
            sofar = " ".join(w.text for w in words if w.end <= until)
            text[i] = sofar if len(sofar) > len(known) else known
        known = " ".join(w.text for w in words)
        text[first + WORDS_FRAMES : last] = [known] * (last - first - WORDS_FRAMES)
        settled[first + WORDS_FRAMES : last] = bool(words)
        begun = last
    text[begun:] = [known] * (n - begun)
    return tuple(text), settled


def keep(cues: Cues, path: Path) -> None:
    """To disk; atomic."""
    texts = sorted(set(cues.text))
    part = path.with_suffix(".part")
    with part.open("wb") as f:
        np.savez_compressed(
            f,
            pcm=np.round(cues.pcm * 32767).astype(np.int16),
            speech=cues.speech,
            owner=cues.owner,
            score=cues.score,
            age=cues.age,
            text=np.array([texts.index(t) for t in cues.text], np.int16),
            settled=cues.settled,
            facts=json.dumps([cues.name, cues.opened, texts, cues.spans]),
        )
    part.replace(path)


def kept(path: Path) -> Cues:
    """From disk."""
    with np.load(path) as z:
        name, opened, texts, spans = json.loads(str(z["facts"]))
        pcm = (z["pcm"] / np.float32(32767)).astype(np.float32)
        text = tuple(texts[i] for i in z["text"])
        return Cues(
            name, pcm, z["speech"], z["owner"], z["score"], z["age"], text, z["settled"], opened,
            tuple((a, b) for a, b in spans),
        )  # fmt: skip
