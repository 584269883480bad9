"""The volume of MPD's partitions, for ducking."""

from collections.abc import Mapping

from vivavoce.experts.builtin.media.music_server import ANSWERS_S, MusicServer


class Loudness:
    """A Sound; its places are the partitions."""

    def __init__(self, server: MusicServer) -> None:
        self._server = server

    async def playing(self, within_s: float = ANSWERS_S) -> Mapping[str, int]:
        async with self._server.connected(within_s=within_s) as mpd:
            names = [str(p["partition"]) for p in await mpd.many("listpartitions")]
            found = {}
            for name in names:
                if len(names) > 1:
                    await mpd.do("partition", name)
                status = await mpd.one("status")
                if status["state"] == "play" and int(status.get("volume", -1)) >= 0:
                    found[name] = int(status["volume"])
            return found

    async def volume(self, place: str) -> int | None:
        async with self._server.connected(place) as mpd:
            volume = int((await mpd.one("status")).get("volume", -1))
            return volume if volume >= 0 else None

    async def set_volume(self, place: str, to: int) -> None:
        async with self._server.connected(place) as mpd:
            await mpd.do("setvol", to)
