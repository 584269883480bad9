"""The recipe of the router's difficulty table: ridge regression. Numpy only, seconds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import ConfigError
from vivavoce.mind.router.difficulty import FAR, WEIGHT, Table
from vivavoce.mind.router.features import BUCKETS, NAMES, buckets, counts

DECAY = 20.0
"""Nine settings of decay and WEIGHT were within .654 and .671 of APGR; this is not fine-tuned."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Questions as numbers."""

    counts: Floats
    """(N, len(NAMES))"""
    words: Floats
    """(N, BUCKETS)"""

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Seen":
        """Looks at each text once."""
        words = np.zeros((len(texts), BUCKETS))
        for row, text in zip(words, texts, strict=True):
            met = buckets(text)
            row[list(met)] = list(met.values())
        return cls(np.array([counts(text) for text in texts]).reshape(-1, len(NAMES)), words)

    def some(self, which: NDArray[np.intp]) -> "Seen":
        """These rows."""
        return Seen(self.counts[which], self.words[which])


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """How questions are scaled; fitted to those that are learned from."""

    mean: Floats
    scale: Floats
    rarity: Floats

    @classmethod
    def of(cls, seen: Seen) -> "View":
        """Of the training questions only."""
        times = (seen.words > 0).sum(0)
        rarity = np.log((1 + len(seen.words)) / (1 + times)) + 1
        return cls(seen.counts.mean(0), seen.counts.std(0) + 1e-3, rarity)

    def rows(self, seen: Seen) -> Floats:
        """(N, len(NAMES) + BUCKETS), as Table.values sees them."""
        z = np.clip((seen.counts - self.mean) / self.scale, -FAR, FAR) * WEIGHT
        x = seen.words * self.rarity
        x /= np.maximum(np.sqrt((x**2).sum(1, keepdims=True)), 1e-9)
        return np.hstack([z, x])


def ridge(rows: Floats, targets: Floats, decay: float = DECAY) -> tuple[Floats, Floats]:
    """(heads, width) weights and (heads,) bias for targets (N, heads)."""
    bias = targets.mean(0)
    n, width = rows.shape
    if n <= width:
        dual = np.linalg.solve(rows @ rows.T + decay * np.eye(n), targets - bias)
        return (rows.T @ dual).T, bias
    square = rows.T @ rows + decay * np.eye(width)
    return np.linalg.solve(square, rows.T @ (targets - bias)).T, bias


def gains(seen: Seen, right: Floats, train: NDArray[np.intp], test: NDArray[np.intp]) -> Floats:
    """(len(test),): strong minus weak as learned from the training rows. right: (N, 2)."""
    view = View.of(seen.some(train))
    weights, bias = ridge(view.rows(seen.some(train)), right[train])
    told = view.rows(seen.some(test)) @ weights.T + bias
    return told[:, 1] - told[:, 0]


def learn(questions: Sequence[str], right: Floats, solved: Sequence[tuple[str, str]] = ()) -> Table:
    """right (N, 2): whether weak and strong were. solved: question and solution, for its length."""
    seen = Seen.of(questions)
    view = View.of(seen)
    weights, bias = ridge(view.rows(seen), right)
    length, usual = np.zeros((1, weights.shape[1])), np.array([np.log(80.0)])
    if solved:
        rows = view.rows(Seen.of([question for question, _ in solved]))
        words = np.log([[max(1, len(solution.split()))] for _, solution in solved])
        length, usual = ridge(rows, words)
    return Table(
        view.mean.astype(np.float32),
        view.scale.astype(np.float32),
        view.rarity.astype(np.float32),
        np.vstack([weights, length]).astype(np.float32),
        np.concatenate([bias, usual]).astype(np.float32),
    )


def write(table: Table, path: Path) -> None:
    """As 16-bit numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = {name: getattr(table, name) for name in Table.__dataclass_fields__}
    small = {name: value.astype(np.float16) for name, value in fields.items() if name != "bias"}
    np.savez_compressed(path, bias=table.bias, **small)


def solutions(path: Path) -> list[tuple[str, str]]:
    """Question and solution of a file like gsm8k_train.jsonl; ConfigError if it is none."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        return [(str(row["question"]), str(row["answer"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise ConfigError(f"{path} holds no lines of question and answer: {broken}") from broken
