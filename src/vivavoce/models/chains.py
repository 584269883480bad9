"""Several chains of one request at once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from vivavoce.core import Broken, Refused, Retry
from vivavoce.models.model import Piece, Thinking
from vivavoce.models.tally import Tally

Told = AsyncGenerator[tuple[int, Piece | None]]
"""(chain, piece) as they come; None: that chain is over."""


async def together(chains: Sequence[AsyncGenerator[Piece]]) -> Told:
    """Chains that run side by side; closing stops all, and so does the first error."""
    told: asyncio.Queue[tuple[int, Piece | Exception | None]] = asyncio.Queue()

    async def run(i: int, chain: AsyncGenerator[Piece]) -> None:
        try:
            async with aclosing(chain) as pieces:
                async for piece in pieces:
                    told.put_nowait((i, piece))
            told.put_nowait((i, None))
        except (Retry, Refused) as failed:
            told.put_nowait((i, failed))

    async with _tasks([run(i, chain) for i, chain in enumerate(chains)]):
        left = len(chains)
        while left:
            i, piece = await told.get()
            if isinstance(piece, Exception):
                raise piece
            left -= piece is None
            yield i, piece


async def counted(
    told: Any, tallies: Sequence[Tally], model: str
) -> AsyncGenerator[tuple[int, Piece]]:
    """The pieces of chains, and each one's Usage. Broken: it failed after something was said."""
    said = False
    try:
        async with aclosing(told) as pieces:
            async for i, piece in pieces:
                said = said or not isinstance(piece, Thinking)
                yield i, tallies[i].usage(model) if piece is None else piece
    except Retry as failed:
        if said:
            raise Broken(f"{failed}; what came until then stands") from failed
        raise


@asynccontextmanager
async def _tasks(work: Sequence[Any]) -> AsyncIterator[None]:
    """All of it runs meanwhile, and stops with the block."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
