"""Whose voice a conversation belongs to: those who are enrolled, else the one that opened it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Pcm
from vivavoce.ears.dvector import SIZE, Vector, mean

Vectors = NDArray[np.float32]
"""(p, 256), each of length 1."""


NOBODY: Vectors = np.zeros((1, SIZE), np.float32)


@dataclass(frozen=True, slots=True)
class VoiceConfig:
    """How the voice that opens a conversation is learned. Frames are 80 ms."""

    sure: float = 0.6
    """Only frames in which the owner speaks above this are learned from…"""
    alone: float = 0.4
    """…and in which nobody else does."""
    window_frames: int = 20
    """Frames that a vector is taken from (1.6 s)."""
    counts: tuple[int, ...] = (1, 3, 8)
    """After so many windows the voice counts, and is taken anew; until the first of them the main
    speaker owns the talk. Not with each window: the network follows a changed voice from the
    beginning."""
    forget_frames: int = 750
    """Silence of the owner after which another voice may open the conversation anew (60 s)."""


class Voices:
    """One conversation's."""

    def __init__(
        self,
        known: Sequence[tuple[str, Vector]],
        embed: Callable[[Pcm], Vector] | None,
        cfg: VoiceConfig | None = None,
    ) -> None:
        """known: (name, vector) of everybody who is enrolled; embed: a voice from 1.6 s."""
        self.cfg = cfg or VoiceConfig()
        self.names = tuple(name for name, _ in known)
        self._known = np.array([vector for _, vector in known], np.float32).reshape(-1, SIZE)
        self._embed = embed
        self._heard: list[Pcm] = []
        self._learned: list[Vector] = []
        self._opener = NOBODY
        self._quiet = 0

    @property
    def vectors(self) -> Vectors:
        """(p, 256) to listen for; one of zeros means whoever is the main speaker."""
        return self._known if len(self._known) else self._opener

    def hear(self, pcm: Pcm, owner: float, other: float) -> None:
        """One frame (1280,), and the probabilities that the owner and that another speaks in it.
        Teaches nothing where somebody is enrolled: whose voice it is has been said by its owner."""
        if len(self._known) or self._embed is None:
            return
        self._quiet = 0 if owner > self.cfg.sure else self._quiet + 1
        if self._quiet == self.cfg.forget_frames:
            self.forget()
        if owner <= self.cfg.sure or other > self.cfg.alone:
            return
        if len(self._learned) < self.cfg.counts[-1]:
            self._heard.append(pcm)
        if len(self._heard) == self.cfg.window_frames:
            self._learned.append(self._embed(np.concatenate(self._heard)))
            self._heard = []
            if len(self._learned) in self.cfg.counts:
                self._opener = mean(np.array(self._learned))[None]

    def forget(self) -> None:
        """Whoever speaks next opens the conversation anew."""
        self._heard, self._learned, self._opener = [], [], NOBODY
