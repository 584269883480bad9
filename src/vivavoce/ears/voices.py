"""Whose voice a conversation belongs to: those who are enrolled, else the one that opened it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Pcm
from vivavoce.ears.dvector import SIZE, Vector, mean, unit

Vectors = NDArray[np.float32]
"""(p, 256), each of length 1."""


NOBODY: Vectors = np.zeros((1, SIZE), np.float32)


@dataclass(frozen=True, slots=True)
class Taking:
    """When a voice is taken from a conversation."""

    sure: float
    """Only frames in which the owner speaks above this are learned from…"""
    alone: float
    """…and in which somebody else does no more than this."""
    counts: tuple[int, ...]
    """It is taken anew after so many windows. Not with each of them: the network follows a changed
    voice from the beginning."""

    def learns(self, owner: float, other: float) -> bool:
        """Whether a frame with these probabilities is learned from."""
        return owner > self.sure and other <= self.alone


@dataclass(frozen=True, slots=True)
class VoiceConfig:
    """How a voice is learned in the course of a conversation. Frames are 80 ms."""

    opener: Taking = Taking(0.5, 0.6, (2, 4, 8))
    """Until the first of its counts the main speaker owns the talk."""
    known: Taking = Taking(0.7, 0.4, (1, 3, 8))
    """An enrolled voice is brought nearer to how it sounds today, in this room."""
    today: float = 0.5
    """What that weighs against the enrolment."""
    window_frames: int = 20
    """Frames that a vector is taken from (1.6 s)."""
    forget_frames: int = 750
    """Silence of the owner after which another voice may open the conversation anew (60 s)."""


@dataclass(slots=True)
class _Heard:
    """What one person's sure frames have told so far."""

    frames: list[Pcm] = field(default_factory=list)
    windows: list[Vector] = field(default_factory=list)

    def take(
        self, pcm: Pcm, embed: Callable[[Pcm], Vector], frames: int, counts: tuple[int, ...]
    ) -> Vector | None:
        """A frame more; the voice, whenever it is due to be taken anew. frames: of a window."""
        if len(self.windows) == counts[-1]:
            return None
        self.frames.append(pcm)
        if len(self.frames) < frames:
            return None
        self.windows.append(embed(np.concatenate(self.frames)))
        self.frames = []
        return mean(np.array(self.windows)) if len(self.windows) in counts else None


class Voices:
    """One conversation's."""

    def __init__(
        self,
        known: Sequence[tuple[str, Vector]],
        embed: Callable[[Pcm], Vector] | None,
        cfg: VoiceConfig | None = None,
    ) -> None:
        """known: (name, vector) of everybody who is enrolled; embed: a voice from 1.6 s; without
        it nothing is learned."""
        self.cfg = cfg or VoiceConfig()
        self._embed = embed
        self.know(known)

    def know(self, known: Sequence[tuple[str, Vector]]) -> None:
        """These are enrolled from now on; what was heard of anybody before is let go."""
        self.names = tuple(name for name, _ in known)
        self._enrolled = np.array([vector for _, vector in known], np.float32).reshape(-1, SIZE)
        self._today = self._enrolled.copy()
        self._heard = [_Heard() for _ in known] or [_Heard()]
        self._opener = NOBODY
        self._quiet = 0

    @property
    def vectors(self) -> Vectors:
        """(p, 256) to listen for; one of zeros means whoever is the main speaker."""
        return self._today if self.names else self._opener

    def hear(self, pcm: Pcm, owner: float, other: float, person: int = 0) -> None:
        """One frame (1280,), the probabilities that the owner and that another speaks in it, and
        which of the owners that is."""
        if self._embed is None:
            return
        cfg = self.cfg
        taking = cfg.known if self.names else cfg.opener
        if not self.names:
            self._quiet = 0 if owner > taking.sure else self._quiet + 1
            if self._quiet == cfg.forget_frames:
                self.forget()
        if not taking.learns(owner, other):
            return
        heard = self._heard[person]
        found = heard.take(pcm, self._embed, cfg.window_frames, taking.counts)
        if found is not None:
            self._follow(found, person)

    def _follow(self, found: Vector, person: int) -> None:
        """A voice was taken: the opener's, or an enrolled one as it is today. For this conversation
        only: what is stored changes elsewhere, with more care."""
        if not self.names:
            self._opener = found[None]
            return
        self._today = self._today.copy()
        self._today[person] = unit(self._enrolled[person] + self.cfg.today * found)

    def forget(self) -> None:
        """Whoever speaks next opens the conversation anew, unless somebody is enrolled."""
        if not self.names:
            self._heard, self._opener = [_Heard()], NOBODY
