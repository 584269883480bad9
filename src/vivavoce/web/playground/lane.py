"""One way of writing, as it is told to the page."""

from typing import Any

from vivavoce.web.playground.author import Mode, Piece


class Lane:
    """Counts what came; turns pieces into events."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.over = False
        self._tokens = self._forwards = 0
        self._seconds = 0.0
        self._first_s: float | None = None
        self._block = 0
        self._full = False

    def take(self, piece: Piece, seconds: float) -> list[dict[str, Any]]:
        """Events for what one forward brought, so many seconds after the lane began."""
        self._forwards += 1
        self._tokens += piece.tokens
        self._seconds = seconds
        if piece.tokens and self._first_s is None:
            self._first_s = seconds
        if self._full and piece.tokens:
            self._block += 1
        self._full = bool(piece.canvas) and None not in piece.canvas
        told: dict[str, Any] = {
            "type": "forward",
            "lane": self.mode,
            "text": piece.text,
            "tokens": self._tokens,
            "canvas": list(piece.canvas),
            "block": self._block,
            "forwards": self._forwards,
            "seconds": round(seconds, 4),
            "tokens_s": self._rate,
        }
        if piece.ending is None:
            return [told]
        self.over = True
        done = {"type": "done", "lane": self.mode, "ending": piece.ending, "totals": self.totals()}
        return [told, done]

    def totals(self) -> dict[str, Any]:
        """What it cost."""
        first = None if self._first_s is None else round(self._first_s, 4)
        return {
            "tokens": self._tokens,
            "forwards": self._forwards,
            "tokens_per_forward": round(self._tokens / max(self._forwards, 1), 3),
            "seconds": round(self._seconds, 4),
            "first_token_s": first,
            "tokens_s": self._rate,
        }

    @property
    def _rate(self) -> float:
        return round(self._tokens / self._seconds, 2) if self._seconds > 0 else 0.0
