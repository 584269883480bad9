"""Who asks."""

from dataclasses import dataclass
from typing import Literal

Rank = Literal["owner", "adult", "child", "guest", "unknown"]
RANKS: tuple[Rank, ...] = ("owner", "adult", "child", "guest", "unknown")
"""From who may do most to who may do least."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose request it is, as far as we know; travels with every request and every tool call."""

    name: str = ""
    """Empty: nobody in particular."""
    rank: Rank = "unknown"
    confidence: float = 1.0
    """Probability that this is who it is."""
    by: Literal["voice", "login", "text"] = "text"
    """How we know: by the voice; by a page's or client's token; the owner's own terminal."""


OWNER = Speaker("owner", "owner")
"""Whoever sits at this machine's terminal, or holds its token."""
UNKNOWN = Speaker()
