"""Who speaks: average precision of the owner's frames, by condition, on people never trained on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.crowd.hearers import HEARERS, listen
from bench.crowd.numbers import Scores, Truth, bootstrap, pooled
from bench.stats import table
from vivavoce.core import FRAME_S, Pcm
from vivavoce.scenes import Corpus, Scene, Speaker, enrolment, mixture, parted

CONDITIONS: Mapping[str, tuple[str, float]] = {
    "quiet": ("quiet", 0.98),
    "noise 10 dB": ("noise_10db", 0.98),
    "noise 5 dB": ("noise_5db", 0.98),
    "noise 0 dB": ("noise_0db", 0.98),
    "one 10 dB": ("one_10db", 0.96),
    "one 5 dB": ("one_5db", 0.92),
    "one 0 dB": ("one_0db", 0.85),
    "babble 10 dB": ("babble_10db", 0.96),
    "babble 5 dB": ("babble_5db", 0.92),
    "babble 0 dB": ("babble_0db", 0.85),
    "far": ("far", 0.0),
    "turns": ("turns", 0.92),
    "turns, same sex": ("turns_same_sex", 0.92),
    "television": ("tv", 0.0),
    "café": ("cafe", 0.0),
}
"""What is printed → the simulator's kind, and the line to reach (0: none was drawn)."""

SEED = 31
Done = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """One scene, scored by everybody."""

    owner: str
    truth: Truth
    scores: Mapping[str, Scores]


def scenes(kind: str, corpus: Corpus, rounds: int) -> Iterator[tuple[Scene, Pcm]]:
    """Each person of the corpus is the owner once a round; the second is another's enrolment."""
    everybody = corpus.speakers
    for n in range(rounds):
        for at, owner in enumerate(everybody):
            # zlib's crc would do; the kind's letters are as good a seed and need no import
            rng = np.random.default_rng([SEED, n, at, *kind.encode()])
            said, enrolled = parted(owner, rng)
            mixed = mixture(kind, said, corpus, rng)
            scene = replace(mixed.scene(enrolment(enrolled, corpus, rng)), owner_name=owner.name)
            yield scene, enrolment(stranger(owner, everybody, rng), corpus, rng)


def stranger(owner: Speaker, everybody: tuple[Speaker, ...], rng: np.random.Generator) -> Speaker:
    """Somebody else of the owner's sex."""
    others = [one for one in everybody if one.name != owner.name]
    alike = [one for one in others if one.sex == owner.sex] or others
    return alike[int(rng.integers(len(alike)))]


def measure(corpus: Corpus, rounds: int, only: str | None, done: Done) -> dict[str, Any]:
    """Every condition; done is told the seconds of each scene."""
    found: dict[str, Any] = {}
    for name, (kind, line) in CONDITIONS.items():
        if only and only not in name:
            continue
        heard = []
        for scene, wrong in scenes(kind, corpus, rounds):
            heard.append(Heard(scene.owner_name, scene.owner, listen(scene, wrong)))
            done(scene.frames * FRAME_S)
        found[name] = {"line": line, **summary(heard)}
    return found


def summary(heard: list[Heard]) -> dict[str, Any]:
    """Average precision over the frames of all scenes, with its interval over the owners."""
    owners = sorted({one.owner for one in heard})
    by_owner = {owner: [one for one in heard if one.owner == owner] for owner in owners}
    truth = np.concatenate([one.truth for one in heard])

    def value(name: str, picked: list[Heard]) -> float:
        return pooled([one.truth for one in picked], [one.scores[name] for one in picked])

    rows: dict[str, Any] = {}
    for name in heard[0].scores:
        low, high = bootstrap(
            len(owners),
            lambda drawn, name=name: value(  # type: ignore[misc]
                name, [one for at in drawn for one in by_owner[owners[at]]]
            ),
        )
        ap = value(name, heard)
        rows[name] = {"ap": round(ap, 3), "low": round(low, 3), "high": round(high, 3)}
    return {
        "owners": len(owners),
        "minutes": round(len(truth) * FRAME_S / 60, 1),
        "owner_share": round(float(truth.mean()), 3),
        "systems": rows,
    }


def seconds(corpus: Corpus, rounds: int, only: str | None, scene_s: float) -> float:
    """How much will be heard."""
    conditions = sum(not only or only in name for name in CONDITIONS)
    return conditions * rounds * len(corpus.speakers) * scene_s


def show(found: Mapping[str, Any]) -> str:
    """The table: a condition a row, a hearer a column, intervals for ours."""
    names = [name for name in HEARERS if any(name in row["systems"] for row in found.values())]
    head = ["who speaks (AP)", "line", "owner", *names, "ours, 95%"]
    rows = []
    for condition, row in found.items():
        systems = row["systems"]
        ours = systems.get("ours")
        rows.append([
            condition,
            f"{row['line']:.2f}" if row["line"] else "",
            f"{row['owner_share']:.0%}",
            *(f"{systems[name]['ap']:.3f}" for name in names),
            f"{ours['low']:.3f}-{ours['high']:.3f}" if ours else "",
        ])  # fmt: skip
    return table(head, rows)
