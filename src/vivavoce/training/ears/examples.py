"""Mixtures to learn from, each heard from the side of several people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, Pcm
from vivavoce.ears.front import BANDS, HOPS, hear_all
from vivavoce.scenes import Corpus, Mixture, Speaker, enrolment, mixture

Voice = NDArray[np.float32]
"""(256,)"""

SHARES: Mapping[str, float] = {
    "crowd": 0.18,
    "turns": 0.12,
    "turns_same_sex": 0.12,
    "one": 0.10,
    "babble": 0.09,
    "noise": 0.05,
    "quiet": 0.02,
    "far": 0.03,
    "tv": 0.04,
    "cafe": 0.04,
    "over_tv": 0.09,
    "over_cafe": 0.07,
    "echo": 0.03,
    "strangers": 0.02,
}
"""Kind → its share of the mixtures."""
SIDES = 4
"""How many sides each mixture is heard from: its owner, another speaker, a stranger, nobody."""
WEIGHTS = np.array([1.0, 1.0, 0.6, 0.6], np.float32)
VARIANTS = 3
"""Enrolments that are made of each person."""
ALIKE = 24
"""How many of the most alike people may be heard with somebody in a hard mixture…"""
ALIKE_SHARE = 0.35
"""…and how many mixtures are hard."""
ALIKE_S = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One mixture."""

    mel: NDArray[np.float32]
    """(f, 8, 40)"""
    voices: NDArray[np.float32]
    """(4, 256); zero: nobody is known."""
    truth: NDArray[np.float32]
    """(4, f, 2): this person speaks, somebody else does."""


@dataclass
class Voices:
    """Voice vectors of everybody, from the part of the recording that no mixture holds."""

    corpus: Corpus
    embed: Callable[[Pcm], Voice]
    apart: Mapping[str, Speaker]
    """Name → the part that is kept for enrolling."""
    _made: dict[str, list[Voice]] = field(default_factory=dict)

    def of(self, name: str, rng: np.random.Generator) -> Voice:
        """One of a few enrolments, or what lies between two, a little blurred."""
        made = self._made.setdefault(name, [])
        if (len(made) < VARIANTS and rng.random() < 0.7) or not made:
            made.append(self.embed(enrolment(self.apart[name], self.corpus, rng)))
        a, b = made[rng.integers(len(made))], made[rng.integers(len(made))]
        voice = a + rng.random() * (b - a) + rng.normal(0, rng.uniform(0, 0.012), len(a))
        return np.asarray(voice / np.linalg.norm(voice), np.float32)


@dataclass(frozen=True, slots=True)
class Half:
    """One half of everybody's recordings on the stage, the other to enrol with."""

    stage: Corpus
    voices: Voices
    alike: Mapping[str, tuple[int, ...]]
    """Name → who sounds most like them, places in stage.speakers."""

    def example(self, rng: np.random.Generator, seconds: float) -> Example:
        """A mixture of a random kind."""
        kind = str(rng.choice(list(SHARES), p=list(SHARES.values())))
        people = self.stage.speakers
        owner = people[rng.integers(len(people))]
        company = self._alike(owner) if rng.random() < ALIKE_SHARE else self.stage
        made = mixture(kind, owner, company, rng, seconds, wear=True)
        names = [owner.name, self._another(made, rng), self._stranger(made, rng), ""]
        zero = np.zeros(256, np.float32)
        voices = np.stack([self.voices.of(n, rng) if n else zero for n in names])
        names[3] = opener(made)
        truth = np.stack([_truth(made, n) for n in names])
        mel = hear_all(made.mic).reshape(-1, HOPS, BANDS)
        return Example(mel, voices, truth)

    def _alike(self, owner: Speaker) -> Corpus:
        """The stage with nobody but the owner and those who sound most like them."""
        people = self.stage.speakers
        return self.stage.among((owner, *(people[at] for at in self.alike[owner.name])))

    def _another(self, made: Mixture, rng: np.random.Generator) -> str:
        """Somebody else who can be made out in the mixture, or a stranger."""
        there = [t.name for t in made.tracks[1:] if t.main and t.active.any()]
        return str(rng.choice(there)) if there else self._stranger(made, rng)

    def _stranger(self, made: Mixture, rng: np.random.Generator) -> str:
        """Somebody who is not there: often somebody there with his voice changed."""
        there = {t.name for t in made.tracks}
        bases = {name.partition("*")[0] for name in there}
        names = [s.name for s in self.stage.speakers if s.name not in there]
        if rng.random() < 0.3:
            names = [n for n in names if n.partition("*")[0] in bases] or names
        return str(rng.choice(names))


def halves(corpus: Corpus, embed: Callable[[Pcm], Voice], enrol_share: float = 0.45) -> list[Half]:
    """The first part on the stage and the last to enrol, and the other way round."""
    alike = most_alike(corpus.speakers, embed)
    made = []
    for stage, apart in (
        ((0, 1 - enrol_share), (1 - enrol_share, 1)),
        ((enrol_share, 1), (0, enrol_share)),
    ):
        staged = corpus.among(tuple(s.part(*stage) for s in corpus.speakers))
        kept = {s.name: s.part(*apart) for s in corpus.speakers}
        made.append(Half(staged, Voices(corpus, embed, kept), alike))
    return made


def most_alike(
    people: Sequence[Speaker], embed: Callable[[Pcm], Voice], count: int = ALIKE
) -> dict[str, tuple[int, ...]]:
    """Name → places of the `count` nearest voices, none of them made of their own."""
    vectors = np.stack([embed(one.pcm[: ALIKE_S * IN_RATE]) for one in people])
    bases = np.array([one.name.partition("*")[0] for one in people])
    found = {}
    for one, vector, base in zip(people, vectors, bases, strict=True):
        likeness = np.where(bases == base, -1.0, vectors @ vector)
        found[one.name] = tuple(int(at) for at in np.argsort(-likeness)[:count])
    return found


def opener(made: Mixture) -> str:
    """Who owns the talk when nobody is known: near, and loudest or first."""
    there = [t for t in made.tracks if t.main and t.active.any()]
    if not there:
        return ""
    first = min(there, key=lambda t: int(np.argmax(t.active)))
    return max(there, key=lambda t: t.level_db + 4.0 * (t is first)).name


def _truth(made: Mixture, name: str) -> NDArray[np.float32]:
    """(f, 2)"""
    own = np.zeros(len(made.ours), np.bool_)
    for track in made.tracks:
        if track.name == name:
            own |= track.active
    return np.stack([own, made.others(name)], -1).astype(np.float32)
