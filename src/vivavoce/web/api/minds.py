"""The mind, as the HTTP APIs need it."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from vivavoce.mind import Ask, Told
from vivavoce.models import Card

__all__ = ["Minds", "Told"]


class Minds(Protocol):
    """Whoever answers requests."""

    def cards(self) -> Mapping[str, Card]:
        """Every model that may be used, by name."""
        ...

    def stream(self, ask: Ask) -> AsyncIterator[Told]:
        """Thinking, Text, Calls, a Vote whenever one changes; one Outcome last. Closing stops it.

        Refused, Retry, Broken: as of LanguageModel."""
        ...

    async def count(self, ask: Ask) -> int:
        """Tokens that would be read."""
        ...
