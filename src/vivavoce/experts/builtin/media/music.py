"""Playing music: what goes into MPD's queue, and where it is heard."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

from vivavoce.core import Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.media.alike import alike, reason
from vivavoce.experts.builtin.media.catalogue import Catalogue, Choice, choose, load, songs_of
from vivavoce.experts.builtin.media.ducking import Ducker
from vivavoce.experts.builtin.media.loudness import Loudness
from vivavoce.experts.builtin.media.music_server import DEFAULT, Mpd, MusicServer
from vivavoce.experts.builtin.media.names import best, listed
from vivavoce.experts.builtin.media.rooms import Room, only, pick, rooms_of, switch
from vivavoce.experts.builtin.media.songs import Song, song_of
from vivavoce.experts.builtin.media.wish import Wish

MOST_SONGS = 200
"""Put into the queue at once."""
KEPT_QUEUES = 20
_LOOKED_AT = 200
"""Songs of a genre, for those that are alike."""

When = Literal["now", "next", "last"]
State = Literal["play", "pause", "stop"]


@dataclass(frozen=True, slots=True)
class Playing:
    """What a partition does."""

    state: State
    song: Song | None
    at_s: float
    length_s: float
    volume: int | None
    random: bool
    repeat: bool
    single: bool
    queued: int
    """Songs in the queue."""
    partition: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Put:
    """What went into a queue."""

    songs: tuple[Song, ...]
    choice: Choice | None
    why: str = ""
    """Of songs that are like another."""
    before: int = 0
    """Which queue was there before; see Music.restore."""
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Queue:
    """A queue as it was."""

    partition: str
    uris: tuple[str, ...]
    at: int
    elapsed_s: float
    state: State


@dataclass(slots=True)
class Music:
    """One house's music. Retry: MPD is away."""

    server: MusicServer
    folder: Path
    duck: float = 0.3
    """What is left of the volume while we speak, 0…1."""
    rng: Random = field(default_factory=Random)
    ducker: Ducker = field(init=False)
    _has: Catalogue = field(init=False, default_factory=Catalogue)
    _before: dict[int, _Queue] = field(init=False, default_factory=dict)
    _count: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.ducker = Ducker(Loudness(self.server), self.duck, self.folder / "ducked.json")

    async def catalogue(self) -> Catalogue:
        """Read again only when the library has changed."""
        async with self.server.connected() as mpd:
            self._has = await load(mpd, self._has)
        return self._has

    async def rooms(self) -> list[Room]:
        return await rooms_of(self.server)

    async def where(self, room: str, heard: str = "") -> str:
        """The partition of a room; else of where it was heard; else one that plays. Unclear: there
        is no such room."""
        if not room and not heard:
            return (await self.anywhere()).partition
        rooms = await self.rooms()
        if room:
            return pick(room, rooms).partition
        near = best(heard, [r.name for r in rooms if r.partition != DEFAULT])
        if near:
            return pick(near, rooms).partition
        return (await self.anywhere()).partition

    async def anywhere(self) -> Playing:
        """What plays, else what is paused, else the default partition."""
        all_of_them = await self.everywhere()
        rank = {"play": 0, "pause": 1, "stop": 2}
        return min(all_of_them, key=lambda p: (rank[p.state], p.partition != DEFAULT))

    async def everywhere(self) -> list[Playing]:
        async with self.server.connected() as mpd:
            names = [str(p["partition"]) for p in await mpd.many("listpartitions")]
            found = []
            for name in names:
                if len(names) > 1:
                    await mpd.do("partition", name)
                found.append(await self._playing(mpd, name))
            return found

    async def playing(self, partition: str) -> Playing:
        async with self.server.connected(partition) as mpd:
            return await self._playing(mpd, partition)

    async def play(self, wish: Wish, when: When, room: str, heard: str) -> Put:
        """Unclear: there is nothing that is called so, or no such room. Refused: no music."""
        rooms = await self.rooms()
        wanted = [pick(name, rooms) for name in named(room or wish.room)]
        partition = wanted[0].partition if wanted else await self.where("", heard)
        async with self.server.connected(partition) as mpd:
            put = await self._chosen(mpd, wish)
            songs = put.songs
            before = await self._keep(mpd, partition)
            if when == "now":
                await mpd.do("clear")
                await _heard_in(mpd, partition, wanted, rooms)
                await mpd.do("add", songs[0].uri)
                await mpd.do("play", 0)
                await mpd.do_all([("add", song.uri) for song in songs[1:]])
            else:
                await self._add(mpd, songs, when)
            names = tuple(r.name for r in wanted)
            return Put(songs, put.choice, put.why, before, names)

    async def restore(self, number: int) -> int:
        """Put a queue back as it was; the result is the number of the one that it replaced.
        Refused: it is too long ago."""
        was = self._before.get(number)
        if was is None:
            raise Refused("the queue from before is not known any more")
        async with self.server.connected(was.partition) as mpd:
            before = await self._keep(mpd, was.partition)
            await mpd.do_all([("clear",), *(("add", uri) for uri in was.uris)])
            if was.state != "stop" and was.uris:
                await mpd.do("seek", was.at, f"{was.elapsed_s:.3f}")
                await mpd.do("pause", int(was.state == "pause"))
            return before

    async def clear(self, partition: str) -> int:
        """Empty; the result is for restore."""
        async with self.server.connected(partition) as mpd:
            before = await self._keep(mpd, partition)
            await mpd.do("clear")
            return before

    async def queue(self, partition: str) -> tuple[Sequence[Song], int | None]:
        """All songs, and which of them plays."""
        async with self.server.connected(partition) as mpd:
            status = await mpd.one("status")
            songs = [song_of(s) for s in await mpd.many("playlistinfo")]
            return songs, int(status["song"]) if "song" in status else None

    async def save(self, partition: str, name: str) -> None:
        """The queue as a playlist. Refused: there is one of that name already."""
        async with self.server.connected(partition) as mpd:
            lists = [str(entry["playlist"]) for entry in await mpd.many("listplaylists")]
            if best(name, lists, 1.0):
                raise Refused(f"there is a playlist called {name} already; say another name")
            await mpd.do("save", name)

    async def run(self, partition: str, *commands: tuple[object, ...]) -> Playing:
        """MPD's own commands, and what plays then."""
        async with self.server.connected(partition) as mpd:
            for name, *arguments in commands:
                await mpd.do(str(name), *arguments)
            return await self._playing(mpd, partition)

    async def set_rooms(self, do: Literal["on", "off", "only"], said: str) -> list[str]:
        """The rooms that were on before, of the same partition. Unclear: there is no such room."""
        rooms = await self.rooms()
        wanted = rooms if said in ("everywhere", "all") else [pick(n, rooms) for n in named(said)]
        wanted = [room for room in wanted if room.output]
        if not wanted:
            raise Unclear("this room has no loudspeaker of its own to switch")
        if len({room.partition for room in wanted}) > 1:
            raise Unclear("these rooms play apart from each other; name one")
        partition = wanted[0].partition
        before = [r.name for r in rooms if r.on and r.output and r.partition == partition]
        async with self.server.connected(partition) as mpd:
            if do == "only":
                await only(mpd, wanted, rooms)
            else:
                for room in wanted:
                    await switch(mpd, room, do == "on")
        return before

    async def _chosen(self, mpd: Mpd, wish: Wish) -> Put:
        """Songs in the order in which they will be heard."""
        self._has = await load(mpd, self._has)
        if wish.kind == "like_this":
            return await self._alike(mpd)
        choice = choose(wish, self._has)
        songs = await songs_of(choice, mpd, self.rng)
        if not songs:
            raise Unclear(f"there is no music from {wish.what or 'that'} here")
        if choice.kind not in ("album", "playlist", "song"):
            self.rng.shuffle(songs)
        if choice.kind == "song":
            songs = songs[:1]
        return Put(tuple(songs[:MOST_SONGS]), choice)

    async def _alike(self, mpd: Mpd) -> Put:
        now = await mpd.one("currentsong")
        if not now:
            raise Refused("nothing is playing that it could be like; name a song or an artist")
        song = song_of(now)
        near = [Choice("genre", genre) for genre in song.genres]
        near += [Choice("artist", song.artist)] if song.artist else []
        songs = [
            found for choice in near for found in await songs_of(choice, mpd, self.rng, _LOOKED_AT)
        ]
        chosen = alike(song, {s.uri: s for s in songs}.values(), self.rng)
        if not chosen:
            raise Refused(
                f"nothing else here is like {song}: no other song has its genre or artist"
            )
        return Put(tuple(chosen), None, f"like {song}: {reason(song, chosen)}")

    async def _add(self, mpd: Mpd, songs: Sequence[Song], when: When) -> None:
        status = await mpd.one("status")
        at = int(status.get("song", -1)) + 1
        length = int(status["playlistlength"])
        await mpd.do_all([("add", song.uri) for song in songs])
        if when == "next" and at < length:
            await mpd.do("move", (length, length + len(songs)), at)
        if status["state"] == "stop":
            await mpd.do("play", at if when == "next" and at < length else length)

    async def _keep(self, mpd: Mpd, partition: str) -> int:
        """Remember the queue, for an undo."""
        status = await mpd.one("status")
        uris = tuple(str(song["file"]) for song in await mpd.many("playlistinfo"))
        self._count += 1
        self._before[self._count] = _Queue(
            partition,
            uris,
            int(status.get("song", 0)),
            float(status.get("elapsed", 0)),
            status["state"],
        )
        self._before.pop(self._count - KEPT_QUEUES, None)
        return self._count

    async def _playing(self, mpd: Mpd, partition: str) -> Playing:
        status = await mpd.one("status")
        song = await mpd.one("currentsong")
        volume = _volume(status)
        if volume is not None:
            volume = self.ducker.meant(partition, volume)
        return Playing(
            state=status["state"],
            song=song_of(song) if song else None,
            at_s=float(status.get("elapsed", 0)),
            length_s=float(status.get("duration", 0)),
            volume=volume,
            random=status.get("random") == "1",
            repeat=status.get("repeat") == "1",
            single=status.get("single") == "1",
            queued=int(status["playlistlength"]),
            partition=partition,
        )


