"""An answer that needs no thought, where a model is expected."""

from collections.abc import AsyncIterator

from vivavoce.models.model import Card, Piece, Request, Text, Usage


class Fixed:
    """Writes its text, whatever was asked."""

    card = Card("none", context_tokens=1_000_000)

    def __init__(self, text: str) -> None:
        self._text = text

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        """One Text, then one Usage; goes on from request.begun."""
        if not request.read_only:
            yield Text(self._text[len(request.begun) :])
        yield Usage(model=self.card.name)

    async def count(self, request: Request) -> int:
        """It reads nothing."""
        del request
        return 0
