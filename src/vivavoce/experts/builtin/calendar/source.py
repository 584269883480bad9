"""Where events come from, and what is kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Calendar:
    """One of a source's."""

    url: str
    name: str
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """A calendar object as its server has it: an event, with all its repeats and exceptions."""

    url: str
    calendar: str
    """The calendar's url."""
    etag: str
    ics: str


@dataclass(frozen=True, slots=True)
class Kept:
    """All of a source, as it was at one moment."""

    calendars: tuple[Calendar, ...] = ()
    objects: Mapping[str, Stored] = field(default_factory=dict)
    """By url."""
    tokens: Mapping[str, str] = field(default_factory=dict)
    """By calendar: what its server wants to hear at the next look."""
    at: float = 0.0
    """Seconds since 1970; 0: never."""


class Source(Protocol):
    """Blocking: run it in a thread."""

    name: str
    """For people: "the calendar server", a file's name."""
    id: str
    """What tells it from the others."""

    def sync(self, kept: Kept) -> Kept:
        """All of it as it is now; kept: as it was. Retry: it is away; ConfigError: it is wrongly
        set up."""
        ...


class Writable(Source, Protocol):
    """A source that can be changed."""

    def put(self, url: str, ics: str, etag: str) -> None:
        """Write an object. etag: of the version that it replaces; empty: it must be new. Refused:
        it was changed meanwhile, or may not be."""
        ...

    def delete(self, url: str, etag: str) -> None:
        """Likewise."""
        ...


def written(kept: Kept) -> dict[str, Any]:
    """As JSON."""
    return {
        "calendars": [[c.url, c.name, c.writable] for c in kept.calendars],
        "objects": [[s.url, s.calendar, s.etag, s.ics] for s in kept.objects.values()],
        "tokens": dict(kept.tokens),
        "at": kept.at,
    }


def read(made: Mapping[str, Any]) -> Kept:
    """From JSON; KeyError, TypeError or ValueError: it is nothing of ours."""
    return Kept(
        tuple(Calendar(str(url), str(name), bool(own)) for url, name, own in made["calendars"]),
        {str(url): Stored(str(url), str(c), str(e), str(i)) for url, c, e, i in made["objects"]},
        {str(url): str(token) for url, token in made["tokens"].items()},
        float(made["at"]),
    )
