"""Streaming text to speech, with the time of every word."""

from dataclasses import dataclass
from typing import Protocol

from vivavoce.core import Pcm, Word


@dataclass(frozen=True, slots=True)
class Speech:
    """A clause as sound."""

    pcm: Pcm
    """(n,) at 24 kHz (OUT_RATE); no silence before the first sound beyond 10 ms."""
    words: tuple[Word, ...]
    """The words as shown (not as spelt out), in order; times count from the first sample.
    A word that is not read aloud (a link, code) has start == end."""


class Voice(Protocol):
    """Text to speech, a clause at a time; safe to call from several threads."""

    def say(self, text: str) -> Speech:
        """text: one clause as the model wrote it; numbers and symbols are spelt out in here.
        Text with nothing to read aloud gives an empty pcm."""
        ...
