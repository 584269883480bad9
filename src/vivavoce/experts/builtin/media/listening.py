"""The tools for music alone: what plays, the queue, the rooms."""

import json
from dataclasses import replace
from typing import Annotated, Literal

from vivavoce.core import Call, Refused
from vivavoce.experts import Context, Result, Unclear
from vivavoce.experts.builtin.media.music import Music, Put, When, described
from vivavoce.experts.builtin.media.names import listed
from vivavoce.experts.builtin.media.wish import read_wish

TOLD = 10
"""Songs that are named at once."""

Kinds = Literal["anything", "artist", "album", "song", "genre", "playlist", "like_this"]


class Listening:
    """Its methods are tools."""

    def __init__(self, music: Music | None) -> None:
        self._music = music

    @property
    def music(self) -> Music:
        """Refused: there is no music server."""
        if self._music is None:
            raise Refused("no music server is set up; set VIVAVOCE_MEDIA_MPD to mpd://host:6600")
        return self._music

    async def play(
        self,
        context: Context,
        what: Annotated[
            str, "Artist, album, song, genre, playlist or decade as it was said; empty: any music"
        ] = "",
        kind: Kinds = "anything",
        room: Annotated[str, "Only if one was named"] = "",
    ) -> Result:
        """Play music now: "something by Miles Davis", "some jazz", "the album Kind of Blue".
        like_this plays more like the current song."""
        put = await self._put(what, kind, "now", room, context.room)
        told = described(put)
        where = f" in the {listed(put.rooms)}" if put.rooms else ""
        return Result(
            f"Now playing {told}{where}; {_count(len(put.songs))} in the queue.",
            say=f"Playing {told}{where}.",
            undo=_restore(put.before),
            data={"songs": [str(song) for song in put.songs]},
        )

    async def queue(
        self,
        context: Context,
        do: Literal["list", "add", "next", "clear", "save", "restore"] = "list",
        what: Annotated[
            str, "add and next: which music; save: the new playlist's name; restore: its number"
        ] = "",
        room: str = "",
    ) -> Result:
        """The songs that will play: list them, add music at the end, put it next, clear it, or
        save it as a playlist."""
        music = self.music
        if do in ("add", "next"):
            put = await self._put(what, "anything", "next" if do == "next" else "last", room, "")
            place = "next" if do == "next" else "at the end"
            return Result(
                f"Added {described(put)}, {place}: {_count(len(put.songs))}.",
                say=f"{described(put)[:1].upper()}{described(put)[1:]} comes {place}.",
                undo=_restore(put.before),
            )
        if do == "restore":
            before = await music.restore(int(what) if what.isdigit() else -1)
            told = "The queue is as it was before."
            return Result(told, say=told, undo=_restore(before))
        partition = await music.where(room, context.room)
        if do == "clear":
            before = await music.clear(partition)
            return Result(
                "The queue is empty now.", "The queue is empty now.", undo=_restore(before)
            )
        if do == "save":
            if not what:
                raise Unclear("what shall the playlist be called?")
            await music.save(partition, what)
            return Result(f"Saved as the playlist {what}.", f"I saved it as the playlist {what}.")
        return await self._listed(partition)

    async def rooms(
        self,
        do: Literal["list", "on", "off", "only"] = "list",
        room: Annotated[str, "One or several, or everywhere"] = "",
    ) -> Result:
        """Where music is heard: list the rooms, switch one on or off, or play only there."""
        music = self.music
        if do == "list":
            all_of_them = await music.rooms()
            on = [r.name for r in all_of_them if r.on]
            off = [r.name for r in all_of_them if not r.on]
            told = f"Music is on in {listed(on)}" if on else "Music is off everywhere"
            told += f", and off in {listed(off)}." if on and off else "."
            return Result(told, told, data={"on": on, "off": off})
        if not room:
            raise Unclear("in which room?")
        before = await music.set_rooms(do, room)
        everywhere = room in ("everywhere", "all")
        where = "everywhere" if everywhere else f"in the {room}"
        told = {
            "on": f"Music plays {where} too.",
            "off": f"Music is off {where}.",
            "only": f"Music plays {'' if everywhere else 'only '}{where} now.",
        }[do]
        back = {"do": "only", "room": ", ".join(before)} if before else {"do": "off", "room": room}
        return Result(told, told, undo=Call("rooms", json.dumps(back)))

    async def _put(self, what: str, kind: Kinds, when: When, room: str, heard: str) -> Put:
        """What the words say counts; then the kind that a model thinks it is."""
        wish = read_wish(what, [known.name for known in await self.music.rooms()])
        if kind == "anything" or wish.kind == "like_this":
            return await self.music.play(wish, when, room, heard)
        try:
            return await self.music.play(replace(wish, kind=kind), when, room, heard)
        except Unclear:
            return await self.music.play(wish, when, room, heard)

    async def _listed(self, partition: str) -> Result:
        songs, at = await self.music.queue(partition)
        if not songs:
            return Result("The queue is empty.", "The queue is empty.")
        first = (at or 0) + (at is not None)
        coming = songs[first : first + TOLD]
        left = len(songs) - first - len(coming)
        told = f"Now: {songs[at]}. " if at is not None else ""
        if coming:
            more = f", and {_count(left)} more" if left > 0 else ""
            told += f"Next: {'; '.join(str(song) for song in coming)}{more}."
        else:
            told += "Nothing comes after it."
        spoken = (
            f"Next comes {listed(str(song) for song in coming[:3])}."
            if coming
            else "Nothing comes after this song."
        )
        streams = list(dict.fromkeys(song.station for song in songs if song.station))
        source = f"stream {listed(streams)}" if streams else ""
        return Result(told, spoken, source, data={"songs": [str(song) for song in songs]})


def _restore(number: int) -> Call:
    return Call("queue", json.dumps({"do": "restore", "what": str(number)}))


def _count(songs: int) -> str:
    return f"{songs} song{'' if songs == 1 else 's'}"
