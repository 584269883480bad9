"""One model as the whole mind: nothing to choose."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Protocol

from vivavoce.mind.ask import Act, Ask, Outcome, Vote
from vivavoce.models import Card, LanguageModel, Piece, Thinking, Usage

Told = Piece | Vote | Act | Outcome
"""What a mind tells: Thinking, Text and Calls, a Vote whenever one changes, an Act for each of its
own tools that it called, one Outcome last."""


class Answers(Protocol):
    """Whoever answers."""

    def cards(self) -> Mapping[str, Card]:
        """Every model that may be used, by name."""
        ...

    def stream(self, ask: Ask) -> AsyncIterator[Told]:
        """The answer; closing the iterator stops the work at once. Errors as of LanguageModel."""
        ...

    async def count(self, ask: Ask) -> int:
        """Tokens that would be read."""
        ...

    def resumes(self, conversation: int) -> bool:
        """An answer that is being written may be closed, and gone on with by Request.begun."""
        ...


def signed(item: Told, card: Card) -> Told:
    """Thinking with the name of its vendor, who alone is given it back."""
    if isinstance(item, Thinking) and not item.vendor:
        return replace(item, vendor=card.vendor)
    return item


class Direct:
    """Asks its one model; holds no votes."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def cards(self) -> Mapping[str, Card]:
        """The one."""
        return {self._model.card.name: self._model.card}

    async def stream(self, ask: Ask) -> AsyncIterator[Told]:
        """As the model writes it."""
        async for piece in self._model.stream(ask.request):
            yield Outcome(piece) if isinstance(piece, Usage) else signed(piece, self._model.card)

    async def count(self, ask: Ask) -> int:
        """By the model's own tokens."""
        return await self._model.count(ask.request)

    def resumes(self, conversation: int) -> bool:
        """A model of this machine keeps what it read."""
        del conversation
        return self._model.card.here
