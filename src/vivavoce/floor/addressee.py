"""Whether these words are meant for us or for somebody else in the room: hashed words and word
pairs, learned from text alone, from whole sentences and from their beginnings."""

import re
import zlib
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.floor.sentence import chance
from vivavoce.floor.wording import normal

BUCKETS = 131_072
"""Size of the table; words that share a bucket share a weight."""
DATA = Path(__file__).parent / "data" / "addressee.npz"
_OPENER = re.compile(r"^\s*([A-Za-z]+),")
_NAME = re.compile(r"[a-z,]\s+([A-Z][a-z]+)")
_FIRST, _LAST = 4, 2
"""Words whose place in the sentence counts."""


def clues(text: str) -> list[int]:
    """Buckets of the words, of their pairs, of how the sentence begins and ends, and of what may be
    a name."""
    words = normal(text)
    keys = [f"1 {w}" for w in words]
    keys += [f"2 {a} {b}" for a, b in zip(("<", *words), (*words, ">"), strict=True)]
    keys += [f"3 {' '.join(words[i : i + 3])}" for i in range(len(words) - 2)]
    keys += [f"f{i} {w}" for i, w in enumerate(words[:_FIRST])]
    keys += [f"l{i} {w}" for i, w in enumerate(reversed(words[-_LAST:]))]
    keys += [f"n {min(len(words), 10)}", f"q {text.rstrip()[-1:]}"]
    if _OPENER.match(text):
        keys.append("opens with a call")
    if _NAME.search(text.replace(" I", " i")):
        keys.append("names something")
    return [zlib.crc32(k.encode()) % BUCKETS for k in dict.fromkeys(keys)]


@lru_cache(maxsize=256)
def aside(text: str) -> float:
    """Probability that the words so far are said to somebody else; 0 for none."""
    return chance(clues(text), _table()) if normal(text) else 0.0


@cache
def _table() -> NDArray[np.float32]:
    with np.load(DATA) as stored:
        return np.asarray(stored["weights"] * stored["scale"], np.float32)
