"""Whose voice is this: somebody we know, or nobody? Pure; the view of voices is package data.

d-vectors of one voice lie further apart in another room or by another microphone. In 60 directions
of the 256 (linear discriminant analysis over readers of LibriSpeech, each in three conditions) that
counts for less, and what tells people apart for more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import ConfigError, Rank
from vivavoce.people.person import Person, Vector

Vectors = NDArray[np.float32]
"""(v, 256)"""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who it was, as far as we know."""

    name: str | None
    """None: nobody we know, or too doubtful to say."""
    confidence: float
    """Probability that this is right, 0…1: that it was the named person or, without a name, that it
    was not the most similar one."""
    rank: Rank = "unknown"
    """What the named person may do."""


@dataclass(frozen=True, slots=True)
class RecogniseConfig:
    """Fitted by bench.people_fit on 3 s of speech, 1 to 8 people known, as many strangers as known
    speakers; in the clean, in noise and far away."""

    known: float = 0.9
    """Probability from which a name is said."""
    bias: float = -9.08
    per_likeness: float = 16.87
    per_lead: float = 4.81
    widest: float = 0.5
    """A lead over the second counts up to this; so it does where only one person is known."""

    def __post_init__(self) -> None:
        if not 0 < self.known <= 1:
            raise ConfigError(f"recognise.known must be in (0, 1], got {self.known!r}")


@dataclass(frozen=True, slots=True)
class View:
    """The directions in which voices are compared."""

    middle: NDArray[np.float32]
    """(256,) the mean voice."""
    directions: NDArray[np.float32]
    """(256, d)"""

    def of(self, vectors: Vectors) -> NDArray[np.float32]:
        """(v, 256) to (v, d), each of length 1."""
        seen = (vectors - self.middle) @ self.directions
        return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=-1, keepdims=True), 1e-9))


def recognise(
    vector: Vector,
    people: Sequence[Person],
    cfg: RecogniseConfig | None = None,
    view: View | None = None,
) -> Recognised:
    """Who of people spoke vector (256,), or nobody; the view is the package's by default."""
    cfg = cfg or RecogniseConfig()
    if not people or not np.isfinite(vector).all() or not vector.any():
        return Recognised(None, 1.0)
    scores = likeness(vector, np.stack([person.vector for person in people]), view)
    order = np.argsort(-scores, kind="stable")
    best = float(scores[order[0]])
    lead = best - float(scores[order[1]]) if len(order) > 1 else np.inf
    p = probability(best, lead, cfg)
    if p < cfg.known:
        return Recognised(None, 1 - p)
    found = people[order[0]]
    return Recognised(found.name, p, found.rank)


def likeness(vector: Vector, known: Vectors, view: View | None = None) -> NDArray[np.float32]:
    """(p,): how much vector (256,) is like each of known (p, 256), -1…1."""
    view = view or package_view()
    return np.asarray(view.of(known) @ view.of(vector[None])[0])


def probability(best: float, lead: float, cfg: RecogniseConfig) -> float:
    """That the most similar is who speaks, from its likeness and its lead over the second."""
    x = cfg.bias + cfg.per_likeness * best + cfg.per_lead * min(lead, cfg.widest)
    return float(1 / (1 + np.exp(-np.clip(x, -50, 50))))


@cache
def package_view() -> View:
    """Made by bench.people_fit from readers of LibriSpeech (CC BY 4.0)."""
    with (files("vivavoce.people") / "view.npz").open("rb") as file:
        kept = np.load(file)
        return View(kept["middle"].astype(np.float32), kept["directions"].astype(np.float32))
