"""The expert: what is set up of MPD, Jellyfin and Kodi, and its tools."""

import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext

import anyio

from vivavoce.core import ConfigError
from vivavoce.experts import Setup, Tool, tool
from vivavoce.experts.builtin.media import jellyfin
from vivavoce.experts.builtin.media.films import Cinema
from vivavoce.experts.builtin.media.jellyfin import Jellyfin
from vivavoce.experts.builtin.media.kodi import Kodi
from vivavoce.experts.builtin.media.listening import Listening
from vivavoce.experts.builtin.media.music import Music
from vivavoce.experts.builtin.media.music_server import read_address
from vivavoce.experts.builtin.media.remote import Remote
from vivavoce.experts.builtin.media.video import Video
from vivavoce.experts.builtin.media.web import client_for

_FIND_S = 1.0
"""Opening waits so long to bring back music that a crash left low."""
_NAMED = re.compile(r"^(?P<name>[^=:/]+)=(?P<url>https?://.*)$")


class MediaTools(list[Tool]):
    """The tools, and what lowers the music while we speak."""

    def __init__(
        self, tools: Iterable[Tool], ducked: Callable[[], AbstractAsyncContextManager[None]]
    ) -> None:
        super().__init__(tools)
        self.ducked = ducked
        """Around everything that we say; any number may overlap."""


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[MediaTools]:
    """Nothing is connected yet: a server that is away is missed by the tool that needs it.
    ConfigError: nothing is set up, or a setting can't be read."""
    given = setup.settings
    async with AsyncExitStack() as open_until_the_end:
        cinemas: list[Cinema] = []
        if url := given.get("jellyfin", ""):
            key = given.get("jellyfin_key", "")
            if not key:
                raise ConfigError(
                    "Jellyfin needs a key (its dashboard, API keys): set media.jellyfin_key, or "
                    "run: vivavoce setup media"
                )
            client = client_for(url, "jellyfin", jellyfin.headers(key))
            cinemas.append(Jellyfin(await open_until_the_end.enter_async_context(client)))
        for place in filter(None, (p.strip() for p in given.get("kodi", "").split(","))):
            named = _NAMED.match(place)
            client = client_for(named["url"] if named else place, "kodi")
            await open_until_the_end.enter_async_context(client)
            cinemas.append(Kodi(client, named["name"].strip() if named else "television"))
        music = None
        if address := given.get("mpd", ""):
            music = Music(read_address(address), setup.folder, _share(given.get("duck", "30")))
            with anyio.move_on_after(_FIND_S):
                await music.ducker.up()
        if music is None and not cinemas:
            raise ConfigError(
                "no music or video server is set up; run: vivavoce setup media, or set "
                "VIVAVOCE_MEDIA_MPD to mpd://host:6600"
            )
        listening, video = Listening(music), Video(cinemas)
        remote = Remote(listening, music is not None, video)
        yield MediaTools(
            [
                tool(listening.play, "change"),
                tool(remote.control, "change"),
                tool(remote.volume, "change"),
                tool(listening.queue, "change"),
                tool(remote.now),
                tool(listening.rooms, "change"),
                tool(remote.find),
                tool(remote.watch, "change"),
                tool(remote.seek, "change"),
            ],
            music.ducker.ducked if music else nullcontext,
        )


def _share(percent: str) -> float:
    """ "30" → 0.3; ConfigError: it is no percentage."""
    try:
        share = float(percent.strip().rstrip("%") or 100) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ConfigError(f"media.duck is a percentage, 0 to 100, got {percent!r}")
    return share
