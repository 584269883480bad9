"""Streaming speech to text."""

from dataclasses import dataclass
from typing import Protocol

from vivavoce.core import Pcm, Word


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a stretch of audio."""

    words: tuple[Word, ...]
    """Times count from the stretch's first sample."""
    confidence: float = 1.0
    """exp(mean log-probability of its tokens), 0…1."""

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(w.text for w in self.words)


class Recogniser(Protocol):
    """Speech to text as a function of the samples alone; safe to call from several threads."""

    def transcribe(self, pcm: Pcm) -> Transcript:
        """pcm: (n,) at 16 kHz, at most 30 s. Silence or noise gives no words."""
        ...
