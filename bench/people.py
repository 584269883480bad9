"""Who is speaking: with 3 s of speech, 8 people enrolled among strangers.

Many draws of 8 from the readers that are only for test (23, those with enough to say). Each is
enrolled with the first 7 s of their utterance, by the product's own enrolment, and tested with 3 s
pieces of the rest; everybody else is a stranger. The plain cosine of the same vectors stands beside
ours. Then the checks of enrolment: one voice taken for two, two for one.

Every reader has one utterance only, so that enrolment and test share microphone and day in "clean";
the other conditions change the microphone, the room and the noise.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.command import parser, run, say
from bench.stats import table
from bench.voices import CONDITIONS, Reader, readers
from vivavoce.cli.voices import hearing
from vivavoce.core import IN_RATE, Pcm
from vivavoce.people import (
    Hearing,
    Person,
    TwoVoices,
    Unfit,
    Vector,
    enrol,
    heard,
    recognise,
)
from vivavoce.people.recognise import likeness
from vivavoce.scenes import Split

Row = dict[str, Any]
ENROL_S, PIECE_S = 7.0, 3.0
ENROLLED = 8
DRAWS = 500
PAIRS = 200


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader: enrolled, and what else they said."""

    person: Person
    pieces: dict[str, list[Vector]]
    """Condition to (256,) each."""


def voices(found: Sequence[Reader], split: Split, ears: Hearing) -> list[Voice]:
    """Those with enough to say."""
    made = []
    for i, reader in enumerate(found):
        first = int(ENROL_S * IN_RATE)
        try:
            voice = enrol([reader.pcm[:first]], ears)
        except Unfit as unfit:
            say(f"  {reader.name}: {unfit.code}")
            continue
        person = Person(reader.name, voice.vector, voice.seconds)
        pieces = {name: _pieces(reader, i, name, split, ears) for name in CONDITIONS}
        if pieces["clean"]:
            made.append(Voice(person, pieces))
    return made


def _pieces(reader: Reader, seed: int, name: str, split: Split, ears: Hearing) -> list[Vector]:
    rng = np.random.default_rng([seed, list(CONDITIONS).index(name)])
    step = int(PIECE_S * IN_RATE)
    starts = range(int(ENROL_S * IN_RATE), len(reader.pcm) - step + 1, step)
    heard_ = [
        heard(CONDITIONS[name](reader.pcm[at : at + step], split, rng), ears) for at in starts
    ]
    return [voice.vector for voice in heard_]


def draws(people: int, seed: int = 0) -> list[NDArray[np.int64]]:
    """DRAWS times ENROLLED of so many, the same for every system and condition."""
    rng = np.random.default_rng(seed)
    return [rng.choice(people, ENROLLED, replace=False) for _ in range(DRAWS)]


