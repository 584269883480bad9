"""The setting "sources": which feeds, and what they are called. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from vivavoce.core import ConfigError
from vivavoce.experts import prose

MOST = 30
_BETWEEN = re.compile(r"[\n;]|,(?=\s*(?:[^,=\n]{1,60}=\s*)?https?://)", re.IGNORECASE)
_NAMED = re.compile(r"(?:([^=]{1,60})=)?\s*(https?://\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One feed."""

    name: str
    address: str


def read_sources(text: str) -> tuple[Source, ...]:
    """ "Name = address", one a line or between commas; without a name it is called by its host.
    ConfigError: that can't be read, or there are too many."""
    found: dict[str, Source] = {}
    for n, part in enumerate(filter(None, (part.strip() for part in _BETWEEN.split(text))), 1):
        read = _NAMED.fullmatch(part)
        host = _host(read[2]) if read else ""
        if read is None or not host:
            raise ConfigError(
                f"news: source {n} can't be read; write: Name = https://host/feed.xml, one a line, "
                "and run: vivavoce setup news"
            )
        name = prose.line(read[1] or "", 40) or host
        if name.casefold() in found:
            raise ConfigError(f"news: two sources are called {name}; run: vivavoce setup news")
        found[name.casefold()] = Source(name, read[2])
    if len(found) > MOST:
        raise ConfigError(f"news: at most {MOST} sources, not {len(found)}")
    return tuple(found.values())


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
