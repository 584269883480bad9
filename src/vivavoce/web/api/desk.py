"""Takes requests, asks the mind, and answers for as long as the client waits."""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from vivavoce.core import VivavoceError
from vivavoce.mind import Ask, Outcome
from vivavoce.models import Card
from vivavoce.web.api import sse
from vivavoce.web.api.body import read_object
from vivavoce.web.api.errors import INTERNAL, Bad, Failure, failure
from vivavoce.web.api.minds import Minds, Told
from vivavoce.web.api.pump import Item, told
from vivavoce.web.gate import refusal
from vivavoce.web.limits import ServeConfig
from vivavoce.web.metrics import Metrics

log = logging.getLogger(__name__)

HOLD_S = 2.0
"""So long the status waits for the first piece: what fails by then fails with its own status."""
PING_S = 10.0
"""A stream that has nothing to say says so this often."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a vendor's clients are spoken to."""

    name: str
    error: Callable[[Failure, str], tuple[int, dict[str, Any]]]
    """A failure and the request's id; gives the status and the body."""
    id_header: str
    ping: bytes = sse.COMMENT


class Job(Protocol):
    """One request that was understood."""

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What the mind is asked: once for each answer."""
        ...

    @property
    def streams(self) -> bool:
        """The answer is wanted piece by piece."""
        ...

    def begin(self) -> Iterable[bytes]:
        """What a stream begins with."""
        ...

    def take(self, index: int, item: Told) -> Iterable[bytes]:
        """What is sent on for a piece of the answer to asks[index]; iterate, or it is lost."""
        ...

    def end(self) -> Iterable[bytes]:
        """When all answers are there."""
        ...

    def failed(self, why: Failure) -> Iterable[bytes]:
        """When it failed after the stream had begun."""
        ...

    def whole(self) -> dict[str, Any]:
        """The answer in one piece."""
        ...


Understand = Callable[[dict[str, Any], Mapping[str, Card]], Job]
Look = Callable[[Request], Awaitable[dict[str, Any]]]


class Desk:
    """What all endpoints share."""

    def __init__(
        self, mind: Minds, token: str | None, limits: ServeConfig, metrics: Metrics
    ) -> None:
        self.mind = mind
        self.limits = limits
        self.metrics = metrics
        self._token = token
        self._busy = 0

    def let_in(self, request: Request) -> None:
        """Bad: 401 without the token, 403 from a foreign page."""
        if why := refusal(request, self._token):
            if self._token is None:
                raise Bad(why, (), "forbidden", 403)
            raise Bad(why, (), "invalid_api_key", 401)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Bad (429) if all are taken."""
        if self._busy >= self.limits.max_asks:
            said = f"{self._busy} requests are under way; try again when one is done"
            raise Bad(said, (), "rate_limit_exceeded", 429)
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    async def body(self, request: Request) -> dict[str, Any]:
        """The JSON object."""
        return await read_object(request, self.limits.max_body_bytes, self.limits.body_s)


class Out:
    """The answer to one request: in one piece, or as a stream."""

    def __init__(self, send: Send, dialect: Dialect, desk: Desk) -> None:
        self.started = False
        self._send = send
        self._dialect = dialect
        self._metrics = desk.metrics
        self._id = f"req_{secrets.token_hex(12)}"

    async def json(self, body: Mapping[str, Any], status: int = 200) -> None:
        """Everything at once."""
        data = sse.dumps(body).encode()
        headers = {"content-type": "application/json", "content-length": str(len(data))}
        if status in (429, 503, 529):
            headers["retry-after"] = "1"
        await self._start(status, headers)
        await self._send({"type": "http.response.body", "body": data})

    async def fail(self, why: Failure) -> None:
        """In the vendor's shape."""
        self._metrics.errors.labels(why.code).inc()
        status, body = self._dialect.error(why, self._id)
        await self.json(body, status)

    async def events(self, events: Iterable[bytes]) -> None:
        """More of the stream."""
        if not self.started:
            await self._start(200, sse.HEADERS)
        if data := b"".join(events):
            await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def over(self) -> None:
        """The stream's end."""
        await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.started = True
        self._metrics.asked.labels(self._dialect.name, str(status)).inc()
        all_headers = {**headers, self._dialect.id_header: self._id}
        raw = [(k.encode(), v.encode()) for k, v in all_headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})


