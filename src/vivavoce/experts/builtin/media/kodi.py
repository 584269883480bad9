"""Kodi's JSON-RPC API (version 13, Kodi 20) over HTTP."""

from collections.abc import Mapping
from typing import Any

import httpx

from vivavoce.core import Refused
from vivavoce.experts.builtin.media.films import Button, Film, Screen
from vivavoce.experts.builtin.media.web import ask

_FILM = ["title", "year", "runtime", "resume", "lastplayed"]
_EPISODE = ["title", "showtitle", "season", "episode", "runtime", "resume", "playcount"]
_INVALID = -32602
_BEGUN = {"field": "inprogress", "operator": "true", "value": ""}


class Kodi:
    """A Cinema with one screen: itself."""

    def __init__(self, client: httpx.AsyncClient, name: str = "television") -> None:
        self._client, self._name = client, name

    async def library(self) -> list[Film]:
        films = await self._call("VideoLibrary.GetMovies", properties=_FILM)
        series = await self._call("VideoLibrary.GetTVShows", properties=["title", "year"])
        return [
            *(_film(m) for m in films.get("movies", ())),
            *(_series(s) for s in series.get("tvshows", ())),
        ]

    async def unfinished(self) -> list[Film]:
        latest = {"method": "lastplayed", "order": "descending"}
        films = await self._call(
            "VideoLibrary.GetMovies", properties=_FILM, filter=_BEGUN, sort=latest
        )
        begun = await self._call(
            "VideoLibrary.GetInProgressTVShows", properties=["title"], sort=latest
        )
        series = [await self.next_of(_series(show)) for show in begun.get("tvshows", ())]
        return [*(_film(m) for m in films.get("movies", ())), *filter(None, series)]

    async def next_of(self, series: Film) -> Film | None:
        told = await self._call(
            "VideoLibrary.GetEpisodes",
            tvshowid=int(series.id.removeprefix("series/")),
            properties=_EPISODE,
        )
        episodes = sorted(
            (e for e in told.get("episodes", ()) if e.get("season")),
            key=lambda e: (e["season"], e["episode"]),
        )
        begun = next((e for e in episodes if e["resume"]["position"]), None)
        fresh = next((e for e in episodes if not e["playcount"]), None)
        chosen = begun or fresh or next(iter(episodes), None)
        return _episode(chosen) if chosen else None

    async def screens(self) -> list[Screen]:
        player = await self._player()
        if player is None:
            return [Screen("", self._name)]
        fields = [*_FILM[:4], *_EPISODE[1:4]]
        item = (await self._call("Player.GetItem", playerid=player, properties=fields))["item"]
        state = await self._call(
            "Player.GetProperties", playerid=player, properties=["time", "totaltime", "speed"]
        )
        film = _episode(item) if item.get("type") == "episode" else _film(item)
        return [Screen("", self._name, film, state["speed"] == 0, _s(state["time"]))]

    async def show(self, film: Film, _: Screen, from_s: float) -> None:
        kind, number = film.id.split("/")
        key = "episodeid" if kind == "episode" else "movieid"
        options = {"resume": _time(from_s) if from_s else False}
        await self._call("Player.Open", item={key: int(number)}, options=options)

    async def press(self, _: Screen, button: Button) -> None:
        player = await self._needed()
        if button in ("pause", "resume"):
            await self._call("Player.PlayPause", playerid=player, play=button == "resume")
        elif button == "stop":
            await self._call("Player.Stop", playerid=player)
        else:
            await self._call("Player.GoTo", playerid=player, to=button)

    async def seek(self, _: Screen, to_s: float) -> None:
        player = await self._needed()
        await self._call("Player.Seek", playerid=player, value={"time": _time(to_s)})

    async def _player(self) -> int | None:
        """The one that plays video."""
        players = await self._call("Player.GetActivePlayers")
        return next((int(p["playerid"]) for p in players if p.get("type") == "video"), None)

    async def _needed(self) -> int:
        player = await self._player()
        if player is None:
            raise Refused(f"nothing is playing on the {self._name}")
        return player

    async def _call(self, method: str, **params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        told = await ask(self._client, "Kodi", "kodi", "POST", "/jsonrpc", json=body)
        if not isinstance(told, Mapping) or ("error" not in told and "result" not in told):
            raise Refused("what Kodi answers is not JSON-RPC; is media.kodi right?")
        if error := told.get("error"):
            hint = "it is not in its library any more" if error.get("code") == _INVALID else ""
            raise Refused(f"Kodi can't: {hint or error.get('message', 'unknown')}")
        return told["result"]


def _film(told: Mapping[str, Any]) -> Film:
    """A file that is not in the library has a label only."""
    resume = told.get("resume") or {}
    return Film(
        id=f"film/{told.get('movieid', told.get('id', ''))}",
        title=str(told.get("title") or told.get("label") or ""),
        year=told.get("year") or None,
        at_s=float(resume.get("position") or 0),
        length_s=float(resume.get("total") or told.get("runtime") or 0),
    )


def _series(told: Mapping[str, Any]) -> Film:
    return Film(f"series/{told['tvshowid']}", str(told["title"]), "series", told.get("year"))


def _episode(told: Mapping[str, Any]) -> Film:
    resume = told.get("resume") or {}
    return Film(
        id=f"episode/{told.get('episodeid', told.get('id', ''))}",
        title=str(told.get("title") or told.get("label") or ""),
        kind="episode",
        series=str(told.get("showtitle") or ""),
        season=int(told.get("season") or 0),
        episode=int(told.get("episode") or 0),
        at_s=float(resume.get("position") or 0),
        length_s=float(resume.get("total") or told.get("runtime") or 0),
    )


def _time(length_s: float) -> dict[str, int]:
    whole = max(0, round(length_s))
    return {"hours": whole // 3600, "minutes": whole // 60 % 60, "seconds": whole % 60}


def _s(time: Mapping[str, int]) -> float:
    return time["hours"] * 3600 + time["minutes"] * 60 + time["seconds"]
