"""Fetches a feed: only if it has changed, not too much, not too long."""

from dataclasses import dataclass

import anyio
import httpx

from vivavoce.core import Refused, Retry
from vivavoce.experts.fetching import Web, body

TIMEOUT_S = 6.0
"""For all of it, redirects too: somebody waits."""
MOST_BYTES = 2_000_000
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


async def fetch(web: Web, address: str, again: tuple[tuple[str, str], ...] = ()) -> Fetched | None:
    """None: it has not changed. Retry: it is away; Refused: it gives nothing that can be read.
    The messages go on from the source's name."""
    headers = {"Accept": _ACCEPT, **dict(again)}
    try:
        with anyio.fail_after(TIMEOUT_S):
            async with web.asked(address, headers, TIMEOUT_S, ours=True) as (_, answer):
                return await _read(answer, bool(again))
    except (TimeoutError, httpx.TimeoutException):
        raise Retry("takes too long") from None
    except httpx.HTTPError as error:
        raise Retry(f"is away ({type(error).__name__})") from None


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
    told = await body(answer, MOST_BYTES)
    return Fetched(told, answer.headers.get("Content-Type", ""), again)
