"""A song, as MPD tells of it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any


@dataclass(frozen=True, slots=True)
class Song:
    """Tags may be missing: then they are empty."""

    uri: str
    title: str = ""
    artist: str = ""
    album: str = ""
    genres: tuple[str, ...] = ()
    year: int | None = None
    order: tuple[int, int] = (0, 0)
    """Disc and track."""
    length_s: float = 0.0
    station: str = ""
    """Of a stream: who sends it. Its title is their word, not this house's."""

    def __str__(self) -> str:
        """As it is spoken."""
        name = self.title or PurePosixPath(self.uri).stem.replace("_", " ") or self.uri
        if self.station:
            return f"{name} on {self.station}" if self.title else self.station
        return f"{name} by {self.artist}" if self.artist else name


def song_of(told: Mapping[str, Any]) -> Song:
    """Of MPD's reply; a tag that is there several times is a list."""
    year = re.search(r"\d{4}", _one(told, "originaldate") or _one(told, "date"))
    genres = told.get("genre", ())
    uri = str(told.get("file", ""))
    station = ""
    if "://" in uri:
        station = _one(told, "name") or re.sub(r"^\w+://(?:[^/@]*@)?([^/:]+).*$", r"\1", uri)
    return Song(
        uri=uri,
        title=_one(told, "title"),
        artist=_one(told, "artist") or _one(told, "albumartist"),
        album=_one(told, "album"),
        genres=(genres,) if isinstance(genres, str) else tuple(genres),
        year=int(year[0]) if year else None,
        order=(_number(_one(told, "disc")), _number(_one(told, "track"))),
        length_s=float(_one(told, "duration") or _one(told, "time") or 0),
        station=station,
    )


def _one(told: Mapping[str, Any], tag: str) -> str:
    value = told.get(tag, "")
    return value if isinstance(value, str) else " and ".join(value)


def _number(text: str) -> int:
    found = re.match(r"\d+", text)
    return int(found[0]) if found else 0
