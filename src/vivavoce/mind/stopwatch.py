"""How fast an answer was read and written, from when its pieces came. Pure."""

from dataclasses import dataclass

from vivavoce.core import Call
from vivavoce.models import Text, Thinking, Usage

_A_PIECE = 4
"""Tokens that a piece may have on average, so that the pieces' times tell of the writing."""


@dataclass(slots=True)
class Stopwatch:
    """Of one answer; started when it is asked for. Times are seconds of any clock."""

    began: float
    first: float | None = None
    last: float = 0.0
    streamed: int = 0
    """Pieces of text or thought."""
    whole: bool = False
    """Something came only when all of it was written, as a call does."""

    def saw(self, piece: object, now: float) -> None:
        """A piece came."""
        if isinstance(piece, Text | Thinking):
            self.first = now if self.first is None else self.first
            self.last = now
            self.streamed += 1
        elif isinstance(piece, Call):
            self.whole = True

    def read(self, usage: Usage) -> tuple[int, float]:
        """Tokens, and seconds; none where they can't be told."""
        if self.first is None:
            return 0, 0.0
        return usage.tokens_in - usage.tokens_cached, self.first - self.began

    def wrote(self, usage: Usage) -> tuple[int, float]:
        """Tokens behind the first, and seconds; none where they did not come as they were
        written."""
        if self.first is None or self.whole or usage.tokens_out > _A_PIECE * self.streamed:
            return 0, 0.0
        return usage.tokens_out - 1, self.last - self.first
