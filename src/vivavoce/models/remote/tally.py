"""What an answer took, by the server's own count as far as it tells."""

from dataclasses import dataclass
from typing import Literal

from vivavoce.models.model import Kept, Piece, Request, Text, Thinking, Usage
from vivavoce.models.remote.room import Room, estimate

Finish = Literal["stop", "length", "tool_calls"]
HAND_OFF = 24
"""Tokens by which a server may close the thinking in its own words, beyond the budget. Our own
model's closing words are not counted either."""


@dataclass(slots=True)
class Tally:
    """Counts while an answer comes in."""

    pieces: int = 0
    thinking: int = 0
    """Characters."""
    text: int = 0
    calls: int = 0
    tokens_in: int | None = None
    tokens_cached: int = 0
    tokens_out: int | None = None
    tokens_thought: int | None = None
    """None: the server did not say."""

    def add(self, piece: Piece) -> Piece:
        """Count a piece."""
        self.pieces += 1
        if isinstance(piece, Thinking):
            self.thinking += len(piece.text)
        elif isinstance(piece, Text):
            self.text += len(piece.text)
        return piece

    def usage(self, request: Request, room: Room, finish: Finish, *, kept: Kept, by: str) -> Usage:
        """All of it. Where the server does not count its thinking apart, it gets its share of the
        characters; where it counts nothing, a piece is a token. A budget that was overrun was
        a hint."""
        out = self.pieces if self.tokens_out is None else self.tokens_out
        thought = self.tokens_thought
        if thought is None:
            seen = self.thinking + self.text + self.calls
            thought = round(out * self.thinking / seen) if seen else 0
        if kept == "exact" and thought > (room.granted or 0) + HAND_OFF:
            kept = "hint"
        return Usage(
            tokens_in=estimate(request) if self.tokens_in is None else self.tokens_in,
            tokens_cached=self.tokens_cached,
            tokens_out=max(out, thought),
            tokens_thought=thought,
            finish=finish,
            budget="none" if request.thinking is None else kept,
            granted=room.granted,
            model=by,
        )
