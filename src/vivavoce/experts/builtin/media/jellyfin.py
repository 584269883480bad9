"""Jellyfin's REST API (10.9 and later), with a key of its dashboard."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from vivavoce.experts.builtin.media.films import Button, Film, Kind, Screen
from vivavoce.experts.builtin.media.web import ask

TICKS_S = 10_000_000
"""Its unit of time: 100 ns."""
SEEN_S = 960
"""A screen that was not heard of for so long is off."""
MOST = 5000
_PRESSED: Mapping[Button, str] = {
    "pause": "Pause",
    "resume": "Unpause",
    "stop": "Stop",
    "next": "NextTrack",
    "previous": "PreviousTrack",
}
_KINDS: Mapping[str, Kind] = {
    "Movie": "film",
    "Video": "film",
    "Series": "series",
    "Episode": "episode",
}


class Jellyfin:
    """A Cinema. Its screens are the clients that are open and can be controlled."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def library(self) -> list[Film]:
        return await self._films(
            "/Items",
            recursive="true",
            includeItemTypes="Movie,Series",
            sortBy="SortName",
            enableImages="false",
            enableTotalRecordCount="false",
            limit=str(MOST),
        )

    async def unfinished(self) -> list[Film]:
        found: dict[str, Film] = {}
        for user in await self._users():
            for path, more in (
                ("/UserItems/Resume", {"mediaTypes": "Video"}),
                ("/Shows/NextUp", {}),
            ):
                for film in await self._films(path, userId=user, limit="20", **more):
                    found.setdefault(film.id, film)
        return list(found.values())

    async def next_of(self, series: Film) -> Film | None:
        for user in await self._users():
            if up := await self._films("/Shows/NextUp", userId=user, seriesId=series.id, limit="1"):
                return up[0]
        path = f"/Shows/{quote(series.id, safe='')}/Episodes"
        return next(iter(await self._films(path, limit="1")), None)

    async def screens(self) -> list[Screen]:
        sessions = await self._get("/Sessions", activeWithinSeconds=str(SEEN_S))
        return [
            _screen(s)
            for s in sessions or ()
            if s.get("SupportsRemoteControl") and "Video" in s.get("PlayableMediaTypes", ())
        ]

    async def show(self, film: Film, screen: Screen, from_s: float) -> None:
        await self._post(
            screen,
            "Playing",
            playCommand="PlayNow",
            itemIds=film.id,
            startPositionTicks=str(round(from_s * TICKS_S)),
        )

    async def press(self, screen: Screen, button: Button) -> None:
        await self._post(screen, f"Playing/{_PRESSED[button]}")

    async def seek(self, screen: Screen, to_s: float) -> None:
        await self._post(screen, "Playing/Seek", seekPositionTicks=str(round(to_s * TICKS_S)))

    async def _users(self) -> list[str]:
        """Those who watch now come first."""
        here = [screen.user for screen in await self.screens() if screen.user]
        everybody = [str(user["Id"]) for user in await self._get("/Users") or ()]
        return list(dict.fromkeys((*here, *everybody)))

    async def _films(self, path: str, **query: str) -> list[Film]:
        found = await self._get(path, **query) or {}
        return [_film(item) for item in found.get("Items", ()) if item.get("Type") in _KINDS]

    async def _get(self, path: str, **query: str) -> Any:
        return await ask(self._client, "Jellyfin", "jellyfin_key", "GET", path, params=query)

    async def _post(self, screen: Screen, what: str, **query: str) -> None:
        path = f"/Sessions/{quote(screen.id, safe='')}/{what}"
        await ask(self._client, "Jellyfin", "jellyfin_key", "POST", path, params=query)


def headers(key: str) -> dict[str, str]:
    """What lets us in."""
    return {
        "Authorization": f'MediaBrowser Client="Vivavoce", Device="Vivavoce", Token="{quote(key)}"'
    }


def _film(item: Mapping[str, Any]) -> Film:
    data = item.get("UserData") or {}
    return Film(
        id=str(item["Id"]),
        title=str(item.get("Name", "")),
        kind=_KINDS[item["Type"]],
        year=item.get("ProductionYear"),
        series=str(item.get("SeriesName") or ""),
        season=int(item.get("ParentIndexNumber") or 0),
        episode=int(item.get("IndexNumber") or 0),
        at_s=(data.get("PlaybackPositionTicks") or 0) / TICKS_S,
        length_s=(item.get("RunTimeTicks") or 0) / TICKS_S,
    )


def _screen(session: Mapping[str, Any]) -> Screen:
    item, state = session.get("NowPlayingItem") or {}, session.get("PlayState") or {}
    return Screen(
        id=str(session["Id"]),
        name=str(session.get("DeviceName") or session.get("Client") or "screen"),
        film=_film(item) if item.get("Type") in _KINDS else None,
        paused=bool(state.get("IsPaused")),
        at_s=(state.get("PositionTicks") or 0) / TICKS_S,
        user=_somebody(str(session.get("UserId") or "")),
    )


def _somebody(user: str) -> str:
    """Nobody has an id of zeros."""
    return user if user.strip("0-") else ""
