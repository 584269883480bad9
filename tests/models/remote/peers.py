"""Real HTTP servers that say what a test wrote down."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from vivavoce.core import Message, VivavoceError
from vivavoce.models import Piece, Request
from vivavoce.models.remote import Remote, Server, connect

DIE = "<die>"
STALL = "<stall>"
SSE = "text/event-stream"


@dataclass
class Seen:
    """What the server was asked."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))


@dataclass
class Says:
    """One answer: its parts, one after the other."""

    parts: Sequence[str | bytes] = ()
    status: int = 200
    media_type: str = SSE
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.0


class Peer:
    """Gives its answers in turn, the last one again and again."""

    def __init__(self, *answers: Says) -> None:
        self.answers = answers
        self.seen: list[Seen] = []
        self.hung_up = asyncio.Event()

    async def answer(self, asked: Asked) -> Response:
        path = asked.scope["raw_path"].decode()
        self.seen.append(Seen(path, dict(asked.headers), await asked.body()))
        says = self.answers[min(len(self.seen), len(self.answers)) - 1]
        return StreamingResponse(
            self._parts(says), says.status, says.headers, media_type=says.media_type
        )

    async def _parts(self, says: Says) -> AsyncIterator[bytes]:
        try:
            for part in says.parts:
                if part == DIE:
                    await asyncio.sleep(0.05)
                    raise ConnectionAbortedError
                if part == STALL:
                    await asyncio.sleep(60)
                yield part.encode() if isinstance(part, str) else part
                await asyncio.sleep(says.pause_s)
        except asyncio.CancelledError:
            self.hung_up.set()
            raise


@asynccontextmanager
async def serving(peer: Peer) -> AsyncIterator[str]:
    """The peer on a port of its own; gives http://127.0.0.1:PORT."""
    app = Starlette(routes=[Route("/{path:path}", peer.answer, methods=["POST"])])
    config = uvicorn.Config(
        app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def model(base: str, **entry: Any) -> Remote:
    """A model at that address; an OpenAI-style one if nothing else is said."""
    kind = entry.get("kind", "openai")
    given = {"kind": kind, "name": "far", "model": "m-1", "context_tokens": 32_000, "on": True}
    url = base + "/v1" if kind == "openai" else base
    return connect(Server(**(given | {"base_url": url} | entry)))


HELLO = Request((Message("system", "Be brief."), Message("user", "Hi!")))


def ask(peer: Peer, request: Request = HELLO, **entry: Any) -> list[Piece]:
    """What a model at the peer answers."""
    return told(peer, request, **entry)[0]


def told(
    peer: Peer, request: Request = HELLO, **entry: Any
) -> tuple[list[Piece], VivavoceError | None]:
    """What it answers until it fails, and how."""

    async def run() -> tuple[list[Piece], VivavoceError | None]:
        pieces: list[Piece] = []
        async with serving(peer) as base:
            remote = model(base, **entry)
            try:
                with anyio.fail_after(20):
                    async with aclosing(remote.stream(request)) as stream:  # type: ignore[type-var]
                        async for piece in stream:
                            pieces.append(piece)  # noqa: PERF401 - kept when it fails
            except VivavoceError as failed:
                return pieces, failed
            finally:
                await remote.aclose()
        return pieces, None

    return asyncio.run(run())


def sse(*events: object) -> list[str]:
    """Events as OpenAI writes them, [DONE] last."""
    return [f"data: {json.dumps(e)}\n\n" for e in events] + ["data: [DONE]\n\n"]


def named(*events: dict[str, Any]) -> list[str]:
    """Events as Anthropic writes them."""
    return [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events]
