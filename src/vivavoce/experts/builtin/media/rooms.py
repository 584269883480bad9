"""Where music comes out: MPD's outputs, and its partitions, which play each their own."""

from dataclasses import dataclass

from vivavoce.experts import Unclear
from vivavoce.experts.builtin.media.music_server import DEFAULT, Mpd, MusicServer
from vivavoce.experts.builtin.media.names import best, listed


@dataclass(frozen=True, slots=True)
class Room:
    """A place that can be heard by itself."""

    name: str
    partition: str = DEFAULT
    output: str = ""
    """MPD's id of it; empty: a whole partition."""
    on: bool = True


async def rooms_of(server: MusicServer) -> list[Room]:
    """All of a server's, those of the default partition first."""
    async with server.connected() as mpd:
        partitions = [str(p["partition"]) for p in await mpd.many("listpartitions")]
        found: list[Room] = []
        for partition in sorted(partitions, key=lambda p: p != DEFAULT):
            await mpd.do("partition", partition)
            if partition != DEFAULT:
                found.append(Room(partition, partition))
            found += await _outputs(mpd, partition)
        return found


def pick(said: str, rooms: list[Room]) -> Room:
    """The room that was meant. Unclear: there is none of that name."""
    name = best(said, [room.name for room in rooms])
    if not name:
        have = listed(dict.fromkeys(room.name for room in rooms)) or "no rooms"
        raise Unclear(f"music does not play in {said}; there is {have}")
    return next(room for room in rooms if room.name == name)


async def switch(mpd: Mpd, room: Room, on: bool) -> None:
    """An output of the partition that the connection is in."""
    await mpd.do("enableoutput" if on else "disableoutput", room.output)


async def only(mpd: Mpd, wanted: list[Room], rooms: list[Room]) -> None:
    """These outputs and no other of the partition; those that come on, first."""
    mine = [room for room in rooms if room.output and room.partition == wanted[0].partition]
    keep = {room.output for room in wanted}
    for room in sorted(mine, key=lambda r: r.output not in keep):
        await switch(mpd, room, room.output in keep)


async def _outputs(mpd: Mpd, partition: str) -> list[Room]:
    """A partition keeps a dummy of each output that was moved away."""
    return [
        Room(str(o["outputname"]), partition, str(o["outputid"]), str(o["outputenabled"]) == "1")
        for o in await mpd.many("outputs")
        if o.get("plugin") != "dummy"
    ]
