"""A language model behind HTTP, whatever dialect it speaks."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, cast

import anyio
import httpx

from vivavoce.core import Broken, Refused, Retry, Unable
from vivavoce.models.model import Card, Kept, Piece, Request, Thinking, Usage
from vivavoce.models.remote import failure, room
from vivavoce.models.remote.dialect import Dialect, Letter, Reader
from vivavoce.models.remote.failure import Failure
from vivavoce.models.remote.schema import Misfit, checked
from vivavoce.models.remote.server import Server

CONNECT_S = 5.0
PATIENCE_S = 2.0
"""A server that asks for a longer pause is left to others."""
PAUSE_S = 0.2
"""Before the second try, if the server asks for none."""
DRAIN_S = 0.5
"""For the end of a stream, so that its connection can be used again."""
COUNT_S = 10.0
"""For a count; then an estimate must do."""
SHORTEST_SECRET = 6
"""Characters; what is shorter ("x", "none") is a placeholder."""
MOST_ERROR_BYTES = 1 << 16


class Remote:
    """One model of its owner's book."""

    def __init__(self, server: Server, dialect: Dialect) -> None:
        self.server = server
        self._dialect = dialect
        self._kept: Kept = "none" if server.budget == "none" else "hint"
        self._client: tuple[asyncio.AbstractEventLoop, httpx.AsyncClient] | None = None

    @property
    def card(self) -> Card:
        """A budget is a hint until it was proved."""
        return self.server.card(self._kept)

    def proved(self, kept: Kept) -> None:
        """From now on its budget counts as this."""
        self._kept = kept

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        """As the seam says; a failure before the first piece is tried once more where it may help.
        After thoughts it is left to the caller (Retry), so that none is told twice.
        read_only takes nothing: there is no cache of ours to fill."""
        if request.read_only:
            yield Usage(model=self.server.name)
            return
        letter = self._letter(request)
        for tries_left in (1, 0):
            given = said = False
            reader = self._dialect.reader(request, self._kept)
            try:
                async with self._post(letter) as response, aclosing(_bytes(response)) as data:
                    async for chunk in self._lively(data, reader):
                        for piece in reader.feed(chunk):
                            given = True
                            said = said or not isinstance(piece, Thinking)
                            yield self._signed(piece)
                    for piece in reader.end():
                        given = said = True
                        yield piece
                    with suppress(httpx.RequestError), anyio.move_on_after(DRAIN_S):
                        async for _ in data:
                            pass
                return
            except Failure as failed:
                trouble = failed
            except Misfit as broken:
                trouble = Failure(
                    f"what it wrote can't be used: {broken}; try again, with more max_tokens if "
                    "it was cut off, or use another model"
                )
            except httpx.RequestError as lost:
                trouble = self._lost(lost)
            if given or not (tries_left and trouble.again and trouble.wait_s <= PATIENCE_S):
                raise self._error(trouble, letter, said=said)
            await anyio.sleep(trouble.wait_s or PAUSE_S)

    async def count(self, request: Request) -> int:
        """The server's count, or an estimate if it does not tell."""
        letter = self._dialect.counting(request)
        found = await self._number(letter) if letter else None
        return room.estimate(request) if found is None else found

    async def count_text(self, text: str) -> int | None:
        """Tokens of a text by the server's own tokeniser; None if it does not tell."""
        for letter in self._dialect.counted(text):
            if (found := await self._number(letter)) is not None:
                return found
        return None

    async def aclose(self) -> None:
        """Let go of its connections; it may still be used."""
        kept, self._client = self._client, None
        if kept and kept[0] is asyncio.get_running_loop():
            await kept[1].aclose()

    def _signed(self, piece: Piece) -> Piece:
        """Thinking says whose it is."""
        if isinstance(piece, Thinking):
            return replace(piece, vendor=self.server.vendor, model=self.server.name)
        return piece

    def _letter(self, request: Request) -> Letter:
        if not request.messages:
            raise Refused("a request needs at least one message")
        if not self.server.images and any(m.images for m in request.messages):
            raise Unable(f"{self.server.name} can't look at pictures; use a model that can")
        if not self.server.tools and request.tools:
            raise Unable(f"{self.server.name} can't call tools; use a model that can")
        if request.begun and not self.server.prefill:
            raise Unable(
                f"{self.server.name} can't go on from a beginning; set prefill = true if it can"
            )
        request = checked(request)
        may = tuple(t for t in request.tools if not request.allowed or t["name"] in request.allowed)
        return self._dialect.letter(replace(request, tools=may))

    @asynccontextmanager
    async def _post(self, letter: Letter) -> AsyncIterator[httpx.Response]:
        """The response, once it is known to be a stream; it is closed in the end."""
        headers = {"content-type": "application/json", **letter.headers}
        call = self._http().stream("POST", self._url(letter), content=letter.body, headers=headers)
        async with call as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.status_code == 200 and kind == self._dialect.media_type:
                yield response
                return
            body = await self._small(response)
            for secret in _long(letter.secrets):  # before it is shortened, perhaps amid the secret
                body = body.replace(secret.encode(), b"***")
            names, words = failure.told(body)
            if response.status_code == 200 and not (names or words):
                raise Failure(
                    f"{self.server.url.host} answers with {kind or 'nothing'}, not with a stream; "
                    f"check that base_url is of the kind {self.server.kind!r}",
                    final=True,
                )
            raise failure.of_response(self.server, response.status_code, response.headers, body)

    async def _lively(
        self, data: AsyncGenerator[bytes, None], reader: Reader
    ) -> AsyncIterator[bytes]:
        """The bytes until the reader has all. Failure if the server stalls; its signs of life
        (pings) don't count."""
        heard, until = -1, 0.0
        while not reader.done:
            if reader.heard > heard:
                heard, until = reader.heard, anyio.current_time() + self.server.idle_s
            with anyio.move_on_after(until - anyio.current_time()) as waiting:
                chunk = await anext(data, b"")
            if waiting.cancelled_caught:
                raise self._stalled()
            if not chunk:
                return
            yield chunk

    async def _small(self, response: httpx.Response) -> bytes:
        """The beginning of a body."""
        body = b""
        async with aclosing(_bytes(response)) as data:
            with anyio.move_on_after(CONNECT_S):
                async for chunk in data:
                    body += chunk
                    if len(body) > MOST_ERROR_BYTES:
                        break
        return body[:MOST_ERROR_BYTES]

    async def _number(self, letter: Letter) -> int | None:
        try:
            with anyio.fail_after(COUNT_S):
                response = await self._http().post(
                    self._url(letter),
                    content=letter.body,
                    headers={"content-type": "application/json", **letter.headers},
                )
            return _count(response.json()) if response.status_code == 200 else None
        except (httpx.RequestError, ValueError, RecursionError, TimeoutError):
            return None

    def _url(self, letter: Letter) -> httpx.URL:
        base = self.server.url
        path = base.raw_path.decode("ascii").rstrip("/")
        if letter.at_root:
            path = path.removesuffix("/v1")
        return base.copy_with(raw_path=(path + letter.path).encode("ascii"))

    def _http(self) -> httpx.AsyncClient:
        """One client for each event loop, made when it is needed."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._client[0] is not loop:
            client = httpx.AsyncClient(
                timeout=httpx.Timeout(self.server.idle_s, connect=CONNECT_S),
                trust_env=not self.card.here,  # no proxy on the way to this machine
            )
            self._client = loop, client
        return self._client[1]

    def _lost(self, lost: httpx.RequestError) -> Failure:
        host = self.server.url.netloc.decode("ascii", "replace")
        if isinstance(lost, httpx.ConnectError | httpx.ConnectTimeout):
            return Failure(
                f"{host} can't be reached; see whether the server runs, and check base_url",
                again=True,
            )
        if isinstance(lost, httpx.TimeoutException):
            return self._stalled()
        return Failure(f"the connection to {host} broke off; try again", again=True)

    def _stalled(self) -> Failure:
        return Failure(
            f"{self.server.url.host} has said nothing for {self.server.idle_s:g} s; use another "
            "model, or raise idle_s"
        )

    def _error(self, failed: Failure, letter: Letter, *, said: bool) -> Exception:
        text = f"{self.server.name}: {failed}"
        for secret in _long(letter.secrets):
            text = text.replace(secret, "***")
        if said:
            return Broken(text)
        if failed.withheld:
            return Refused(text)
        return Unable(text) if failed.final else Retry(text)


def _bytes(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    return cast("AsyncGenerator[bytes, None]", response.aiter_bytes())


def _long(secrets: Sequence[str]) -> list[str]:
    return [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]


def _count(answer: Any) -> int | None:
    """From Anthropic's, vLLM's or llama.cpp's way to say it."""
    if not isinstance(answer, dict):
        return None
    number = answer.get("input_tokens", answer.get("count"))
    if isinstance(number, int | float) and math.isfinite(number):
        return int(number)
    return len(answer["tokens"]) if isinstance(answer.get("tokens"), list) else None
