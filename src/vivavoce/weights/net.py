"""Files over HTTP: resumed, tried again, checked; a host that is away is asked once a run."""

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
from anyio import to_thread

from vivavoce.weights.errors import SourceFailed
from vivavoce.weights.part import Part
from vivavoce.weights.progress import Progress
from vivavoce.weights.settings import Settings

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FINAL = frozenset({400, 401, 403, 404, 405, 410, 451})  # asking again changes nothing
_TORN = (httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.WriteError)
_AWAY = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)


class Torn(Exception):
    """A transfer stopped before its end."""


@dataclass(slots=True)
class Net:
    """One run's connections and what it learnt about who answers."""

    client: httpx.AsyncClient
    settings: Settings
    up: set[str] = field(default_factory=set)
    """Hosts that have answered: worth waiting for when they stop."""
    down: dict[str, str] = field(default_factory=dict)
    """Host → why it can't be reached: asked no more."""

    async def get(self, url: str, *, accept: str) -> httpx.Response | None:
        """A small page, or None if there is none (404). SourceFailed if nobody answers."""
        host = self.host(url)
        for attempt in range(self.settings.tries):
            await self._pause(attempt)
            try:
                answer = await self.client.get(url, headers={"Accept": accept})
            except (*_AWAY, *_TORN) as error:
                why = self._lost(host, error)
                continue
            except httpx.HTTPError as error:
                raise SourceFailed(f"{host}: {_reason(error)}") from error
            self.up.add(host)
            if answer.status_code == 404:
                return None
            if answer.is_success:
                return answer
            why = f"{host} answers {answer.status_code}"
            if answer.status_code in _FINAL:
                break
        raise SourceFailed(why)

    async def fetch(
        self,
        url: str,
        part: Path,
        target: Path,
        *,
        size: int | None,
        sha256: str | None,
        progress: Progress,
    ) -> None:
        """Bring url to target, by way of part; what an earlier run left there is used.
        SourceFailed if it can't be had or is another file."""
        host = self.host(url)
        with await to_thread.run_sync(Part, part) as out:
            old = out.size
            if size is not None and out.size > size:
                progress.advance(-out.size)
                out.restart()
            most, failures = out.size, 0
            while size is None or out.size < size:
                await self._pause(failures)
                try:
                    await self._stream(url, out, size, sha256, progress)
                    break
                except (Torn, *_AWAY, *_TORN) as error:
                    why = self._lost(host, error)
                    failures = 0 if out.size > most else failures + 1
                    most = max(most, out.size)
                    if failures >= self.settings.tries:
                        self.down[host] = why
                        raise SourceFailed(why) from error
                except httpx.HTTPError as error:
                    raise SourceFailed(f"{host}: {_reason(error)}") from error
            brought = out.size
            try:
                await to_thread.run_sync(out.finish, target, sha256)
                return
            except SourceFailed:
                progress.advance(-brought)
                if not old:
                    raise
        # what an earlier run left may have been another version's beginning
        await self.fetch(url, part, target, size=size, sha256=sha256, progress=progress)

    async def _stream(
        self, url: str, out: Part, size: int | None, sha256: str | None, progress: Progress
    ) -> None:
        headers = {"Accept-Encoding": "identity"}
        if out.size:
            headers["Range"] = f"bytes={out.size}-"
        async with self.client.stream("GET", url, headers=headers) as answer:
            self.up.add(self.host(url))
            if answer.status_code == 416 or (out.size and answer.status_code == 200):
                progress.advance(-out.size)
                out.restart()
            if answer.status_code in {408, 416, 429} or answer.is_server_error:
                raise Torn(f"answers {answer.status_code}")
            if not answer.is_success:
                raise SourceFailed(f"{answer.url.host} answers {answer.status_code}")
            if answer.status_code == 206 and _begin(answer) != out.size:
                raise SourceFailed(f"{answer.url.host} sends another range than was asked for")
            total = _total(answer, out.size)
            _same_file(answer, total, size, sha256)
            async for chunk in answer.aiter_raw():
                out.write(chunk)
                progress.advance(len(chunk))
            if total is not None and out.size < total:
                raise Torn("the connection ended early")

    async def _pause(self, failures: int) -> None:
        if failures:
            await anyio.sleep(self.settings.backoff_s * 2 ** (failures - 1))

    def host(self, url: str) -> str:
        """The URL's host and port; SourceFailed if it is known to be away."""
        host = httpx.URL(url).netloc.decode("ascii", "replace").rpartition("@")[2]
        if host in self.down:
            raise SourceFailed(self.down[host])
        return host

    def _lost(self, host: str, error: Exception) -> str:
        """Why the attempt failed; SourceFailed if the host was never reached at all."""
        if isinstance(error, (*_AWAY, httpx.ReadTimeout)):
            why = f"{host} can't be reached ({_reason(error)})"
            if host not in self.up:
                self.down[host] = why
                raise SourceFailed(why) from error
            return why
        return f"{host}: {_reason(error)}"


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Net]:
    """Connections for one run."""
    timeout = httpx.Timeout(settings.read_s, connect=settings.connect_s)
    trust: ssl.SSLContext | bool = True
    if settings.cert:
        trust = ssl.create_default_context(cafile=settings.cert)
    async with httpx.AsyncClient(
        follow_redirects=True, timeout=timeout, verify=trust, proxy=settings.proxy
    ) as client:
        yield Net(client, settings)


def _begin(answer: httpx.Response) -> int | None:
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _total(answer: httpx.Response, have: int) -> int | None:
    """How long the whole file is by what the server says."""
    length = answer.headers.get("Content-Length", "")
    return have + int(length) if length.isdecimal() else None


def _same_file(
    answer: httpx.Response, total: int | None, size: int | None, sha256: str | None
) -> None:
    """Find out before a gigabyte has come that it is another file.

    The hub names a large file's sha256 as X-Linked-ETag on the redirect to its storage."""
    if size is not None and total is not None and total != size:
        raise SourceFailed(f"{answer.url.host} has another version ({total} bytes, not {size})")
    for step in (*answer.history, answer):
        tag = step.headers.get("X-Linked-ETag", "").removeprefix("W/").strip('"')
        if sha256 and _SHA256.fullmatch(tag) and tag != sha256:
            raise SourceFailed(
                f"{step.url.host} has another version (sha256 {tag[:12]}…, not {sha256[:12]}…)"
            )


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return str(error) or type(error).__name__
