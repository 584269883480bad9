"""More like this song: by its genre, its artist and its time. Pure."""

from collections import Counter
from collections.abc import Iterable
from random import Random

from vivavoce.experts.builtin.media.names import listed, normal
from vivavoce.experts.builtin.media.songs import Song

NEAR_YEARS = 10
MOST_BY_ONE = 3
"""Songs of one artist among those that are alike."""


def alike(song: Song, songs: Iterable[Song], rng: Random, most: int = 25) -> list[Song]:
    """The likest first; the song itself is not among them, nor one that has nothing of it."""
    scored = [(score(song, other), rng.random(), other) for other in songs]
    found: list[Song] = []
    by: Counter[str] = Counter()
    seen = {_same(song)}
    for points, _, other in sorted(scored, key=lambda s: (-s[0], s[1])):
        if points <= 0 or len(found) == most:
            break
        artist = normal(other.artist)
        if _same(other) in seen or (artist and by[artist] >= MOST_BY_ONE):
            continue
        seen.add(_same(other))
        by[artist] += 1
        found.append(other)
    return found


def score(song: Song, other: Song) -> float:
    """2 for a common genre, 1.5 for the artist, up to 1 for the time; the time alone is nothing."""
    genres = {normal(g) for g in song.genres} & {normal(g) for g in other.genres} - {""}
    artist = bool(song.artist) and normal(song.artist) == normal(other.artist)
    if not genres and not artist:
        return 0.0
    apart = abs(song.year - other.year) if song.year and other.year else NEAR_YEARS
    return 2.0 * bool(genres) + 1.5 * artist + max(0.0, 1 - apart / NEAR_YEARS)


def reason(song: Song, chosen: Iterable[Song]) -> str:
    """Why these: "jazz from about 1959, some of it by Miles Davis"."""
    songs = list(chosen)
    genres = {normal(g): g for g in song.genres}
    common = Counter(
        normal(g) for s in songs for g in dict.fromkeys(s.genres) if normal(g) in genres
    )
    parts = [listed(genres[g].lower() for g, _ in common.most_common(2))] if common else ["music"]
    near = [s for s in songs if song.year and s.year and abs(song.year - s.year) < NEAR_YEARS]
    if song.year and len(near) * 2 >= len(songs):
        parts.append(f"from about {song.year}")
    told = " ".join(parts)
    same = [s for s in songs if song.artist and normal(s.artist) == normal(song.artist)]
    if same:
        told += f", {'all' if len(same) == len(songs) else 'some'} of it by {song.artist}"
    return told


def _same(song: Song) -> tuple[str, str]:
    return (normal(song.title) or song.uri, normal(song.artist))
