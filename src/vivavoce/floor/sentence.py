"""Whether these words are a whole sentence: hashed word pairs, learned from text alone."""

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import WeightsMissing

BUCKETS = 32_768
"""Size of the table; words that share a bucket share a weight."""
DATA = Path(__file__).parent / "data" / "sentence.npz"


def clues(words: tuple[str, ...]) -> list[int]:
    """Buckets of the last three words, of the first, and of the length."""
    padded = ("<", "<", *words)
    one, two, three = padded[-1:], padded[-2:], padded[-3:]
    first, count = words[:1], min(len(words), 12)
    keys = (
        f"1 {one}", f"2 {two}", f"3 {three}", f"f {first}", f"n {count}",
        f"s {first} {count}", f"k {padded[-2]}", f"e {padded[-1][-3:]}",
    )  # fmt: skip
    return [zlib.crc32(k.encode()) % BUCKETS for k in keys]


def chance(buckets: Iterable[int], table: NDArray[np.float32]) -> float:
    """Logistic: table (BUCKETS + 1,), the last is the bias."""
    logit = float(table[-1] + sum(table[b] for b in buckets))
    return float(1 / (1 + np.exp(-np.clip(logit, -12, 12))))


def whole(words: tuple[str, ...]) -> float:
    """Probability that nothing is missing, by the words without their punctuation; .5 for none."""
    return chance(clues(words), _table()) if words else 0.5


@cache
def _table() -> NDArray[np.float32]:
    if not DATA.exists():
        return np.zeros(BUCKETS + 1, np.float32)
    with np.load(DATA) as stored:
        table = np.asarray(stored["weights"] * stored["scale"], np.float32)
    if len(table) != BUCKETS + 1:
        raise WeightsMissing(f"{DATA} is of another size; run: vivavoce train floor --texts …")
    return table
