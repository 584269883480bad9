"""Turns heard once and kept: what `vivavoce train floor` learns from. Resumable, seeded."""

import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from vivavoce.core import FRAME_S, IN_RATE, Pcm
from vivavoce.floor.features import TurnState, vector
from vivavoce.scenes import Split, split_of
from vivavoce.training.cues import Cues, Networks, keep, kept, listen
from vivavoce.training.surroundings import Place, Surroundings, draw
from vivavoce.training.turns import Turn, read, said


@dataclass(frozen=True, slots=True)
class Sources:
    """Folders; what is None is left out."""

    work: Path
    """Where everything heard is kept."""
    speech: Path | None = None
    """LibriSpeech, `READER-CHAPTER-N.flac`."""
    said: Path | None = None
    """`python -m bench.turns.said`: train/, dev/, test/."""
    noise: Path | None = None
    rooms: Path | None = None
    texts: Path | None = None
    """Sentences for floor.sentence: GSM8K's questions, JSON a line. None keeps the table."""


@dataclass(frozen=True, slots=True)
class Share:
    """Every `of`-th turn, from the `part`-th on: what one of several processes listens to."""

    part: int = 0
    of: int = 1


ALL = Share()


def surroundings(sources: Sources, split: Split) -> Surroundings:
    """The rooms, noises and background talkers of one split."""

    def mine(folder: Path | None) -> list[Pcm]:
        paths = sorted(folder.glob("*.wav")) if folder else []
        return [_sound(p) for p in paths if split_of(p.name) is split]

    readers = sorted(sources.speech.glob("*.flac")) if sources.speech else []
    talkers = [_sound(p) for p in readers if split_of(p.name.split("-")[0]) is split][:40]
    return Surroundings(mine(sources.rooms), mine(sources.noise), talkers)


def turns(sources: Sources, split: Split, networks: Networks, share: Share = ALL) -> Iterator[Turn]:
    """Real and said ones in turns, while there are both. A share is of the readers' files, whose
    words are found on the way, and of the said turns."""
    readers = sorted(sources.speech.glob("*.flac")) if sources.speech else []
    mine = [p for p in readers if split_of(p.name.split("-")[0]) is split][share.part :: share.of]
    real = read(mine, networks.recogniser, sources.work / "words")
    listings = sorted((sources.said / split.value).glob("*.json")) if sources.said else []
    spoken = said(listings[share.part :: share.of])
    for pair in _zipped(real, spoken):
        yield from pair


def _zipped(a: Iterator[Turn], b: Iterator[Turn]) -> Iterator[tuple[Turn, ...]]:
    missing = object()
    while True:
        pair = [next(a, missing), next(b, missing)]
        there = tuple(t for t in pair if isinstance(t, Turn))
        if not there:
            return
        yield there


def gather(
    sources: Sources,
    split: Split,
    networks: Networks,
    *,
    place: Place | None = None,
    kind: str = "",
    times: int = 1,
    share: Share = ALL,
) -> None:
    """Listen to every turn so many times, at places of its own or at the given one, and keep what
    was heard. What is there already is not heard again."""
    around = surroundings(sources, split)
    folder = sources.work / "cues" / (kind or split.value)
    folder.mkdir(parents=True, exist_ok=True)
    for turn in turns(sources, split, networks, share):
        for time in range(times):
            path = folder / f"{turn.name}~{time}.npz"
            if path.exists():
                continue
            rng = np.random.default_rng([zlib.crc32(turn.name.encode()), time])
            where = place or draw(rng)
            gate = 8.0 if place else max(4.0, min(float(rng.uniform(6, 12)), where.snr_db + 1))
            tail = 5.0 if place else 4.0
            keep(listen(turn, where, around, networks, rng, tail, gate), path)
            there = sum(1 for _ in folder.glob("*.npz"))
            print(f"\r{split.value}: {there} turns heard", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


@dataclass(frozen=True, slots=True)
class Example:
    """One turn as the network sees it; f frames from the one that opened the turn."""

    name: str
    x: NDArray[np.float32]
    """(f, n) of features.NAMES"""
    over: NDArray[np.float32]
    """(f,) 1 once the turn is over."""
    soon: NDArray[np.float32]
    """(f,) 1 from half a second before that on."""
    weight: NDArray[np.float32]
    """(f,)"""
    cues: Cues


SOON_S = 0.5
SPEECH_WEIGHT = 0.15
"""Of a frame of speech, against the first frame of a pause."""
DECAY_FRAMES = 10.0
"""The beginning of a pause decides; every pause counts about as much as any other."""


def example(cues: Cues) -> Example:
    """Vectors and truth of one turn."""
    state = TurnState()
    x = np.array([vector(f, state) for f in cues.frames() if f.in_turn], np.float32)
    ends = (np.arange(cues.opened, len(cues.owner)) + 1) * FRAME_S
    over = np.zeros(len(x), np.float32)
    weight = np.full(len(x), SPEECH_WEIGHT, np.float32)
    last = cues.spans[-1][0]
    over[ends > last] = 1.0
    for start, end in cues.spans:
        inside = (ends > start + 0.02) & (ends <= end)
        weight[inside] = 0.1 + np.exp(-np.arange(inside.sum()) / DECAY_FRAMES)
    soon = (ends > last - SOON_S).astype(np.float32)
    return Example(cues.name, x, over, soon, weight, cues)


def examples(work: Path, kind: str) -> list[Example]:
    """Everything that was kept of one kind, but for turns that nobody heard begin."""
    found = (example(kept(path)) for path in sorted((work / "cues" / kind).glob("*.npz")))
    return [e for e in found if len(e.x)]


def _sound(path: Path) -> Pcm:
    pcm, rate = soundfile.read(path, dtype="float32")
    assert rate == IN_RATE, f"{path} is at {rate} Hz"
    return np.asarray(pcm if pcm.ndim == 1 else pcm[:, 0], np.float32)
