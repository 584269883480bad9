"""The author that has a network."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal, Protocol

from anyio import to_thread

from vivavoce.web.playground.author import Mode, Piece, State, Wish

if TYPE_CHECKING:
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Asked, Writer

_WARM = 4
"""Tokens that nobody sees, before the first race: torch's first forwards are slow."""


class EngineState(Protocol):
    """How far an engine is."""

    @property
    def name(self) -> Literal["missing", "idle", "loading", "ready", "failed"]: ...
    @property
    def said(self) -> str: ...
    @property
    def trained(self) -> bool | None: ...


class Engine(Protocol):
    """models.diffusion's, as it is needed here."""

    @property
    def state(self) -> EngineState: ...
    @property
    def writer(self) -> "Writer | None": ...
    async def open(self) -> "Writer": ...
    def write(self, asked: "Asked", dial: "Dial") -> AsyncIterator[Any]: ...


class ByEngine:
    """Somebody else owns the engine, and closes it."""

    def __init__(self, engine: Engine, model: str) -> None:
        """model: the name of its weights."""
        self._engine, self._model = engine, model
        self._warm = False

    def state(self) -> State:
        """At once."""
        at = self._engine.state
        return State(at.name, at.said, self._model, at.trained)

    async def open(self) -> None:
        """Load the network and write a few tokens that nobody sees."""
        await self._engine.open()
        if not self._warm:
            modes: tuple[Mode, ...] = ("ar", "diffusion")
            for mode in modes:
                async for _ in self.write(Wish(prompt="def", max_tokens=_WARM), mode):
                    pass
            self._warm = True

    async def write(self, wish: Wish, mode: Mode) -> AsyncIterator[Piece]:
        """As Author."""
        writer = await self._engine.open()
        from vivavoce.diffusion.decode import Dial

        asked = await to_thread.run_sync(_asked, writer, wish)
        dial = Dial(
            mode,
            drafts=wish.drafts,
            block=wish.block,
            threshold=wish.threshold,
            steps=wish.steps,
            temperature=wish.temperature,
            seed=wish.seed,
        )
        pieces: Any = self._engine.write(asked, dial)
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece


def _asked(writer: "Writer", wish: Wish) -> "Asked":
    from vivavoce.diffusion.text import Asked

    if wish.messages:
        return Asked(writer.chat(wish.messages), wish.max_tokens)
    return writer.fill(wish.prompt, wish.suffix, wish.max_tokens)
