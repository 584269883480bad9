"""Hours of television and café, and an owner who says something in them.

Bystanders are readers of the test split and voices that say nothing else in this project; rooms
and noises are of the test split too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from bench.material import DATA, Clip, clips
from vivavoce.core import FRAME_S, IN_FRAME, IN_RATE, Pcm
from vivavoce.scenes import Corpus, Speaker, changed, in_room, level, mixture, nobody, speaker
from vivavoce.scenes.scene import Frames

CHUNK_S = 30.0
"""After which other people, in another room, over another noise, go on: another programme."""
CHANGED = (0.9, 1.1)
"""Further identities of each voice: everything slower and deeper, or faster and higher."""
BEDS = {"television": "tv", "café": "cafe"}
"""What is printed → the simulator's kind."""

BEFORE_S = 2.5
"""Our answer sounds this long before the owner cuts in."""
AFTER_S = 3.0
SEED = 47


@dataclass(frozen=True, slots=True)
class Bed:
    """Sound in which the owner is silent."""

    pcm: Pcm
    """(f * 1280,) at 16 kHz."""
    others: Frames
    """Somebody speaks."""
    rooms: tuple[str, ...]
    """One a chunk."""


@dataclass(frozen=True, slots=True)
class Said:
    """The owner says one thing in a bed."""

    mic: Pcm
    """(f * 1280,) at 16 kHz."""
    enrolment: Pcm
    clip: Clip
    start_s: float
    """Its first sample of speech in mic."""
    end_s: float
    """Its last."""
    snr_db: float
    """The owner's level over the bed's, each over its own speech."""


@cache
def crowd_voices() -> tuple[Speaker, ...]:
    """Those of tests/data/crowd, each three times: as it is, deeper, higher."""
    spoken: dict[str, list[Pcm]] = {}
    for clip in (*clips("crowd", "television"), *clips("crowd", "table")):
        spoken.setdefault(clip.voice, []).append(clip.pcm(IN_RATE))
    plain = [
        speaker(voice, "F" if voice[1] == "f" else "M", np.concatenate(pcms))
        for voice, pcms in spoken.items()
    ]
    return tuple(plain) + tuple(changed(one, by) for one in plain for by in CHANGED)


def bystanders(corpus: Corpus) -> Corpus:
    """The corpus with everybody changed too, and the voices of tests/data/crowd."""
    more = tuple(changed(one, by) for one in corpus.speakers for by in CHANGED)
    return Corpus(corpus.data_dir, corpus.split, extra=(*more, *crowd_voices()))


def bed(kind: str, seconds: float, corpus: Corpus, seed: int = SEED) -> Bed:
    """A bed of whole chunks, at least so long; the same seed begins with the same sound."""
    count = max(1, round(seconds / CHUNK_S))
    made = [
        mixture(kind, nobody(), corpus, np.random.default_rng([seed, n, *kind.encode()]), CHUNK_S)
        for n in range(count)
    ]
    return Bed(
        np.concatenate([mixed.mic for mixed in made]),
        np.concatenate([mixed.others("nobody") for mixed in made]),
        tuple(str(mixed.notes["room"]) for mixed in made),
    )


@cache
def enrolments() -> dict[str, Pcm]:
    """Voice → some twenty seconds of it, (n,) at 16 kHz: what it was enrolled with."""
    return {clip.voice: clip.pcm(IN_RATE) for clip in clips("passages")}


def said(
    clip: Clip, kind: str, snr_db: float, corpus: Corpus, seed: int, before_s: float = BEFORE_S
) -> Said:
    """A clip near the microphone in a room where a bed goes on."""
    spoken = clip.pcm(IN_RATE)
    whole_s = before_s + len(spoken) / IN_RATE + AFTER_S
    frames = int(np.ceil(whole_s / FRAME_S))
    rng = np.random.default_rng([seed, *kind.encode(), *clip.path.stem.encode()])
    mixed = mixture(kind, nobody(), corpus, rng, frames * FRAME_S + FRAME_S)
    mic = mixed.mic[: frames * IN_FRAME].copy()
    room = next(room for room in corpus.rooms if room.name == mixed.notes["room"])
    response = room.responses[0]
    wet = in_room(np.pad(spoken, (0, len(response) - 1)), response)
    loud = level(mic) or 1e-3
    wet = wet * (loud * 10 ** (snr_db / 20) / level(wet))
    at = round(before_s * IN_RATE)
    part = wet[: len(mic) - at]
    mic[at : at + len(part)] += part
    mic *= min(1.0, 0.95 / float(np.abs(mic).max()))
    return Said(
        mic,
        enrolments()[clip.voice],
        clip,
        before_s + clip.speech_start_s,
        before_s + clip.speech_end_s,
        snr_db,
    )


def everything_said(
    kinds: list[str], spoken: list[Clip], snrs_db: tuple[float, ...], corpus: Corpus, count: int
) -> Iterator[Said]:
    """count scenes: clips, beds and levels in turn, each with a seed of its own."""
    known = [clip for clip in spoken if clip.voice in enrolments()]
    for n in range(count):
        clip = known[n % len(known)]
        kind = kinds[n % len(kinds)]
        # the levels change once all kinds were had, so that no clip meets only one level
        yield said(clip, kind, snrs_db[n // len(kinds) % len(snrs_db)], corpus, SEED + n)


def interruptions() -> list[Clip]:
    """What an owner says who cuts in."""
    return [*clips("phrases", "interruption"), *clips("crowd", "interruption")]


__all__ = [
    "BEDS",
    "DATA",
    "Bed",
    "Said",
    "bed",
    "bystanders",
    "everything_said",
    "interruptions",
]
