"""Short words for the tests of the wire."""

import base64
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import numpy as np
from numpy.typing import NDArray


def tone(seconds: float, rate: int = 24_000, level: float = 0.3) -> NDArray[np.float32]:
    """(n,) a loud sound."""
    t = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * 300 * t)).astype(np.float32)


def quiet(seconds: float, rate: int = 24_000) -> NDArray[np.float32]:
    """(n,) zeros."""
    return np.zeros(round(seconds * rate), np.float32)


def pcm16(pcm: NDArray[np.float32]) -> bytes:
    return (pcm * 32767).astype("<i2").tobytes()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def spoken(seconds: float = 0.4, pause: float = 0.5) -> str:
    """A turn and the silence that ends it, as one append."""
    return b64(pcm16(np.concatenate([tone(seconds), quiet(pause)])))


async def until(true: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait for what nobody announces."""
    with anyio.fail_after(within_s):
        while not true():  # noqa: ASYNC110  nothing to wait on: what is watched is not ours
            await anyio.sleep(0.005)


class Inbox:
    """Keeps what the server sent; waits for what it will send."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.events: list[dict[str, Any]] = []
        self.at: list[float] = []

    async def run(self) -> None:
        async for event in self.connection:
            self.events.append(event if isinstance(event, dict) else event.to_dict())
            self.at.append(time.monotonic())

    def types(self, *, ours: bool = False) -> list[str]:
        return [e["type"] for e in self.events if ours or not e["type"].startswith("vivavoce.")]

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [e for e in self.events if e["type"] == kind]

    async def wait(self, kind: str, times: int = 1) -> dict[str, Any]:
        """The times-th event of a kind."""
        await until(lambda: len(self.all(kind)) >= times)
        return self.all(kind)[times - 1]


@asynccontextmanager
async def listening(connection: Any) -> AsyncIterator[Inbox]:
    """Reads a connection in the background."""
    inbox = Inbox(connection)
    async with anyio.create_task_group() as group:
        group.start_soon(inbox.run)
        yield inbox
        group.cancel_scope.cancel()


@asynccontextmanager
async def talking(
    house: Any, query: Any = None, **how: Any
) -> AsyncIterator[tuple[Any, Any, Inbox]]:
    """The house, the official client's connection to it, and what it receives."""
    async with (
        house(**how) as at,
        at.client() as client,
        client.realtime.connect(model="vivavoce", extra_query=query or {}) as connection,
        listening(connection) as inbox,
    ):
        yield at, connection, inbox
