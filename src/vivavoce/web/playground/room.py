"""GET and POST /v1/diffusion: how far the network is, and a race."""

import logging
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, cast

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from vivavoce.core import Broken, VivavoceError
from vivavoce.web.api import sse
from vivavoce.web.api.desk import PING_S, Desk, Out, Shown, told_by, while_there
from vivavoce.web.api.errors import INTERNAL, Failure, failure
from vivavoce.web.openai.errors import OTHERS, error
from vivavoce.web.playground.author import Author, Mode, Wish
from vivavoce.web.playground.lane import Lane
from vivavoce.web.playground.wire import understand

log = logging.getLogger(__name__)

LOOK_S = 0.25
"""How often the page hears how far the loading is, if there is something new."""
_ROOM = 4096
"""Events that wait for a slow reader: all of a race, so that no reader slows it."""

Tell = MemoryObjectSendStream[dict[str, Any]]
Clock = Callable[[], float]


def routes(author: Author, desk: Desk, clock: Clock = time.perf_counter) -> list[BaseRoute]:
    """Both addresses."""

    async def state(_request: Request) -> dict[str, Any]:
        return shown(author)

    return [
        Route("/v1/diffusion", Shown(desk, OTHERS, state), methods=["GET"]),
        Route("/v1/diffusion", _Races(author, desk, clock), methods=["POST"]),
    ]


def shown(author: Author) -> dict[str, Any]:
    """The author's state."""
    at = author.state()
    return {"state": at.name, "said": at.said, "model": at.model, "trained": at.trained}


class _Races:
    """One race at a time, and its lanes one after the other: they would slow each other."""

    def __init__(self, author: Author, desk: Desk, clock: Clock) -> None:
        self._author, self._desk, self._clock = author, desk, clock
        self._track = anyio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, out = Request(scope, receive), Out(send, OTHERS, self._desk)
        async with told_by(out):
            self._desk.let_in(request)
            with self._desk.seat():
                wish, modes = understand(await self._desk.body(request))
                if (at := self._author.state()).name == "missing":
                    await out.fail(Failure(501, "not_installed", at.said))
                    return
                async with while_there(request):
                    await self._live(wish, modes, out)

    async def _live(self, wish: Wish, modes: tuple[Mode, ...], out: Out) -> None:
        send, receive = anyio.create_memory_object_stream[dict[str, Any]](_ROOM)
        async with anyio.create_task_group() as group, receive:
            group.start_soon(self._run, wish, modes, send)
            await out.events(())
            while True:
                told: dict[str, Any] | None = None
                with anyio.move_on_after(PING_S):
                    try:
                        told = await receive.receive()
                    except anyio.EndOfStream:
                        break
                await out.events((sse.event(told) if told else sse.COMMENT,))
            await out.events((sse.DONE,))
            await out.over()

    async def _run(self, wish: Wish, modes: tuple[Mode, ...], tell: Tell) -> None:
        async with tell:
            try:
                if self._track.locked():
                    await tell.send({"type": "waiting"})
                async with self._track:
                    await self._ready(tell)
                    for mode in modes:
                        await self._lane(wish, mode, tell)
            except VivavoceError as wrong:
                await tell.send(_failed(failure(wrong)))
            except Exception:  # one race's fault must not take others along
                log.exception("a race failed")
                await tell.send(_failed(INTERNAL))

    async def _ready(self, tell: Tell) -> None:
        """Tells how the loading goes, and at its end what was loaded."""
        async with anyio.create_task_group() as group:
            group.start_soon(_told_of_loading, self._author, tell)
            caught: VivavoceError | None = None
            try:
                await self._author.open()
            except VivavoceError as wrong:
                caught = wrong
            group.cancel_scope.cancel()
        if caught is not None:
            raise caught
        await tell.send({"type": "state", **shown(self._author)})

    async def _lane(self, wish: Wish, mode: Mode, tell: Tell) -> None:
        lane = Lane(mode)
        await tell.send({"type": "begin", "lane": mode})
        began = self._clock()
        async with aclosing(cast("Any", self._author.write(wish, mode))) as pieces:
            async for piece in pieces:
                for told in lane.take(piece, self._clock() - began):
                    await tell.send(told)
        if not lane.over:
            raise Broken("the text ended before it was whole; run it again")


def _failed(why: Failure) -> dict[str, Any]:
    return {"type": "error", "error": error(why)}


async def _told_of_loading(author: Author, tell: Tell) -> None:
    last: dict[str, Any] = {}
    while True:
        now = shown(author)
        if now != last and now["state"] == "loading":
            await tell.send({"type": "state", **now})
        last = now
        await anyio.sleep(LOOK_S)
