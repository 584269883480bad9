"""The table of floor.sentence, learned from text: whole sentences against their beginnings."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vivavoce.floor.sentence import BUCKETS, DATA, chance, clues
from vivavoce.floor.wording import normal
from vivavoce.training import hashed
from vivavoce.training.hashed import Row

PREFIXES = 3
"""Beginnings of each sentence that are learned from."""
SPOKEN = 3
"""How often what people say counts, among more sentences of stories."""
HOW = hashed.Learning(decay=6e-5)
HELD = 5
"""Every fifth spoken sentence is held out to judge by."""


def problems(path: Path) -> Iterator[str]:
    """Sentences of GSM8K's questions (`{"question": …}` a line)."""
    for line in path.read_text().splitlines():
        yield from re.split(r"(?<=[.?!])\s+", json.loads(line)["question"])


def learn(
    stories: Sequence[str], spoken: Sequence[str], seed: int = 0, out: Path = DATA
) -> dict[str, Any]:
    """Writes floor/data/sentence.npz; returns what the held-out spoken sentences say of it.

    A floor that learns from what the table says of sentences must not meet any of them in it:
    there it is surer than it will be of others."""
    order = np.random.default_rng(seed).permutation(len(spoken))
    held = [spoken[i] for i in order[::HELD]]
    rest = [spoken[i] for n, i in enumerate(order) if n % HELD]
    area = judge(_table(stories, rest, seed), held, seed)
    hashed.write(_table(stories, spoken, seed), out)
    told = {"stories": len(stories), "spoken": len(spoken), "held_out": len(held)}
    return told | {"area": round(area, 4)}


def judge(table: NDArray[np.float32], held: Sequence[str], seed: int) -> float:
    """Area under the curve: wholes over beginnings."""
    rows = _rows(held, np.random.default_rng(seed))
    scores = np.array([chance(buckets, table) for buckets, _ in rows])
    truth = np.array([whole for _, whole in rows]) > 0
    ranks = scores.argsort().argsort()
    over = ranks[truth].mean() - (truth.sum() - 1) / 2
    return float(over / (~truth).sum())


def _table(stories: Sequence[str], spoken: Sequence[str], seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    rows = _rows(stories, rng)
    for _ in range(SPOKEN):
        rows += _rows(spoken, rng)
    return hashed.learn(rows, BUCKETS, rng, HOW).astype(np.float32)


def _rows(texts: Sequence[str], rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for text in texts:
        said = text.split()
        words = normal(text)
        if not 1 <= len(words) <= 40:
            continue
        rows += [(clues(words), 1.0)] * min(PREFIXES, max(1, len(words) - 1))
        for cut in rng.permutation(np.arange(1, len(said)))[:PREFIXES]:
            begun = normal(" ".join(said[:cut]))
            if begun and said[cut - 1][-1] not in ".?!":
                rows.append((clues(begun), 0.0))
    return rows
