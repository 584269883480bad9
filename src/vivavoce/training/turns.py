"""Turns whose end is known: real ones cut from read speech, and said ones from a folder."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from vivavoce.core import IN_RATE, Pcm, Word
from vivavoce.training.pauses import pause_s
from vivavoce.words import Recogniser

LEAST_GAP_S = 0.1
"""Shorter silences belong to the speech (eot-bench's least)."""
SENTENCE_GAP_S = 0.22
"""A full stop with at least so much silence after it ends a turn."""
LONGEST_S, SHORTEST_S = 10.0, 0.8
STRETCHED = 0.7
"""Share of the pauses that are made longer."""
GO_ON = 0.25
"""Share of the turns that go on after a sentence."""
_STEP = IN_RATE // 100


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn without noise; silence stands for a pause and will be filled by the room."""

    name: str
    pcm: Pcm
    """(n,) at 16 kHz, from the first sound to the last."""
    pauses: tuple[tuple[float, float], ...]
    """(start, end) in seconds of each silence inside it."""
    speaker: str = ""


def said(listings: Iterable[Path]) -> Iterator[Turn]:
    """Clips of `python -m bench.turns.said`, by their JSON files."""
    for listing in listings:
        facts = json.loads(listing.read_text())
        pcm, rate = soundfile.read(listing.with_suffix(".flac"), dtype="float32")
        assert rate == IN_RATE, listing
        inner = silences(pcm)
        given = [(a, b) for a, b in facts["spans"] if b > a]
        own = [s for s in inner if not any(a < s[1] and s[0] < b for a, b in given)]
        pauses = tuple(sorted([(float(a), float(b)) for a, b in given] + own))
        yield Turn(listing.stem, pcm, pauses, facts["voice"])


def read(recordings: Iterable[Path], recogniser: Recogniser, cache: Path) -> Iterator[Turn]:
    """Sentences of LibriSpeech's recordings; their words are kept in cache."""
    for path in recordings:
        speaker = path.name.split("-")[0]
        pcm, _ = soundfile.read(path, dtype="float32")
        rng = np.random.default_rng(int(speaker))
        words = _words(pcm, recogniser, cache / f"{path.stem}.json")
        for n, (start, end) in enumerate(sentences(pcm, words, rng)):
            piece = pcm[round(start * IN_RATE) : round(end * IN_RATE)]
            yield stretched(Turn(f"{path.stem}.{n}", piece, silences(piece), speaker), rng)


def _words(pcm: Pcm, recogniser: Recogniser, kept: Path) -> tuple[Word, ...]:
    if not kept.exists():
        words = recogniser.transcribe(pcm[: 28 * IN_RATE]).words
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([(w.text, w.start, w.end) for w in words]))
    return tuple(Word(*w) for w in json.loads(kept.read_text()))


def sentences(
    pcm: Pcm, words: tuple[Word, ...], rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    """(start, end) in seconds of stretches from a sentence's first sound to a sentence's last."""
    gaps = silences(pcm)
    length = len(pcm) / IN_RATE
    edges = [(0.0, gaps[0][1] if gaps and gaps[0][0] < 0.05 else 0.0)]
    for word in words:
        if word.text[-1] not in ".?!":
            continue
        near = [g for g in gaps if g[0] - 0.3 < word.end < g[1] + 0.15]
        if near and near[-1][1] - near[-1][0] >= SENTENCE_GAP_S:
            edges.append(near[-1])
    last = gaps[-1] if gaps and gaps[-1][1] > length - 0.05 else (length, length)
    if words and words[-1].text[-1] in ".?!" and edges[-1] != last:
        edges.append(last)
    at = 0
    while at + 1 < len(edges):
        to = at + 1
        if to + 1 < len(edges) and rng.random() < GO_ON:
            to += 1
        start, end = edges[at][1], edges[to][0]
        if SHORTEST_S < end - start < LONGEST_S:
            yield start, end
        at = to


def stretched(turn: Turn, rng: np.random.Generator) -> Turn:
    """With most pauses longer: digital silence in their middle, so that breaths stay."""
    sound, pauses, at, shift = [], [], 0, 0.0
    for start, end in turn.pauses:
        more = 0.0
        if end - start > 0.12 and rng.random() < STRETCHED:
            more = max(0.0, pause_s(rng) - (end - start))
        middle = round((start + end) / 2 * IN_RATE)
        sound += [turn.pcm[at:middle], np.zeros(round(more * IN_RATE), np.float32)]
        pauses.append((start + shift, end + shift + more))
        at, shift = middle, shift + round(more * IN_RATE) / IN_RATE
    pcm = np.concatenate([*sound, turn.pcm[at:]])
    return Turn(turn.name, pcm, tuple(pauses), turn.speaker)


def silences(pcm: Pcm, least_s: float = LEAST_GAP_S) -> tuple[tuple[float, float], ...]:
    """(start, end) in seconds where the level stays 30 dB below the loud parts, to 10 ms."""
    steps = pcm[: len(pcm) // _STEP * _STEP].reshape(-1, _STEP)
    db = 10 * np.log10(np.mean(np.square(steps), axis=1) + 1e-10)
    if not len(db):
        return ()
    smooth = np.convolve(np.pad(db, 1, mode="edge"), np.ones(3) / 3, "valid")
    quiet = smooth < max(float(np.percentile(db, 95)) - 30, float(np.percentile(db, 5)) + 6)
    for at in np.flatnonzero(quiet[:-4] & quiet[4:]):
        quiet[at : at + 4] = True  # a click of 30 ms is no speech
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    return tuple(
        (a / 100, b / 100) for a, b in edges.reshape(-1, 2).tolist() if (b - a) / 100 >= least_s
    )
