"""The table of floor.sentence, learned from text: whole sentences against their beginnings."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from vivavoce.floor.sentence import BUCKETS, DATA, clues
from vivavoce.floor.wording import normal

PREFIXES = 3
"""Beginnings of each sentence that are learned from."""
REPEATS = 12
"""Of requests and answers, among many more sentences of stories."""
EPOCHS, RATE, DECAY = 8, 0.25, 2e-5


def problems(path: Path) -> Iterator[str]:
    """Sentences of GSM8K's questions (`{"question": …}` a line)."""
    for line in path.read_text().splitlines():
        yield from re.split(r"(?<=[.?!])\s+", json.loads(line)["question"])


def learn(sentences: Sequence[str], seed: int = 0, repeat: tuple[str, ...] = ()) -> None:
    """Logistic regression by Adagrad; writes floor/data/sentence.npz. repeat: counts REPEATS
    times."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[list[int], float]] = []
    for text in (*sentences, *repeat * REPEATS):
        words = normal(text)
        if not 1 <= len(words) <= 40:
            continue
        rows += [(clues(words), 1.0)] * min(PREFIXES, max(1, len(words) - 1))
        cuts = rng.permutation(np.arange(1, len(words)))[:PREFIXES]
        rows += [(clues(words[: int(cut)]), 0.0) for cut in cuts]
    table = np.zeros(BUCKETS + 1)
    seen = np.full(BUCKETS + 1, 0.1)
    idx = np.array([[*b, BUCKETS] for b, _ in rows])
    truth = np.array([y for _, y in rows])
    for _ in range(EPOCHS):
        order = rng.permutation(len(rows))
        for batch in np.array_split(order, max(1, len(rows) // 64)):
            p = 1 / (1 + np.exp(-table[idx[batch]].sum(1)))
            gradient = np.zeros_like(table)
            np.add.at(gradient, idx[batch], (p - truth[batch])[:, None])
            gradient += DECAY * len(batch) * table
            seen += gradient**2
            table -= RATE * gradient / np.sqrt(seen)
    scale = float(np.abs(table).max() / 127)
    DATA.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(DATA, weights=np.round(table / scale).astype(np.int8), scale=scale)
