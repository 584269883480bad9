"""Several answers at once, as one bounded stream."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from vivavoce.core import Broken, VivavoceError
from vivavoce.mind import Ask, Outcome
from vivavoce.web.api.errors import INTERNAL, Failure, failure
from vivavoce.web.api.minds import Minds, Told

log = logging.getLogger(__name__)

Item = tuple[int, Told | Failure]
"""Which of the asks, and what came."""
_UNREAD = 64
"""Pieces that wait for a slow client; then the model waits."""
_FAREWELL_S = 5.0


@asynccontextmanager
async def told(mind: Minds, asks: Sequence[Ask]) -> AsyncIterator[MemoryObjectReceiveStream[Item]]:
    """Each ask ends with an Outcome or a Failure. Leaving stops all of them."""
    send, receive = anyio.create_memory_object_stream[Item](_UNREAD)
    async with anyio.create_task_group() as group, receive:
        for index, ask in enumerate(asks):
            group.start_soon(_tell, mind, ask, index, send.clone())
        send.close()
        yield receive
        group.cancel_scope.cancel()


async def _tell(mind: Minds, ask: Ask, index: int, to: MemoryObjectSendStream[Item]) -> None:
    async with to:
        try:
            await _pass_on(mind, ask, index, to)
        except VivavoceError as error:
            await to.send((index, failure(error)))
        except anyio.BrokenResourceError:
            pass  # nobody listens any more
        except Exception:  # one request's fault must not take others along
            log.exception("a request failed")
            await to.send((index, INTERNAL))


async def _pass_on(mind: Minds, ask: Ask, index: int, to: MemoryObjectSendStream[Item]) -> None:
    stream, last = mind.stream(ask), None
    try:
        async for item in stream:
            await to.send((index, item))
            last = item
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            with anyio.move_on_after(_FAREWELL_S, shield=True):
                await close()
    if not isinstance(last, Outcome):
        raise Broken("the answer ended before it was whole; ask again")
