"""What a text cost."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from vivavoce.diffusion.text import Piece
    from vivavoce.models.model import Mode


@dataclass(slots=True)
class Tally:
    """Begins when it is made; take every piece as it comes."""

    mode: "Mode"
    text: str = ""
    tokens: int = 0
    forwards: int = 0
    seconds: float = 0.0
    """From the beginning to the last piece."""
    first_s: float | None = None
    """…to the first token that stands."""
    ending: Literal["stop", "length"] | None = None
    _began: float = field(default_factory=time.perf_counter)

    def take(self, piece: "Piece") -> None:
        """One forward."""
        self.seconds = time.perf_counter() - self._began
        self.text += piece.text
        self.tokens += piece.tokens
        self.forwards += 1
        if piece.tokens and self.first_s is None:
            self.first_s = self.seconds
        self.ending = piece.ending

    @property
    def per_forward(self) -> float:
        """Tokens."""
        return self.tokens / max(self.forwards, 1)

    @property
    def per_second(self) -> float:
        """Tokens, the reading of the prompt with them."""
        return self.tokens / self.seconds if self.seconds else 0.0

    def row(self) -> dict[str, Any]:
        """For programs; seconds."""
        return {
            "text": self.text,
            "mode": self.mode,
            "tokens": self.tokens,
            "forwards": self.forwards,
            "seconds": round(self.seconds, 4),
            "tokens_per_forward": round(self.per_forward, 3),
            "tokens_per_second": round(self.per_second, 2),
            "first_token_s": None if self.first_s is None else round(self.first_s, 4),
            "ending": self.ending,
        }
