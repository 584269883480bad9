"""Several chains of one request that read its prompt once."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from vivavoce.core import Broken, Refused, Retry
from vivavoce.models import thinking
from vivavoce.models.chatml import inert
from vivavoce.models.model import Piece, Request
from vivavoce.models.tally import Tally
from vivavoce.models.writer import Writer

_Told = tuple[int, Piece | Exception | None]


class Wave:
    """As many chains as run at once: the thoughts together, from one reading of the prompt; then
    each chain's answer by itself, while others may still think."""

    def __init__(
        self, writer: Writer, request: Request, prompt: str, fits: str, chains: range
    ) -> None:
        self._writer, self._prompt, self._fits = writer, prompt, fits
        self._requests = [replace(request, seed=request.seed + i) for i in chains]
        self._tallies = [Tally() for _ in chains]
        self._chains = chains
        self._told: asyncio.Queue[_Told] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def pieces(
        self, first: int, granted: int | None, model: str
    ) -> AsyncGenerator[tuple[int, Piece]]:
        """(chain, piece) as they come. first: the slot that reads; granted: None if nobody asked
        for a thought."""
        if granted is not None:
            for tally in self._tallies:
                tally.allow(granted)
        self._start(self._think(first) if granted else self._share(first))
        left, said = len(self._chains), False
        try:
            while left:
                i, told = await self._told.get()
                if isinstance(told, Retry) and said:
                    raise Broken(f"{told}; what came until then stands") from told
                if isinstance(told, Exception):
                    raise told
                said, left = True, left - (told is None)
                yield self._chains[i], told or self._tallies[i].usage(model)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(self._safe(work)))

    async def _safe(self, work: Coroutine[Any, Any, None]) -> None:
        """An error is told to whoever reads the pieces."""
        try:
            await work
        except (Retry, Refused) as failed:
            self._told.put_nowait((0, failed))

    async def _think(self, first: int) -> None:
        opened = thinking.opened(self._prompt)
        together = self._writer.think_together(self._requests[0], opened, self._tallies, first)
        async with aclosing(together) as pieces:
            async for i, piece in pieces:
                if isinstance(piece, int):
                    self._start(self._rest(i, opened, piece))
                else:
                    self._told.put_nowait((i, piece))

    async def _rest(self, i: int, opened: str, slot: int) -> None:
        """What comes after a chain's first thought."""
        request, tally = self._requests[i], self._tallies[i]
        if request.thinking and request.thinking.extend and not tally.cut:
            await self._tell(i, self._writer.think(request, opened, tally, slot, again=True))
        await self._answer(i, thinking.closed(opened, inert(tally.text), cut=tally.cut), slot)

    async def _share(self, first: int) -> None:
        """The prompt is read once, then all answer."""
        chains = len(self._chains)
        slots = await self._writer.share(self._requests[0], self._prompt, chains, first)
        for i, slot in enumerate(slots):
            self._start(self._answer(i, self._prompt, slot))

    async def _answer(self, i: int, prompt: str, slot: int) -> None:
        request, tally = self._requests[i], self._tallies[i]
        await self._tell(i, self._writer.answer(request, prompt, self._fits, tally, slot))
        self._told.put_nowait((i, None))

    async def _tell(self, i: int, pieces: AsyncGenerator[Any]) -> None:
        async with aclosing(pieces) as stream:
            async for piece in stream:
                self._told.put_nowait((i, piece))
