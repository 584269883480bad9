"""Logistic regression over hashed clues, by Adagrad; floor.sentence.chance reads the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Row = tuple[list[int], float]
"""Buckets, and the truth."""


@dataclass(frozen=True, slots=True)
class Learning:
    """How long and how carefully."""

    epochs: int = 8
    rate: float = 0.25
    decay: float = 2e-5
    batch: int = 64


def learn(
    rows: Sequence[Row], buckets: int, rng: np.random.Generator, how: Learning
) -> NDArray[np.float64]:
    """(buckets + 1,): a weight a bucket, and the bias."""
    table = np.zeros(buckets + 2)  # the last but one is the bias, the last is never learned
    seen = np.full(buckets + 2, 0.1)
    most = max(len(b) for b, _ in rows)
    idx = np.array([[*b, *[buckets + 1] * (most - len(b)), buckets] for b, _ in rows])
    truth = np.array([y for _, y in rows])
    for _ in range(how.epochs):
        order = rng.permutation(len(rows))
        for batch in np.array_split(order, max(1, len(rows) // how.batch)):
            p = 1 / (1 + np.exp(-table[idx[batch]].sum(1)))
            gradient = np.zeros_like(table)
            np.add.at(gradient, idx[batch], (p - truth[batch])[:, None])
            gradient += how.decay * len(batch) * table
            gradient[-1] = 0.0
            seen += gradient**2
            table -= how.rate * gradient / np.sqrt(seen)
    return table[:-1]


def write(table: NDArray[np.floating], path: Path) -> None:
    """As eight-bit numbers and their scale."""
    scale = float(np.abs(table).max() / 127)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, weights=np.round(table / scale).astype(np.int8), scale=scale)
