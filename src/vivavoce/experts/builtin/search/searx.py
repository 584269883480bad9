"""SearXNG's JSON API: GET /search?q=…&format=json."""

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from vivavoce.core import ConfigError, Refused, Retry

When = Literal["any", "day", "month", "year"]
MOST = 5
"""Pages that are told."""
MOST_BYTES = 4_000_000
_TAG = re.compile(r"<[^>]{0,200}>")


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found."""

    title: str
    address: str
    text: str
    date: str = ""
    """When it was published, 2026-11-24, if its engine tells."""

    @property
    def host(self) -> str:
        """ "example.org"."""
        return (urlsplit(self.address).hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave."""

    answers: tuple[str, ...]
    """Straight to the question, from an engine or an encyclopaedia's box."""
    hits: tuple[Hit, ...]
    silent: tuple[str, ...]
    """Engines that did not answer."""


class Searx:
    """One server."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        self._http, self._address = http, address.strip().rstrip("/")

    async def search(self, query: str, when: When = "any") -> Found:
        """ConfigError: its address is not set, or its JSON is off; Retry: it is away."""
        if not self._address:
            raise ConfigError(
                "there is no search server; run: vivavoce setup search, or set "
                "VIVAVOCE_SEARCH_SEARXNG=http://host:port"
            )
        asked = {"q": query, "format": "json", **({} if when == "any" else {"time_range": when})}
        try:
            answer = await self._http.get(f"{self._address}/search", params=asked)
        except httpx.TimeoutException:
            raise Retry("the search server takes too long; try again later") from None
        except httpx.HTTPError as error:
            raise Retry(f"the search server is away ({type(error).__name__})") from None
        except httpx.InvalidURL:
            raise ConfigError("searxng has no usable address; run: vivavoce setup search") from None
        if answer.status_code == 403:
            raise ConfigError(
                "the search server gives no JSON; add json to search.formats in its settings.yml"
            )
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Retry(f"the search server is busy (status {answer.status_code})")
        if answer.status_code != 200 or len(answer.content) > MOST_BYTES:
            raise Refused(f"the search server would not answer (status {answer.status_code})")
        try:
            return found(answer.json())
        except ValueError:
            raise Retry("the search server answered something strange") from None


def found(answer: Any) -> Found:
    """Pure. ValueError: that is no answer of SearXNG's."""
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        raise ValueError("no results")
    answers = [_answer(given) for given in _list(answer, "answers")]
    boxes = [box for box in _list(answer, "infoboxes") if isinstance(box, dict)]
    answers += [_clean(f"{b.get('infobox') or ''}: {b.get('content') or ''}", 600) for b in boxes]
    hits = [_hit(result) for result in answer["results"] if isinstance(result, dict)]
    silent = [
        str(engine[0])
        for engine in _list(answer, "unresponsive_engines")
        if isinstance(engine, list) and engine
    ]
    kept = tuple({hit.address: hit for hit in hits if hit is not None}.values())[:MOST]
    return Found(tuple(a for a in answers if a.strip(" :"))[:2], kept, tuple(silent))


def _list(answer: dict[str, Any], name: str) -> list[Any]:
    given = answer.get(name)
    return given if isinstance(given, list) else []


def _answer(given: Any) -> str:
    """A string in older servers, an object in newer ones."""
    return _clean(given.get("answer") if isinstance(given, dict) else given, 600)


def _hit(result: dict[str, Any]) -> Hit | None:
    address = str(result.get("url") or "")
    if not address.startswith(("https://", "http://")) or len(address) > 2000:
        return None
    date = str(result.get("publishedDate") or "")[:10]
    return Hit(
        _clean(result.get("title"), 150) or address,
        address,
        _clean(result.get("content"), 400),
        date if re.fullmatch(r"\d{4}-\d{2}-\d{2}", date) else "",
    )


def _clean(text: object, most: int) -> str:
    words = " ".join(_TAG.sub(" ", str(text or "")).split())
    return words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0]} …"
