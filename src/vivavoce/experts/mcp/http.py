"""A server over Streamable HTTP, each of its answers of a limited size."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import anyio
import httpx2
from mcp.client.streamable_http import streamable_http_client

MOST_BYTES = 4_000_000
CONNECT_S = 5.0


class HttpServer:
    """A transport for mcp's Client. Enter it once."""

    def __init__(self, url: str, headers: Mapping[str, str], read_s: float) -> None:
        self._url, self._headers, self._read_s = url, dict(headers), read_s
        self._stack = AsyncExitStack()
        self.ended = anyio.Event()
        self.last_words = ""

    async def __aenter__(self) -> Any:
        client = httpx2.AsyncClient(
            headers=self._headers,
            timeout=httpx2.Timeout(CONNECT_S, read=self._read_s),
            event_hooks={"response": [_limit]},
        )
        await self._stack.enter_async_context(client)
        return await self._stack.enter_async_context(
            streamable_http_client(self._url, http_client=client)
        )

    async def __aexit__(self, *error: Any) -> Any:
        return await self._stack.__aexit__(*error)


class _Limited(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for chunk in self._stream:
            count += len(chunk)
            if count > MOST_BYTES:
                raise httpx2.ReadError(f"the server sent more than {MOST_BYTES:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _limit(response: httpx2.Response) -> None:
    """Streams of events go on for ever; mcp limits each event."""
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        response.stream = _Limited(response.stream)
