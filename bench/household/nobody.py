"""Nobody in the place of a model: what needs one is left undone."""

from collections.abc import AsyncIterator

from vivavoce.models import Card, Piece, Request, Usage

NOBODY = "nobody"


class Nobody:
    """Says nothing, at once."""

    card = Card(NOBODY, 8192)

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        """No word."""
        del request
        yield Usage(model=NOBODY)

    async def count(self, request: Request) -> int:
        """It reads nothing."""
        del request
        return 0
