"""What the floor decides, once a frame."""

from dataclasses import dataclass
from enum import StrEnum


class Move(StrEnum):
    """One step of turn-taking."""

    IDLE = "idle"
    """Nobody has the floor; nothing happens."""
    LISTEN = "listen"
    """The user has the floor and speaks."""
    HOLD = "hold"
    """The user has the floor and pauses: wait."""
    SPEAK = "speak"
    """The floor is ours: release the answer, or go on with it."""
    DUCK = "duck"
    """Somebody speaks over us: lower the voice, keep what was not played."""
    YIELD = "yield"
    """A real interruption: stop; the floor goes back to the user."""
    NOD = "nod"
    """A short "mm-hm" under the user's speech; the floor stays theirs."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A move and the reason for it, in a few plain words."""

    move: Move
    why: str
    ended: bool = False
    """The user's turn is over, and it was one: its words count."""
