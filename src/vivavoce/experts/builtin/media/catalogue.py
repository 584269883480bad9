"""What the music library has, and which of it somebody means. Choosing is pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from random import Random
from typing import Literal

from vivavoce.core import Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.media.music_server import Mpd
from vivavoce.experts.builtin.media.names import SURE, Found, Names, best, listed
from vivavoce.experts.builtin.media.songs import Song, song_of
from vivavoce.experts.builtin.media.wish import Wish

Has = Literal["artist", "album", "song", "genre", "playlist"]
_TAGS: Mapping[Has, tuple[str, ...]] = {
    "artist": ("artist", "albumartist"),
    "album": ("album",),
    "song": ("title",),
    "genre": ("genre",),
}
_AHEAD: Mapping[Has, float] = {"artist": 0.03, "playlist": 0.025, "album": 0.02, "genre": 0.01}
"""Of things that are called the same."""
_SOME_AHEAD = 0.15
"""What "some" gives a genre."""
_HINTS = 3
_SAME = 0.95
"""From here on it is just spelt or heard differently."""
_EQUAL = 0.06
ENOUGH = 60
"""Songs of a genre or a time, some hours: a library may have thousands, and each takes a while to
be told."""
_FIRST = ("window", (0, ENOUGH))
_ALBUMS = 8
"""For "some music"."""
_DATES = 5
"""For a decade; many libraries write whole dates, then they are days."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names of everything, as of the library's last change."""

    version: str = ""
    names: Mapping[Has, Names] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not any(names.all for names in self.names.values())


@dataclass(frozen=True, slots=True)
class Choice:
    """What will be played."""

    kind: Literal["artist", "album", "song", "genre", "playlist", "year", "anything"]
    name: str = ""
    by: str = ""
    """The artist, of an album or a song."""
    years: tuple[int, int] | None = None


async def load(mpd: Mpd, known: Catalogue) -> Catalogue:
    """The one that is known if nothing has changed since."""
    stats = await mpd.one("stats")
    lists = [str(entry["playlist"]) for entry in await mpd.many("listplaylists")]
    version = f"{stats.get('db_update')} {stats.get('songs')} {lists}"
    if version == known.version:
        return known
    names: dict[Has, Names] = {"playlist": Names(lists)}
    for kind, tags in _TAGS.items():
        names[kind] = Names([value for tag in tags for value in await mpd.tag(tag)])
    return Catalogue(version, names)


def choose(wish: Wish, has: Catalogue) -> Choice:
    """Unclear: nothing is called that, with what comes near. Refused: there is no music."""
    if has.empty:
        raise Refused(
            "the music library is empty; put music into MPD's music directory and update it"
        )
    if wish.kind == "year":
        return _called_so(wish, has) or Choice("year", wish.what, years=wish.years)
    if not wish.what:
        return Choice("anything")
    by = _one(wish.by, has.names["artist"]) if wish.by else ""
    if wish.by and not by:
        whole = f"{wish.what} by {wish.by}"
        if title := _one(whole, has.names["song"]):
            return Choice("song", title)
        raise _unknown(wish.by, has)
    kinds: tuple[Has, ...]
    if wish.kind == "anything":
        kinds = ("song", "album") if by else ("artist", "playlist", "album", "genre", "song")
    elif wish.kind == "like_this":
        raise Refused("nothing is playing that it could be like")
    else:
        kinds = (wish.kind,)
    scored: list[tuple[float, Has, Found]] = []
    for kind in kinds:
        ahead = _AHEAD.get(kind, 0.0) + _SOME_AHEAD * (wish.some and kind == "genre")
        near_ones = [f for f in has.names[kind].find(wish.what) if f.likeness >= SURE]
        scored += [(found.likeness + ahead, kind, found) for found in near_ones]
    if not scored:
        raise _unknown(wish.what, has)
    _, kind, found = max(scored, key=lambda s: s[0])
    equal = [f.name for _, k, f in scored if k == kind and found.likeness - f.likeness < _EQUAL]
    if found.likeness < _SAME and len(equal) > 2:
        raise Unclear(f"{wish.what} may be {listed(equal, 'or')}; say which")
    return Choice(kind, found.name, by)