def equal_error(own: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Percent at the threshold where as many own are refused as others are taken."""
    own, others = np.sort(own), np.sort(others)
    missed = np.arange(len(own)) / len(own)
    taken = 1 - np.searchsorted(others, own) / len(others)
    at = int(np.argmin(np.abs(missed - taken)))
    return float(50 * (missed[at] + taken[at]))


def scored(found: Sequence[Voice], condition: str, plain: bool) -> tuple[Any, Any]:
    """(t, v) scores of all pieces against all voices, and (t,) whose they are."""
    known = np.stack([voice.person.vector for voice in found])
    pieces = [(i, p) for i, voice in enumerate(found) for p in voice.pieces[condition]]
    rows = [known @ p if plain else likeness(p, known) for _, p in pieces]
    return np.array(rows), np.array([i for i, _ in pieces])


def equal_error_of(found: Sequence[Voice], condition: str, plain: bool) -> float:
    """Over all draws: each enrolled voice against each piece."""
    scores, whose = scored(found, condition, plain)
    own, others = [], []
    for enrolled in draws(len(found)):
        mine = whose[:, None] == enrolled[None]
        own.append(scores[:, enrolled][mine])
        others.append(scores[:, enrolled][~mine])
    return equal_error(np.concatenate(own), np.concatenate(others))


def named(found: Sequence[Voice], condition: str) -> Row:
    """What recognise() says of every piece in every draw."""
    told: Counter[str] = Counter()
    sure: list[tuple[float, bool]] = []
    for enrolled in draws(len(found)):
        known = [found[i].person for i in enrolled]
        for i, voice in enumerate(found):
            true = voice.person.name if i in enrolled else None
            for piece in voice.pieces[condition]:
                answer = recognise(piece, known)
                told[_kind(answer.name, true)] += 1
                sure.append((answer.confidence, answer.name == true))
    known_n = told["right"] + told["wrong name"] + told["not known again"]
    strangers_n = told["taken"] + told["refused"]
    return {
        "wrong_name": _percent(told["wrong name"], known_n),
        "not_known_again": _percent(told["not known again"], known_n),
        "unknown_taken": _percent(told["taken"], strangers_n),
        "confidence_off": round(100 * off(sure), 1),
    }


def _kind(told: str | None, true: str | None) -> str:
    if true is None:
        return "refused" if told is None else "taken"
    if told is None:
        return "not known again"
    return "right" if told == true else "wrong name"


def off(sure: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """How far the confidences are from the share that was right (expected calibration error)."""
    p, right = np.array([c for c, _ in sure]), np.array([r for _, r in sure])
    which = np.minimum((p * bins).astype(int), bins - 1)
    parts = [which == b for b in range(bins) if (which == b).any()]
    return float(sum(abs(p[w].mean() - right[w].mean()) * w.mean() for w in parts))


def checks(found: Sequence[Reader], split: Split, ears: Hearing) -> Row:
    """How often enrolment takes one voice for two and two for one; in the clean and far away."""
    rng = np.random.default_rng(1)
    half = int(ENROL_S / 2 * IN_RATE) + IN_RATE
    long = [reader for reader in found if len(reader.pcm) >= 2 * half]
    one = [reader.pcm for reader in long]
    one += [CONDITIONS["far, noise 8-25 dB"](pcm, split, rng) for pcm in one]
    two = []
    for _ in range(PAIRS):
        a, b = rng.choice(len(long), 2, replace=False)
        two.append(np.concatenate([long[a].pcm[:half], long[b].pcm[-half:]]))
    ones, twos = _taken_for_two(one, ears), _taken_for_two(two, ears)
    return {
        "one_voice_n": len(ones),
        "one_taken_for_two": _percent(sum(ones), len(ones)),
        "two_voices_n": len(twos),
        "two_taken_for_one": _percent(len(twos) - sum(twos), len(twos)),
    }


def _taken_for_two(recordings: Sequence[Pcm], ears: Hearing) -> list[bool]:
    """Of those that are refused for nothing else."""
    told = []
    for pcm in recordings:
        try:
            enrol([pcm], ears)
        except TwoVoices:
            told.append(True)
        except Unfit:
            continue
        else:
            told.append(False)
    return told


def _percent(part: int, whole: int) -> float:
    return round(100 * part / max(1, whole), 2)


def measure(split: Split) -> Row:
    """Everything, of the readers of one part."""
    ears, there = hearing(), readers(split)
    say(f"{len(there)} readers for {split}")
    found = voices(there, split, ears)
    rows = {
        name: {
            "pieces": sum(len(voice.pieces[name]) for voice in found),
            "eer": round(equal_error_of(found, name, plain=False), 2),
            "eer_plain_cosine": round(equal_error_of(found, name, plain=True), 2),
            **named(found, name),
        }
        for name in CONDITIONS
    }
    say("enrolment's checks")
    return {
        "split": str(split),
        "voices": len(found),
        "enrolled": ENROLLED,
        "draws": DRAWS,
        "conditions": rows,
        "checks": checks(there, split, ears),
    }


def show(result: Row) -> str:
    """The tables."""
    keys = ("pieces", "eer", "eer_plain_cosine", "wrong_name", "unknown_taken", "not_known_again",
            "confidence_off")  # fmt: skip
    head = [f"% of {result['voices']} voices", *(key.replace("_", " ") for key in keys)]
    rows = [(name, *(row[key] for key in keys)) for name, row in result["conditions"].items()]
    found = [(key.replace("_", " "), value) for key, value in result["checks"].items()]
    return f"{table(head, rows)}\n\n{table(['enrolment', 'value'], found)}"


def main() -> None:
    options = parser(__doc__)
    options.add_argument(
        "--split", type=Split, choices=list(Split), default=Split.TEST, help="whose readers"
    )
    args = options.parse_args()
    run("people", lambda: measure(args.split), show, args.json)


if __name__ == "__main__":
    main()
