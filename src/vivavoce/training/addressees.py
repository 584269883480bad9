"""The table of floor.addressee, learned from text: what is said to us, what to somebody else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vivavoce.floor.addressee import BUCKETS, DATA, clues
from vivavoce.floor.sentence import chance
from vivavoce.training import hashed

TEXTS = Path(__file__).parent / "texts"
"""to_us.txt and aside.txt, a sentence a line; heard_to_us.txt and heard_others.txt, what the
recogniser made of requests in television and café and of what others said there."""
HOW = hashed.Learning(epochs=12, rate=0.15, decay=1e-4)
HELD = 5
"""Every fifth sentence, and the last fifth of what was overheard, is held out to judge by."""
BEGINNINGS = 2
"""Of each sentence that are learned from."""
Table = NDArray[np.float32]
"""(BUCKETS + 1,)"""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence."""

    text: str
    aside: bool


def said(folder: Path = TEXTS) -> list[Said]:
    """All sentences, those to us first."""
    return [
        Said(line.strip(), name == "aside")
        for name in ("to_us", "aside")
        for line in (folder / f"{name}.txt").read_text().splitlines()
        if line.strip()
    ]


def heard(folder: Path = TEXTS) -> list[Said]:
    """What was recognised among others (training.overheard): aside is what was not for us."""
    return [
        Said(line, name == "heard_others")
        for name in ("heard_to_us", "heard_others")
        for line in (folder / f"{name}.txt").read_text().splitlines()
    ]


def learn(
    sentences: Sequence[Said],
    overheard: Sequence[Said] = (),
    seed: int = 0,
    out: Path = DATA,
) -> dict[str, Any]:
    """Writes floor/data/addressee.npz; returns what is held out of both says of it."""
    order = np.random.default_rng(seed).permutation(len(sentences))
    held = [sentences[i] for i in order[::HELD]]
    rest = [sentences[i] for n, i in enumerate(order) if n % HELD]
    held_heard = [one for kind in (False, True) for one in _last(overheard, kind)]
    kept_apart = set(held_heard)
    rest_heard = [one for one in overheard if one not in kept_apart]
    table = _table(rest, rest_heard, seed)
    hashed.write(_table(sentences, overheard, seed), out)
    told = {"sentences": len(sentences), **judge(table, held)}
    if overheard:
        told["overheard"] = {"texts": len(overheard), **judge(table, held_heard)}
    return told


def _last(overheard: Sequence[Said], aside: bool) -> list[Said]:
    """The texts of the last beds."""
    texts = [one for one in overheard if one.aside is aside]
    return texts[len(texts) - len(texts) // HELD :]


def judge(table: Table, held: Iterable[Said]) -> dict[str, Any]:
    """Shares of each kind that are taken for asides above a threshold: (to us, asides)."""
    scores = [(one.aside, chance(clues(one.text), table)) for one in held]
    of = {kind: np.array([p for k, p in scores if k is kind]) for kind in (False, True)}
    return {
        "held_out": len(scores),
        "above": {
            str(at): [round(float((of[kind] >= at).mean()), 3) for kind in (False, True)]
            for at in (0.5, 0.6, 0.7, 0.8, 0.9)
        },
    }


def _table(sentences: Sequence[Said], overheard: Sequence[Said], seed: int) -> Table:
    rng = np.random.default_rng(seed)
    rows: list[hashed.Row] = []
    for one in sentences:
        words = one.text.split()
        rows += [(clues(one.text), float(one.aside))] * 2
        cuts = rng.permutation(np.arange(1, len(words)))[:BEGINNINGS]
        rows += [(clues(" ".join(words[: int(c)])), float(one.aside)) for c in cuts]
    rows += [(clues(one.text), float(one.aside)) for one in overheard] * 2
    return hashed.learn(rows, BUCKETS, rng, HOW).astype(np.float32)
