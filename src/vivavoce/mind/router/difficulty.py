"""How probably a model answers a question right, from the question alone. Pure."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import ConfigError
from vivavoce.mind.router.features import NAMES, buckets, counts

WEIGHT = 0.2
"""Of a count beside a word."""
FAR = 4.0
"""Standard deviations; a count is never taken for more."""
MOST_SHIFT = 1.2
"""Logits that the table may move a model's quality by: school questions rarely need more, and what
it says of others is a guess."""
HEADS = ("weak", "strong", "words")
DATA = Path(__file__).with_name("data") / "difficulty.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Linear heads over counts and words."""

    mean: NDArray[np.float32]
    """(len(NAMES),), of the questions it was learned from."""
    scale: NDArray[np.float32]
    rarity: NDArray[np.float32]
    """(BUCKETS,): how much a word tells."""
    weights: NDArray[np.float32]
    """(heads, len(NAMES) + BUCKETS)"""
    bias: NDArray[np.float32]
    """(heads,): of weak and strong, the share that they got right."""

    def values(self, text: str) -> NDArray[np.float64]:
        """(heads,)"""
        z = np.clip((counts(text) - self.mean) / self.scale, -FAR, FAR) * WEIGHT
        met = buckets(text)
        at = np.fromiter(met, np.int64, len(met))
        x = np.fromiter(met.values(), np.float64, len(met)) * self.rarity[at]
        x /= max(float(np.sqrt(x @ x)), 1e-9)
        known = len(NAMES)
        found: NDArray[np.float64] = (
            self.weights[:, :known] @ z + self.weights[:, known + at] @ x + self.bias
        )
        return found


@dataclass(frozen=True, slots=True)
class Chance:
    """What the table says of one question."""

    weak: float
    """Of a small model to be right, 0…1."""
    strong: float
    words: float
    """Of a solution that is written out."""
    usual_weak: float
    """Over all questions."""
    usual_strong: float

    @property
    def gain(self) -> float:
        """What the stronger one is probably better by; orders questions for it."""
        return self.strong - self.weak

    @property
    def bucket(self) -> str:
        """easy, fair or hard, for a small model."""
        shift = logit(self.weak) - logit(self.usual_weak)
        return "easy" if shift > 0.35 else "hard" if shift < -0.35 else "fair"

    def thought(self, tokens: int) -> float:
        """0…1: how much of the thinking that it needs this is."""
        return 1 - math.exp(-tokens / (2.0 * self.words))

    def right(self, quality: float) -> float:
        """Of a model that gets this share of school questions right."""
        weak, strong = logit(self.usual_weak), logit(self.usual_strong)
        at = min(1.0, max(0.0, (logit(quality) - weak) / max(strong - weak, 1e-6)))
        shift = (1 - at) * (logit(self.weak) - weak) + at * (logit(self.strong) - strong)
        return expit(logit(quality) + min(MOST_SHIFT, max(-MOST_SHIFT, shift)))


def chance(text: str, table: Table | None = None) -> Chance:
    """By the table that comes with Vivavoce, or another."""
    table = table or shipped()
    weak, strong, words = map(float, table.values(text))
    usual_weak, usual_strong = _inside(float(table.bias[0])), _inside(float(table.bias[1]))
    length = math.exp(min(8.0, max(0.0, words)))
    return Chance(_inside(weak), _inside(strong), length, usual_weak, usual_strong)


@cache
def shipped() -> Table:
    """The table that comes with Vivavoce, read once."""
    return load(DATA)


def load(path: Path) -> Table:
    """ConfigError if it is not one of ours."""
    try:
        with np.load(path) as kept:
            fields = {n: kept[n].astype(np.float32) for n in Table.__dataclass_fields__}
    except (OSError, ValueError, KeyError) as broken:
        raise ConfigError(
            f"{path} is no difficulty table; learn it anew: python -m bench.router --learn {path}"
        ) from broken
    return Table(**fields)


def logit(p: float) -> float:
    """Of a probability, kept off 0 and 1."""
    p = min(0.995, max(0.005, p))
    return math.log(p / (1 - p))


def expit(x: float) -> float:
    """Back to a probability."""
    return 1 / (1 + math.exp(-x))


def _inside(p: float) -> float:
    return min(0.98, max(0.02, p))