async def songs_of(choice: Choice, mpd: Mpd, rng: Random, most: int = ENOUGH) -> list[Song]:
    """In their order on the album or list; of a genre or a time at most so many. Unclear: several
    artists' albums are called so."""
    match choice.kind:
        case "playlist":
            return [song_of(s) for s in await mpd.many("listplaylistinfo", choice.name)]
        case "artist":
            found = await mpd.many("find", "artist", choice.name)
            found += await mpd.many("find", "albumartist", choice.name)
            return list({s.uri: s for s in map(song_of, found)}.values())
        case "genre":
            return await _some(mpd, rng, "genre", choice.name, most)
        case "song":
            return _by([song_of(s) for s in await mpd.many("find", "title", choice.name)], choice)
        case "album":
            songs = [song_of(s) for s in await mpd.many("find", "album", choice.name)]
            artists = await mpd.many("list", "albumartist", "album", choice.name)
            makers = [str(a["albumartist"]) for a in artists if a.get("albumartist")]
            folders = {PurePosixPath(song.uri).parent for song in songs}
            if not choice.by and len(makers) > 1 and len(folders) >= len(makers):
                raise Unclear(
                    f"several albums are called {choice.name}: by {listed(makers)}; say whose"
                )
            return sorted(_by(songs, choice), key=lambda s: s.order)
        case "year":
            first, last = choice.years or (0, 0)
            dates = [d for d in await mpd.tag("date") if first <= _year(d) <= last]
            few = rng.sample(dates, min(_DATES, len(dates)))
            return [
                s for date in few for s in await _some(mpd, rng, "date", date, most // len(few))
            ]
        case "anything":
            albums = sorted(await mpd.tag("album"))
            few = rng.sample(albums, min(_ALBUMS, len(albums)))
            songs = [s for album in few for s in await _found(mpd, "album", album, 0, most)]
            return songs or [song_of(s) for s in await mpd.many("search", "any", "", *_FIRST)]


def close(said: str, has: Catalogue) -> list[str]:
    """Names that come nearest, whatever they are of."""
    found = [f for names in has.names.values() for f in names.find(said, _HINTS)]
    likest = sorted(found, key=lambda f: -f.likeness)
    return list(dict.fromkeys(f.name for f in likest if f.likeness > 0.4))[:_HINTS]


async def _some(mpd: Mpd, rng: Random, tag: str, value: str, most: int) -> list[Song]:
    """All songs with a tag; of too many, a stretch of them from anywhere."""
    count = int((await mpd.one("count", tag, value))["songs"])
    start = rng.randrange(count - most + 1) if count > most else 0
    return await _found(mpd, tag, value, start, most)


async def _found(mpd: Mpd, tag: str, value: str, start: int, most: int) -> list[Song]:
    window = ("window", (start, start + most))
    return [song_of(s) for s in await mpd.many("find", tag, value, *window)]


def _year(date: str) -> int:
    found = re.search(r"\d{4}", date)
    return int(found[0]) if found else 0


def _by(songs: list[Song], choice: Choice) -> list[Song]:
    """Unclear: this artist has none that is called so."""
    if not choice.by:
        return songs
    found = [s for s in songs if best(choice.by, [s.artist])]
    if songs and not found:
        others = listed(dict.fromkeys(s.artist for s in songs if s.artist))
        raise Unclear(f"{choice.by} has no {choice.name} here; there is one by {others}")
    return found


def _called_so(wish: Wish, has: Catalogue) -> Choice | None:
    """The album 1989, the song 1999."""
    names: tuple[Has, ...] = () if wish.some else ("artist", "album", "song", "playlist")
    for kind in names:
        if (found := has.names[kind].find(wish.what, 1)) and found[0].likeness == 1:
            return Choice(kind, found[0].name)
    return None


def _one(said: str, names: Names) -> str:
    found = names.find(said, 1)
    return found[0].name if found and found[0].likeness >= SURE else ""


def _unknown(said: str, has: Catalogue) -> Unclear:
    hints = close(said, has)
    hint = f"; there is {listed(hints, 'or')}" if hints else ""
    return Unclear(f"nothing here is called {said}{hint}")
