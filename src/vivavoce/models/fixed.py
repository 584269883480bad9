"""An answer that needs no thought, where a model is expected."""

from collections.abc import AsyncIterator

from vivavoce.models.model import Delta, Request, Usage


class Fixed:
    """Writes its text, whatever was asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def stream(self, request: Request) -> AsyncIterator[Delta | Usage]:
        """One Delta, then one Usage; goes on from request.begun."""
        if not request.read_only:
            yield Delta(self._text[len(request.begun) :])
        yield Usage()
