"""What the recogniser makes of others' talk, and of requests among it: words to learn from who is
spoken to. A television that reads a novel is nobody's side talk, and no written sentence looks like
half a clause under three voices."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import soundfile

from vivavoce import weights
from vivavoce.core import IN_RATE, Pcm
from vivavoce.scenes import Corpus, Speaker, Split, changed, in_room, level, mixture, nobody
from vivavoce.training.listening import processes
from vivavoce.words import Recogniser, Whisper

BEDS = ("tv", "cafe")
BED_S = 30.0
CHANGED, CHANGED_SHARE = (0.9, 1.1), 0.4
TALKERS = 40
"""People that a bed is drawn from."""
PIECES, PIECE_S = 7, (0.7, 4.0)
"""Of each bed, so long…"""
ALONE, ALONE_S = 4, (0.7, 3.5)
"""…of one reader alone…"""
REQUESTS, SNR_DB = 6, (3.0, 14.0)
"""…and requests over the bed, so much louder than it."""
BEGUN_SHARE, BEGUN = 0.6, (0.35, 0.9)
"""So many requests are heard once more, as far as they have come."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """What was recognised."""

    text: str
    to_us: bool


def requests(said: Path) -> list[Path]:
    """The training turns of `python -m bench.turns.said`, from the first sound to the last."""
    return sorted((said / Split.TRAIN.value).glob("*.flac"))


def overhear(
    corpus: Corpus, asked: Sequence[Path], recogniser: Recogniser, rng: np.random.Generator
) -> Iterator[Overheard]:
    """One bed and what is said in it; what has no words is left out. asked: recordings of
    requests, 16 kHz."""
    people = corpus.speakers
    chosen = rng.choice(len(people), min(TALKERS, len(people)), replace=False)
    company = corpus.among(tuple(_maybe_changed(people[at], rng) for at in chosen))
    bed = mixture(str(rng.choice(BEDS)), nobody(), company, rng, BED_S)
    room = next(room for room in corpus.rooms if room.name == bed.notes["room"])
    heard = [(_piece(bed.mic, PIECE_S, rng), False) for _ in range(PIECES)]
    reader = people[int(rng.integers(len(people)))].pcm
    heard += [(_piece(reader, ALONE_S, rng), False) for _ in range(ALONE)]
    for _ in range(REQUESTS if asked else 0):
        request, _ = soundfile.read(asked[int(rng.integers(len(asked)))], dtype="float32")
        whole = _over(request, room.responses[0], bed.mic, rng)
        heard.append((whole, True))
        if rng.random() < BEGUN_SHARE:
            heard.append((whole[: int(rng.uniform(*BEGUN) * len(whole))], True))
    for pcm, to_us in heard:
        transcript = recogniser.transcribe(pcm)
        if transcript.words:
            yield Overheard(transcript.text, to_us)


def overhear_all(
    data: Path, said: Path, out: Path, beds: int, seed: int, jobs: int, done: Callable[[], None]
) -> None:
    """So many beds by so many processes; a text a line in out/heard_to_us.txt and
    out/heard_others.txt. done is called after each bed."""
    found: list[Overheard] = []
    with processes(jobs) as pool:
        for texts in pool.map(partial(_bed, data, said, seed), range(beds)):
            found += texts
            done()
    out.mkdir(parents=True, exist_ok=True)
    for name, to_us in (("heard_to_us", True), ("heard_others", False)):
        lines = [f"{one.text}\n" for one in found if one.to_us is to_us]
        (out / f"{name}.txt").write_text("".join(lines))


def _bed(data: Path, said: Path, seed: int, number: int) -> list[Overheard]:
    return list(overhear(*_tools(data, said), np.random.default_rng([seed, number])))


@cache
def _tools(data: Path, said: Path) -> tuple[Corpus, list[Path], Whisper]:
    """One process's."""
    whisper = Whisper(weights.path("whisper-base"))
    return Corpus(data, Split.TRAIN), requests(said), whisper


def _maybe_changed(one: Speaker, rng: np.random.Generator) -> Speaker:
    return changed(one, float(rng.choice(CHANGED))) if rng.random() < CHANGED_SHARE else one


def _piece(pcm: Pcm, seconds: tuple[float, float], rng: np.random.Generator) -> Pcm:
    count = min(len(pcm), int(rng.uniform(*seconds) * IN_RATE))
    at = int(rng.integers(len(pcm) - count + 1))
    return pcm[at : at + count]


def _over(request: Pcm, response: Pcm, bed: Pcm, rng: np.random.Generator) -> Pcm:
    """The request in the bed's room, louder than it."""
    wet = in_room(request, response)
    loud = (level(bed) or 1e-3) * 10 ** (rng.uniform(*SNR_DB) / 20)
    wet = wet[: len(bed)] * (loud / (level(wet) or 1.0))
    behind = _piece(bed, (len(wet) / IN_RATE,) * 2, rng)
    return np.asarray(behind + wet[: len(behind)], np.float32)
