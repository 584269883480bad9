"""Words on the one timeline of both sides."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Who says it."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it sounds, in seconds; from what zero is said by who carries it."""

    text: str
    start: float
    end: float

    def shifted(self, by_s: float) -> "Word":
        """The same word on a timeline that began by_s earlier."""
        return Word(self.text, self.start + by_s, self.end + by_s)
