"""What somebody wants to hear, read from their words. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from vivavoce.experts.builtin.media.names import best

Kind = Literal["anything", "artist", "album", "song", "genre", "playlist", "year", "like_this"]


@dataclass(frozen=True, slots=True)
class Wish:
    """ "the album Kind of Blue by Miles Davis" → album, "Kind of Blue", "Miles Davis"."""

    kind: Kind = "anything"
    """anything: whatever has this name, or just something if it has none."""
    what: str = ""
    by: str = ""
    """The artist, if one was named too."""
    years: tuple[int, int] | None = None
    """First and last, of the kind "year"."""
    some: bool = False
    """"some jazz", "jazz music": a kind of music rather than a name."""
    room: str = ""
    """Said at the end: "in the kitchen"; as it is written."""


_SOME = r"(?:some|any|a bit of|a little|a few|lots of|more)"
_SONGS = r"(?:music|songs?|tracks?|tunes?|stuff|hits|albums?)"
_LIKE = re.compile(
    rf"^(?:(?:something|anything|{_SOME}|{_SONGS}|more)\s+)*"
    r"(?:like|similar to|along the lines of|in the style of|of) (?:this|that|it|the current)\b.*$"
    r"|^(?:something |more )?similar$|^more (?:of|like) (?:this|that|the same)$"
)
_ROOM = re.compile(r"\s+in (?:the )?(?P<room>[\w' ]+?)$", re.IGNORECASE)
_BY = re.compile(
    rf"^(?:something|anything|everything|(?:(?:{_SOME}|the|all the)\s+)?(?:{_SONGS}))"
    r"(?: else)? (?:by|from|of) (?P<who>.+)$"
)
_NAMED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("album", re.compile(r"^(?:the |an |my )?(?:album|record|lp) (?:called |named )?(?P<x>.+)$")),
    ("song", re.compile(r"^(?:the |a |that )?(?:song|track|tune|piece) (?:called )?(?P<x>.+)$")),
    ("playlist", re.compile(r"^(?:the |my |our )?(?:play ?list) (?:called |named )?(?P<x>.+)$")),
    ("playlist", re.compile(r"^(?:the |my |our )?(?P<x>.+?) play ?list$")),
    ("album", re.compile(r"^(?:the |that )(?P<x>.+?) album$")),
    ("artist", re.compile(r"^(?:the )?(?:artist|band|singer|composer|group) (?P<x>.+)$")),
    ("genre", re.compile(r"^(?:the )?(?:genre) (?P<x>.+)$")),
)
_MUSIC = re.compile(rf"^(?P<some>{_SOME} )?(?P<x>.+?) {_SONGS}$")
_DECADE = re.compile(r"\b(?:19|20)?(?P<tens>\d0)'?s\b")
_YEAR = re.compile(r"\b(?P<year>1[89]\d\d|20\d\d)\b")
_DECADES = {
    "twenties": 1920,
    "thirties": 1930,
    "forties": 1940,
    "fifties": 1950,
    "sixties": 1960,
    "seventies": 1970,
    "eighties": 1980,
    "nineties": 1990,
}
_NOTHING = re.compile(
    r"^(?:me )?(?:something|anything|whatever(?: you like)?|"
    rf"(?:{_SOME}|the|my)? ?(?:music|songs|tunes))"
    r"(?: else| nice)?$"
)


def read_wish(said: str, rooms: Collection[str] = ()) -> Wish:
    """Of lower-case or any text; what it doesn't know is a name of anything. Only these rooms are
    rooms: "Dancing in the Dark" has none."""
    text = " ".join(said.split()).strip(" .!?,")
    found = _ROOM.search(text)
    room = best(found["room"], rooms) if found else ""
    if found and room:
        text = text[: found.start()]
    if _LIKE.match(text.lower()):
        return Wish("like_this", room=room)
    return replace(_read(text), room=room)


def years_of(text: str) -> tuple[int, int] | None:
    """ "the eighties" → (1980, 1989), "1959" → (1959, 1959); None: no time is named."""
    low = text.lower()
    if year := _YEAR.search(low):
        if not low[year.end() :].lstrip("'").startswith("s"):
            return int(year["year"]), int(year["year"])
        return int(year["year"]), int(year["year"]) + 9
    if tens := _DECADE.search(low):
        number = int(tens["tens"])
        first = (2000 if number < 20 else 1900) + number
        return first, first + 9
    named = next((year for name, year in _DECADES.items() if re.search(rf"\b{name}\b", low)), 0)
    return (named, named + 9) if named else None


def _read(text: str) -> Wish:
    low = text.lower()
    if not low or _NOTHING.match(low):
        return Wish()
    if found := _BY.match(low):
        who = text[found.start("who") :]
        if years := _only_years(who):
            return Wish("year", who, years=years, some=True)
        return Wish("artist", who)
    for kind, pattern in _NAMED:
        if found := pattern.match(low):
            what, by = _split(text[found.start("x") : found.end("x")])
            return Wish(kind, what, by)
    if found := _MUSIC.match(low):
        what = text[found.start("x") : found.end("x")]
        years = _only_years(what)
        return Wish("year" if years else "anything", what, years=years, some=True)
    if years := _only_years(low):
        return Wish("year", text, years=years)
    if found := re.match(rf"^{_SOME} (?P<x>.+)$", low):
        return Wish("anything", text[found.start("x") :], some=True)
    what, by = _split(text)
    return Wish("anything", what, by)


def _split(text: str) -> tuple[str, str]:
    """ "So What by Miles Davis" → its two names."""
    parts = re.split(r"\s+(?:by|from)\s+", text, flags=re.IGNORECASE)
    return (" by ".join(parts[:-1]), parts[-1]) if len(parts) > 1 else (text, "")


def _only_years(text: str) -> tuple[int, int] | None:
    """None if the text has more in it than a time: the song "Summer of 69" is a name."""
    years = years_of(text)
    rest = re.sub(r"\b(the|early|late|year|music|songs|from|of|some|hits|in)\b", "", text.lower())
    return years if years and len(rest.split()) == 1 else None
