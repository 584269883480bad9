"""Mixtures made by a second process while the first one learns."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch

from vivavoce.training.ears.examples import Example, halves
from vivavoce.training.ears.identities import training_corpus
from vivavoce.training.ears.voices import Embedder

_AHEAD = 4
"""Batches that wait to be learned from."""


@dataclass(frozen=True, slots=True)
class Paths:
    """What is read and written."""

    data: Path
    encoder: Path
    """Resemblyzer's pretrained.pt."""
    out: Path
    extra: Path | None = None
    """A folder of folders: more people."""
    own: Path | None = None
    """The same of our own voice."""
    begin: Path | None = None
    """An exported presence.onnx to begin from; None: the encoder, and an untrained head."""


@dataclass(frozen=True, slots=True)
class Mixing:
    """Which mixtures; step n's depend on the seed and n alone (and their enrolments on a few)."""

    seed: int
    batch: int
    seconds: float
    each: int
    first_step: int


class Batches:
    """A queue of batches, its process ended when the block is left."""

    def __init__(self, mixing: Mixing, paths: Paths) -> None:
        spawn = multiprocessing.get_context("spawn")  # a fork would inherit torch's threads
        self._queue: Any = spawn.Queue(_AHEAD)
        self._process = spawn.Process(
            target=_make, args=(mixing, paths, self._queue.put), daemon=True
        )

    def get(self) -> list[Example]:
        """The next one; waits for it."""
        made: list[Example] = self._queue.get(timeout=600)
        return made

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.join()


def _make(mixing: Mixing, paths: Paths, put: Callable[[list[Example]], None]) -> None:
    """For ever."""
    torch.set_num_threads(1)
    corpus = training_corpus(paths.data, paths.extra, paths.own, mixing.seed, mixing.each)
    sides = halves(corpus, Embedder(paths.encoder))
    step = mixing.first_step
    while True:
        rng = np.random.default_rng([mixing.seed, step])
        put(
            [
                sides[rng.integers(len(sides))].example(rng, mixing.seconds)
                for _ in range(mixing.batch)
            ]
        )
        step += 1