@asynccontextmanager
async def told_by(out: Out) -> AsyncIterator[None]:
    """What goes wrong inside is told to the client, in its vendor's shape."""
    try:
        yield
    except VivavoceError as error:
        await out.fail(failure(error))
    except ClientDisconnect:
        pass
    except Exception:  # one request's fault must not take the server along
        log.exception("a request failed")
        if not out.started:
            await out.fail(INTERNAL)


@asynccontextmanager
async def while_there(request: Request) -> AsyncIterator[None]:
    """A client that goes takes its work along; the body has been read."""
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        yield
        group.cancel_scope.cancel()


class Shown:
    """An endpoint that only looks something up; it may ask the mind to count."""

    def __init__(self, desk: Desk, dialect: Dialect, look: Look) -> None:
        self._desk, self._dialect, self._look = desk, dialect, look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, out = Request(scope, receive), Out(send, self._dialect, self._desk)
        async with told_by(out):
            self._desk.let_in(request)
            silence_s = self._desk.limits.silence_s
            with self._desk.seat(), anyio.move_on_after(silence_s) as limit:
                found = await self._look(request)
            if limit.cancelled_caught:
                await out.fail(_silent(silence_s))
            else:
                await out.json(found)


class Asked:
    """An endpoint that asks the mind."""

    def __init__(self, desk: Desk, dialect: Dialect, understand: Understand) -> None:
        self._desk, self._dialect, self._understand = desk, dialect, understand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, out = Request(scope, receive), Out(send, self._dialect, self._desk)
        async with told_by(out):
            self._desk.let_in(request)
            with self._desk.seat():
                body = await self._desk.body(request)
                job = self._understand(body, self._desk.mind.cards())
                async with while_there(request), told(self._desk.mind, job.asks) as pieces:
                    await (self._live if job.streams else self._at_once)(job, pieces, out)

    async def _at_once(self, job: Job, pieces: MemoryObjectReceiveStream[Item], out: Out) -> None:
        left = len(job.asks)
        while left:
            item = await _next(pieces, self._desk.limits.silence_s)
            if item is None:
                await out.fail(_silent(self._desk.limits.silence_s))
                return
            index, piece = item
            if isinstance(piece, Failure):
                await out.fail(piece)
                return
            for _ in job.take(index, piece):
                pass
            left -= isinstance(piece, Outcome)
        await out.json(job.whole())

    async def _live(self, job: Job, pieces: MemoryObjectReceiveStream[Item], out: Out) -> None:
        left, silent_s = len(job.asks), 0.0
        item = await _next(pieces, HOLD_S)
        if item is not None and isinstance(item[1], Failure):
            await out.fail(item[1])
            return
        await out.events(job.begin())
        while True:
            why: Failure | None = None
            if item is None:
                silent_s += PING_S
                if silent_s >= self._desk.limits.silence_s:
                    why = _silent(silent_s)
                else:
                    await out.events((self._dialect.ping,))
            elif isinstance(item[1], Failure):
                why = item[1]
            else:
                silent_s = 0.0
                await out.events(job.take(*_good(item)))
                left -= isinstance(item[1], Outcome)
            if why or not left:
                await out.events(job.failed(why) if why else job.end())
                await out.over()
                return
            item = await _next(pieces, min(PING_S, self._desk.limits.silence_s))


async def _next(pieces: MemoryObjectReceiveStream[Item], within_s: float) -> Item | None:
    """None if there is nothing yet."""
    with anyio.move_on_after(within_s):
        return await pieces.receive()
    return None


def _good(item: Item) -> tuple[int, Told]:
    index, piece = item
    assert not isinstance(piece, Failure)
    return index, piece


def _silent(seconds: float) -> Failure:
    return Failure(503, "retry", f"the model said nothing for {seconds:g} s; try again")
