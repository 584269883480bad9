"""The table of floor.sentence, learned from text: whole sentences against their beginnings."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from vivavoce.floor.sentence import BUCKETS, DATA, clues
from vivavoce.floor.wording import normal
from vivavoce.training import hashed

PREFIXES = 3
"""Beginnings of each sentence that are learned from."""
REPEATS = 12
"""Of requests and answers, among many more sentences of stories."""


def problems(path: Path) -> Iterator[str]:
    """Sentences of GSM8K's questions (`{"question": …}` a line)."""
    for line in path.read_text().splitlines():
        yield from re.split(r"(?<=[.?!])\s+", json.loads(line)["question"])


def learn(sentences: Sequence[str], seed: int = 0, repeat: tuple[str, ...] = ()) -> None:
    """Writes floor/data/sentence.npz. repeat: counts REPEATS times."""
    rng = np.random.default_rng(seed)
    rows: list[hashed.Row] = []
    for text in (*sentences, *repeat * REPEATS):
        words = normal(text)
        if not 1 <= len(words) <= 40:
            continue
        rows += [(clues(words), 1.0)] * min(PREFIXES, max(1, len(words) - 1))
        cuts = rng.permutation(np.arange(1, len(words)))[:PREFIXES]
        rows += [(clues(words[: int(cut)]), 0.0) for cut in cuts]
    hashed.write(hashed.learn(rows, BUCKETS, rng, hashed.Learning()), DATA)
