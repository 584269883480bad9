"""Home Assistant's WebSocket: commands with their answers, and what it tells by itself."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vivavoce.core import Refused, Retry

OPEN_S = 5.0
ANSWER_S = 10.0
PING_S = 20.0
MOST_BYTES = 64 * 2**20
"""Of one message: all states of a large home are a few MB."""
AWAY = "Home Assistant is away"
NO_TOKEN = (
    "Home Assistant does not take the token (any more): make a new long-lived access token on its "
    "profile page, under Security, and run: vivavoce setup home (or set VIVAVOCE_HOME_HASS_TOKEN)"
)
Heard = Callable[[Mapping[str, Any]], None]
"""Gets an event as it was fired: event_type and data."""


class TokenRefused(Refused):
    """It has to be a new one."""


@dataclass(slots=True)
class _Answer:
    message: Mapping[str, Any] | None = None
    """None: none came before the end."""
    ready: anyio.Event = field(default_factory=anyio.Event)


class Line:
    """An open connection, while its `read` runs."""

    def __init__(self, socket: ClientConnection, heard: Heard) -> None:
        self._socket, self._heard = socket, heard
        self._last = 0
        self._waiting: dict[int, _Answer] = {}

    async def ask(self, kind: str, **fields: Any) -> Any:
        """The result. Refused: Home Assistant says no, with its words; Retry: it is gone, or too
        slow."""
        self._last += 1
        number, answer = self._last, _Answer()
        self._waiting[number] = answer
        try:
            await self._socket.send(json.dumps({"id": number, "type": kind, **fields}))
            with anyio.fail_after(ANSWER_S):
                await answer.ready.wait()
        except ConnectionClosed as error:
            raise Retry(f"{AWAY}; is it running?") from error
        except TimeoutError as error:
            raise Retry(f"Home Assistant did not answer within {ANSWER_S:.0f} s") from error
        finally:
            del self._waiting[number]
        if answer.message is None:
            raise Retry("Home Assistant went away in the middle; look whether it was done")
        if not answer.message.get("success"):
            raise Refused(str(answer.message.get("error", {}).get("message", "it says no")))
        return answer.message.get("result")

    async def read(self) -> None:
        """Until the connection ends."""
        try:
            async for text in self._socket:
                message = json.loads(text)
                if message["type"] == "event":
                    self._heard(message["event"])
                elif answer := self._waiting.get(message.get("id")):
                    answer.message = message
                    answer.ready.set()
        finally:
            for answer in self._waiting.values():
                answer.ready.set()


@asynccontextmanager
async def line(url: str, token: str, heard: Heard) -> AsyncIterator[Line]:
    """Connected and let in. TokenRefused; OSError, TimeoutError or WebSocketException: there is no
    Home Assistant."""
    address = f"ws{url.removeprefix('http')}/api/websocket"
    async with connect(
        address, open_timeout=OPEN_S, max_size=MOST_BYTES, ping_interval=PING_S, close_timeout=1
    ) as socket:
        try:
            with anyio.fail_after(OPEN_S):
                await socket.recv()  # auth_required
                await socket.send(json.dumps({"type": "auth", "access_token": token}))
                told = json.loads(await socket.recv())
            if told["type"] != "auth_ok":
                raise TokenRefused(NO_TOKEN)
            yield Line(socket, heard)
        finally:
            with anyio.CancelScope(shield=True):
                await socket.close()
