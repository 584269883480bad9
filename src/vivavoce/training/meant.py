"""The table of experts.meant, learned from sentences of which a person said what they are for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import ConfigError
from vivavoce.experts import Expert
from vivavoce.experts.finder import Finder, FinderConfig
from vivavoce.experts.meaning import Meaning
from vivavoce.experts.meant import BUCKETS, DATA, FOLLOWS, NOBODY, Meant, clues

TEXTS = Path(__file__).parent / "texts"
"""to_us.txt, a sentence a line; meant.txt, what each is for: an expert, none, or two of these, the
likelier first. Of what is said after something was done, follows.txt is for whichever expert did
it, and reactions.txt for nobody."""
NONE = "none"
HELD = 5
"""Every fifth sentence is held out to judge by."""
EXAMPLES = 2
"""How often an expert's own examples count."""
LIKELIER = 0.65
"""Of a sentence with two labels, the share of the first."""
EPOCHS, BATCH, RATE, DECAY = 20, 64, 0.15, 1e-4
LENGTH = 3.0
"""The vectors of what sentences mean are of this length, beside words that count one each."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, and what it is for."""

    text: str
    experts: tuple[str, ...]
    """One or two, the likelier first; NOBODY stands for none, FOLLOWS for any."""
    example: bool = False
    """An expert's own, which is no evidence of how like its examples sentences are."""


def labelled(folder: Path = TEXTS) -> list[Labelled]:
    """All sentences. ConfigError: there are more of them than labels, or fewer."""
    texts = (folder / "to_us.txt").read_text().splitlines()
    labels = (folder / "meant.txt").read_text().splitlines()
    if len(texts) != len(labels):
        raise ConfigError(f"{folder}: {len(texts)} lines in to_us.txt, {len(labels)} in meant.txt")
    follows = (folder / "follows.txt").read_text().splitlines()
    known = {_bare(text) for text in follows}
    said = [
        Labelled(text, tuple(NOBODY if one == NONE else one for one in label.split(",")))
        for text, label in zip(texts, labels, strict=True)
    ]
    # Alone they are for nobody; nothing was said before the sentences of to_us.txt.
    said = [one for one in said if NOBODY not in one.experts or _bare(one.text) not in known]
    reactions = (folder / "reactions.txt").read_text().splitlines()
    said += [Labelled(text, (NOBODY,)) for text in reactions]
    return said + [Labelled(text, (FOLLOWS,)) for text in follows]


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ")


def examples(experts: Sequence[Expert]) -> Iterator[Labelled]:
    """What the experts' manifests say they are for."""
    for expert in experts:
        for text in expert.manifest.when:
            yield Labelled(text, (expert.manifest.name,), example=True)