async def _heard_in(mpd: Mpd, partition: str, wanted: list[Room], rooms: list[Room]) -> None:
    """Only in these rooms if there are any; not in none."""
    mine = [room for room in rooms if room.output and room.partition == partition]
    if outputs := [room for room in wanted if room.output]:
        await only(mpd, outputs, rooms)
    elif not any(room.on for room in mine):
        for silent in mine:
            await switch(mpd, silent, True)


def named(said: str) -> list[str]:
    """ "the kitchen and the hall" → its rooms."""
    parts = said.replace(" and ", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def described(put: Put) -> str:
    """What was chosen, as it is spoken: "the album Kind of Blue by Miles Davis"."""
    choice, first = put.choice, put.songs[0]
    if choice is None:
        return f"something {put.why}"
    match choice.kind:
        case "song":
            return str(first)
        case "album":
            return f"the album {choice.name}{f' by {first.artist}' if first.artist else ''}"
        case "playlist":
            return f"the playlist {choice.name}"
        case "genre":
            return f"some {choice.name.lower()}, starting with {first}"
        case "artist":
            return f"{choice.name}, starting with {first.title or first}"
        case "year":
            names = listed(dict.fromkeys(str(s.year) for s in put.songs[:1]))
            return f"music from {choice.name}, starting with {first} from {names}"
        case "anything":
            return f"some music, starting with {first}"


def _volume(status: dict[str, Any]) -> int | None:
    """None: there is no mixer."""
    volume = int(status.get("volume", -1))
    return volume if volume >= 0 else None
