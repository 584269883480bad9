"""Reads a page of the public web: not too much, not too long."""

import re
from dataclasses import dataclass
from mimetypes import types_map

import anyio
import httpx

from vivavoce.core import Refused, Retry
from vivavoce.experts.builtin.search.readable import Readable, readable
from vivavoce.experts.fetching import PORTS, May, Web, body, public

TIMEOUT_S = 10.0
"""For all of it, redirects too."""
MOST_BYTES = 2_000_000
_ACCEPT = {"Accept": "text/html, text/plain;q=0.5"}
_KINDS = ("text/html", "application/xhtml+xml", "text/plain")
_NAMED = frozenset(types_map.values())
"""Types that are told by their names; any other may be somebody's words, put into our mouth."""
_CHARSET = re.compile(rb"charset=[\"']?\s*([\w-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What was read."""

    address: str
    """Where it was in the end."""
    host: str
    title: str
    paragraphs: tuple[str, ...]


class Pages:
    """What nobody may have is not asked for."""

    def __init__(
        self,
        may: May = public,
        ports: frozenset[int] = PORTS,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._web, self._timeout_s = Web(may, ports), timeout_s

    async def read(self, address: str) -> Page:
        """Refused: it is none of the public web, or nothing to read; Retry: it is away."""
        try:
            with anyio.fail_after(self._timeout_s):
                async with self._web.asked(address, _ACCEPT, self._timeout_s) as (url, answer):
                    return await _page(url, answer)
        except TimeoutError:
            raise Retry("the page takes too long; try another one") from None
        except httpx.HTTPError as error:
            raise Retry(f"the page can't be reached ({type(error).__name__})") from None
        except Retry as error:
            raise Retry(f"the page {error}; try another one") from None
        except Refused as error:
            raise Refused(f"the page {error}; try another one") from None


async def _page(url: httpx.URL, answer: httpx.Response) -> Page:
    """The messages go on from "the page"."""
    if answer.status_code != 200:
        again = answer.status_code == 429 or answer.status_code >= 500
        raise (Retry if again else Refused)(f"answers with status {answer.status_code}")
    given = answer.headers.get("Content-Type", "text/html")
    kind = given.partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise Refused(f"is no text but {kind if kind in _NAMED else 'something else'}")
    text = _decoded(await body(answer, MOST_BYTES), given)
    if kind == "text/plain":
        told = Readable("", tuple(filter(None, (" ".join(p.split()) for p in text.split("\n\n")))))
    else:
        try:
            told = await anyio.to_thread.run_sync(readable, text, abandon_on_cancel=True)
        except ValueError:
            raise Refused("can't be read") from None
    return Page(str(url), url.host.removeprefix("www."), told.title[:150], told.paragraphs)


def _decoded(body: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type.encode("ascii", "ignore")) or _CHARSET.search(body[:2048])
    try:
        return body.decode(named[1].decode() if named else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
