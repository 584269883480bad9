"""Fetches a feed: only if it has changed, not too much, not too long."""

import zlib
from dataclasses import dataclass
from ipaddress import ip_address
from socket import SOCK_STREAM, gaierror

import anyio
import httpx

from vivavoce.core import Refused, Retry

TIMEOUT_S = 6.0
"""For all of it, redirects too: somebody waits."""
MOST_BYTES = 2_000_000
MOST_REDIRECTS = 5
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5"
)
_CHANGED = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
"""What is sent the next time, and the header that it is from."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server gave."""

    body: bytes
    """At most MOST_BYTES: the rest of a longer one is left where it is."""
    content_type: str
    again: tuple[tuple[str, str], ...]
    """Headers that ask for it the next time, if it has changed by then."""


def client() -> httpx.AsyncClient:
    """With our name; redirects are looked at one by one."""
    headers = {
        "User-Agent": "Vivavoce (a household's assistant)",
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip",
    }
    return httpx.AsyncClient(timeout=TIMEOUT_S, headers=headers, follow_redirects=False)


async def fetch(
    http: httpx.AsyncClient, address: str, again: tuple[tuple[str, str], ...] = ()
) -> Fetched | None:
    """None: it has not changed. Retry: it is away; Refused: it gives nothing that can be read.
    The messages go on from the source's name."""
    try:
        with anyio.fail_after(TIMEOUT_S):
            return await _fetch(http, httpx.URL(address), again)
    except (TimeoutError, httpx.TimeoutException):
        raise Retry("takes too long") from None
    except httpx.HTTPError as error:
        raise Retry(f"is away ({type(error).__name__})") from None
    except httpx.InvalidURL:
        raise Refused("has no usable address") from None


async def _fetch(
    http: httpx.AsyncClient, url: httpx.URL, again: tuple[tuple[str, str], ...]
) -> Fetched | None:
    first = url
    for _ in range(MOST_REDIRECTS + 1):
        async with http.stream("GET", url, headers=dict(again)) as answer:
            if not answer.has_redirect_location:
                return await _read(answer, bool(again))
            to = url.join(answer.headers["Location"])
        if to.scheme not in ("http", "https") or not await _may_send(first, to):
            raise Refused("sends to an address that is not followed")
        url = to
    raise Refused("sends from one address to the next")


async def _read(answer: httpx.Response, known: bool) -> Fetched | None:
    status = answer.status_code
    if status == 304 and known:
        return None
    if status == 429 or status >= 500:
        raise Retry(f"is busy (status {status})")
    if status in (404, 410):
        raise Refused(f"is gone (status {status}); check its address")
    if status != 200:
        raise Refused(f"would not answer (status {status})")
    given = {name: answer.headers.get(header, "") for name, header in _CHANGED.items()}
    again = tuple((name, value) for name, value in given.items() if value)
    return Fetched(await _body(answer), answer.headers.get("Content-Type", ""), again)


async def _body(answer: httpx.Response) -> bytes:
    coding = answer.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise Refused("is packed in a way that can't be read")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in coding else None
    held = bytearray()
    async for chunk in answer.aiter_raw():
        left = MOST_BYTES - len(held)
        try:
            held += unpacker.decompress(chunk, left) if unpacker else chunk[:left]
        except zlib.error:
            raise Refused("is damaged") from None
        if len(held) >= MOST_BYTES:
            break
    return bytes(held)


async def _may_send(first: httpx.URL, to: httpx.URL) -> bool:
    """A feed of the public web sends nobody into this house."""
    return to.host == first.host or await _public(to.host) or not await _public(first.host)


async def _public(host: str) -> bool:
    try:
        known = await anyio.getaddrinfo(host, None, type=SOCK_STREAM)
        return all(ip_address(str(at[4][0]).partition("%")[0]).is_global for at in known)
    except (gaierror, UnicodeError, ValueError):
        return False
