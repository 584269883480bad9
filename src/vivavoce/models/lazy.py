"""A model that is loaded when it is first asked."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, cast

from anyio import to_thread

from vivavoce.models.model import Card, LanguageModel, Piece, Request, Usage


class LazyModel:
    """What it can do is known; the memory is taken later."""

    def __init__(self, card: Card, load: Callable[[], LanguageModel]) -> None:
        self._card, self._load = card, load
        self._model: LanguageModel | None = None
        self._lock = threading.Lock()

    @property
    def card(self) -> Card:
        """As promised, and once it is loaded its own."""
        return self._model.card if self._model else self._card

    def open(self) -> LanguageModel:
        """Load it now; blocks. WeightsMissing says how to get it."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        """As the model; reading ahead loads nothing."""
        if self._model is None and request.read_only:
            yield Usage(model=self._card.name)
            return
        model = await to_thread.run_sync(self.open)
        async with aclosing(cast("Any", model.stream(request))) as pieces:
            async for piece in pieces:
                yield piece

    async def count(self, request: Request) -> int:
        """By the model's own tokens."""
        model = await to_thread.run_sync(self.open)
        return await model.count(request)

    def close(self) -> None:
        """Let go of it, if it was loaded."""
        with self._lock:
            close = getattr(self._model, "close", None)
            if close is not None:
                close()
            self._model = None