def learn(
    sentences: Sequence[Labelled],
    experts: dict[str, Expert],
    meaning: Meaning,
    seed: int = 0,
    out: Path = DATA,
) -> dict[str, Any]:
    """Writes experts/data/meant.npz; returns what held-out sentences say of it.

    Softmax regression, by Adagrad. Numpy only, seconds."""
    finder = Finder(experts, meaning)
    names = (NOBODY, FOLLOWS, *experts)
    own = list(examples(list(experts.values()))) * EXAMPLES
    order = np.random.default_rng(seed).permutation(len(sentences))
    held = [sentences[i] for i in order[::HELD]]
    rest = [sentences[i] for n, i in enumerate(order) if n % HELD]
    judged = judge(_fit([*rest, *own], names, finder, meaning, seed), held, finder, meaning)
    write(_fit([*sentences, *own], names, finder, meaning, seed), out)
    return {"sentences": len(sentences), "examples": len(own) // EXAMPLES, **judged}


def judge(
    meant: Meant, held: Sequence[Labelled], finder: Finder, meaning: Meaning
) -> dict[str, Any]:
    """loaded: of sentences for an expert, the share where it has chance enough to be loaded;
    nobodys_load_one: of those that are for none, the share where any expert has. follow,
    nobodys_follow: of those that go on with what was spoken of, and of those for none, the share
    where the expert that was spoken to before has (each of them in turn)."""
    least = FinderConfig().chance
    vectors = meaning.of([one.text for one in held])
    experts = cycle(name for name in meant.names if name not in (NOBODY, FOLLOWS))
    hit, false, follow, false_follow = list[bool](), list[bool](), list[bool](), list[bool]()
    for one, vector, before in zip(held, vectors, experts, strict=False):
        likeness = finder.likeness(one.text)
        alone = meant.chances(one.text, vector, likeness)
        after = meant.chances(one.text, vector, likeness, (before,))
        goes_on = after[before] >= least
        if one.experts == (FOLLOWS,):
            follow.append(goes_on)
            continue
        above = {name for name, chance in alone.items() if name and chance >= least}
        if NOBODY not in one.experts:
            hit.append(not above.isdisjoint(one.experts))
        elif one.experts == (NOBODY,):
            false.append(bool(above))
            false_follow.append(goes_on)
    shares = {
        "loaded": hit,
        "nobodys_load_one": false,
        "follow": follow,
        "nobodys_follow": false_follow,
    }
    return {
        "held_out": len(held),
        **{name: round(float(np.mean(found)), 3) for name, found in shares.items() if found},
    }


def write(meant: Meant, path: Path) -> None:
    """As eight-bit numbers and their scale, and half precision."""
    scale = float(np.abs(meant.words).max() / 127)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        names=np.array(meant.names),
        words=np.round(meant.words / scale).astype(np.int8),
        scale=scale,
        meaning=meant.meaning.astype(np.float16),
        alike=np.array(meant.alike),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Sentences as numbers."""

    clues: NDArray[np.intp]
    """(N, most + 1): filled up with a bucket that is never learned; the last is the bias."""
    vectors: Floats
    """(N, d)"""
    alike: Floats
    """(N, names)"""
    truth: Floats
    """(N, names), each row adds up to 1"""


def _fit(
    sentences: Sequence[Labelled],
    names: tuple[str, ...],
    finder: Finder,
    meaning: Meaning,
    seed: int,
) -> Meant:
    seen = _seen(sentences, names, finder, meaning)
    words, meanings = (
        np.zeros((BUCKETS + 2, len(names))),
        np.zeros((seen.vectors.shape[1], len(names))),
    )
    alike = np.zeros(2)
    steps = [_Adagrad(part) for part in (words, meanings, alike)]
    rng = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        for at in np.array_split(rng.permutation(len(sentences)), len(sentences) // BATCH):
            each = alike[[int(name != NOBODY) for name in names]]
            logits = words[seen.clues[at]].sum(1) + seen.vectors[at] @ meanings
            logits += seen.alike[at] * each
            p = np.exp(logits - logits.max(1, keepdims=True))
            off = p / p.sum(1, keepdims=True) - seen.truth[at]
            of_words = DECAY * len(at) * words
            np.add.at(of_words, seen.clues[at], off[:, None, :])
            of_words[BUCKETS + 1] = 0.0
            by_alike = off * seen.alike[at]
            steps[0].down(of_words)
            steps[1].down(seen.vectors[at].T @ off + DECAY * len(at) * meanings)
            steps[2].down(np.array([by_alike[:, 0].sum(), by_alike[:, 1:].sum()]))
    return Meant(
        names,
        words[: BUCKETS + 1].astype(np.float32),
        (meanings * LENGTH).astype(np.float32),
        (float(alike[0]), float(alike[1])),
    )


class _Adagrad:
    def __init__(self, values: Floats) -> None:
        self._values, self._seen = values, np.full_like(values, 0.1)

    def down(self, gradient: Floats) -> None:
        self._seen += gradient**2
        self._values -= RATE * gradient / np.sqrt(self._seen)


def _seen(
    sentences: Sequence[Labelled], names: tuple[str, ...], finder: Finder, meaning: Meaning
) -> _Seen:
    buckets = [clues(one.text) for one in sentences]
    most = max(map(len, buckets))
    filled = [[*b, *[BUCKETS + 1] * (most - len(b)), BUCKETS] for b in buckets]
    truth = np.zeros((len(sentences), len(names)))
    alike = np.zeros_like(truth)
    for row, near, one in zip(truth, alike, sentences, strict=True):
        shares = (1.0,) if len(one.experts) == 1 else (LIKELIER, 1 - LIKELIER)
        for name, share in zip(one.experts, shares, strict=True):
            row[names.index(name)] = share
        likeness = finder.likeness(one.text, one.text if one.example else None)
        near[:] = [likeness.get(name, 0.0) for name in names]  # nothing is like what FOLLOWS
    vectors = meaning.of([one.text for one in sentences]) * LENGTH
    return _Seen(np.array(filled), vectors.astype(np.float64), alike, truth)
