"""Mixtures made by other processes while the first one learns."""

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from threading import Thread
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
    """Batches in their order, whoever made them; the processes end when the block is left."""

    def __init__(self, mixing: Mixing, paths: Paths, mixers: int = 1) -> None:
        """mixers: processes, each of which makes every so many-th batch."""
        spawn = multiprocessing.get_context("spawn")  # a fork would inherit torch's threads
        self._queues: list[Any] = [spawn.Queue(_AHEAD) for _ in range(mixers)]
        self._next = cycle(self._queues)
        self._processes = [
            spawn.Process(target=_mix, args=(mixing, paths, i, mixers, queue.put), daemon=True)
            for i, queue in enumerate(self._queues)
        ]

    def get(self) -> list[Example]:
        """The next one; waits for it."""
        made: list[Example] = next(self._next).get(timeout=600)
        return made

    def __enter__(self) -> Self:
        for process in self._processes:
            process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def _mix(*of: Any) -> None:
    """The process that makes them."""
    end_with_parent()
    _make(*of)


def _make(
    mixing: Mixing, paths: Paths, first: int, every: int, put: Callable[[list[Example]], None]
) -> None:
    """The batches first, first + every, …, for ever."""
    torch.set_num_threads(1)
    corpus = training_corpus(paths.data, paths.extra, paths.own, mixing.seed, mixing.each)
    sides = halves(corpus, Embedder(paths.encoder))
    step = mixing.first_step + first
    while True:
        rng = np.random.default_rng([mixing.seed, step])
        put(
            [
                sides[rng.integers(len(sides))].example(rng, mixing.seconds)
                for _ in range(mixing.batch)
            ]
        )
        step += every


def end_with_parent() -> None:
    """From now on this process ends when the one that began it does, however: a killed one could
    not tell it to."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()
