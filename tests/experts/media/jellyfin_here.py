"""A small server that speaks as much of Jellyfin's API as the expert uses, as its OpenAPI
document and its controllers' source have it: header, paths, parameters, shapes, codes."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.experts.media.mpd_here import free_port

KEY = "0123456789abcdef0123456789abcdef"
USER = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
TICKS = 10_000_000
ITEMS: dict[str, dict[str, Any]] = {
    "f1": {"Name": "Metropolis", "Type": "Movie", "ProductionYear": 1927},
    "f2": {"Name": "Nosferatu", "Type": "Movie", "ProductionYear": 1922},
    "f3": {"Name": "Nosferatu", "Type": "Movie", "ProductionYear": 1979},
    "f4": {"Name": "Das Cabinet des Dr. Caligari", "Type": "Movie", "ProductionYear": 1920},
    "s1": {"Name": "Les Vampires", "Type": "Series", "ProductionYear": 1915},
    "s2": {"Name": "Fantômas", "Type": "Series", "ProductionYear": 1913},
}
EPISODES: dict[str, dict[str, Any]] = {
    f"{series}e{n}": {
        "Name": f"Part {n}",
        "Type": "Episode",
        "SeriesId": series,
        "SeriesName": ITEMS[series]["Name"],
        "ParentIndexNumber": 1,
        "IndexNumber": n,
    }
    for series in ("s1", "s2")
    for n in (1, 2, 3)
}


def _sessions() -> dict[str, dict[str, Any]]:
    return {
        "tv": {
            "DeviceName": "Living Room TV", "UserId": USER, "SupportsRemoteControl": True,
            "PlayableMediaTypes": ["Audio", "Video"], "PlayState": {"IsPaused": False},
        },
        "bed": {
            "DeviceName": "Bedroom Tablet", "UserId": USER, "SupportsRemoteControl": True,
            "PlayableMediaTypes": ["Video"], "PlayState": {"IsPaused": False},
        },
        "speaker": {
            "DeviceName": "Kitchen Speaker", "UserId": USER, "SupportsRemoteControl": True,
            "PlayableMediaTypes": ["Audio"], "PlayState": {},
        },
        "key": {
            "DeviceName": "Vivavoce", "UserId": "00000000000000000000000000000000",
            "SupportsRemoteControl": False, "PlayableMediaTypes": [], "PlayState": {},
        },
    }  # fmt: skip


@dataclass
class JellyfinHere:
    """A running one, and what its screens do."""

    port: int = 0
    sessions: dict[str, dict[str, Any]] = field(default_factory=_sessions)
    left_s: dict[str, float] = field(default_factory=lambda: {"f1": 900.0})
    """Where somebody stopped a film."""
    seen: dict[str, int] = field(default_factory=lambda: {"s1": 1})
    """Episodes of a series that somebody has seen."""
    broken: int = 0
    """Answer everything with this code."""

    @property
    def settings(self) -> dict[str, str]:
        return {"jellyfin": f"http://127.0.0.1:{self.port}/", "jellyfin_key": KEY}

    def item(self, key: str) -> dict[str, Any]:
        told = {**(ITEMS | EPISODES)[key], "Id": key, "RunTimeTicks": 5400 * TICKS}
        told["UserData"] = {"PlaybackPositionTicks": round(self.left_s.get(key, 0) * TICKS)}
        return told

    def only(self, *screens: str) -> None:
        """The other screens are off."""
        self.sessions = {name: s for name, s in self.sessions.items() if name in screens}


@contextmanager
def jellyfin() -> Iterator[JellyfinHere]:
    here = JellyfinHere(free_port())
    server = uvicorn.Server(
        uvicorn.Config(_app(here), port=here.port, log_level="critical", lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield here
    finally:
        server.should_exit = True
        thread.join()


def _app(here: JellyfinHere) -> Starlette:
    def guarded(answer: Any) -> Any:
        async def checked(request: Request) -> Response:
            sent = request.headers.get("authorization", "")
            if not sent.startswith("MediaBrowser ") or f'Token="{KEY}"' not in sent:
                return Response(status_code=401)
            if here.broken:
                return Response(status_code=here.broken)
            made: Response = answer(request)
            return made

        return checked

    def found(keys: list[str], request: Request) -> Response:
        limit = int(request.query_params.get("limit", 100))
        items = [here.item(key) for key in keys[:limit]]
        return JSONResponse({"Items": items, "TotalRecordCount": len(keys), "StartIndex": 0})

    def items(request: Request) -> Response:
        kinds = request.query_params["includeItemTypes"].split(",")
        assert request.query_params["recursive"] == "true"
        return found([key for key, item in ITEMS.items() if item["Type"] in kinds], request)

    def resume(request: Request) -> Response:
        if request.query_params.get("userId") != USER:
            return Response(status_code=400)
        return found(list(here.left_s), request)

    def next_up(request: Request) -> Response:
        if request.query_params.get("userId") != USER:
            return Response(status_code=400)
        wanted = request.query_params.get("seriesId")
        return found(
            [f"{s}e{n + 1}" for s, n in here.seen.items() if wanted in (None, s) and n < 3], request
        )

    def episodes(request: Request) -> Response:
        series = request.path_params["series"]
        if series not in ITEMS:
            return Response(status_code=404)
        return found([k for k, e in EPISODES.items() if e["SeriesId"] == series], request)

    def users(_: Request) -> Response:
        return JSONResponse([{"Id": USER, "Name": "lea"}])

    def sessions(_: Request) -> Response:
        return JSONResponse([{"Id": name, **session} for name, session in here.sessions.items()])

    def play(request: Request) -> Response:
        given, session = request.query_params, here.sessions.get(request.path_params["id"])
        if session is None or given["itemIds"] not in ITEMS | EPISODES:
            return Response(status_code=404)
        assert given["playCommand"] == "PlayNow"
        session["NowPlayingItem"] = here.item(given["itemIds"])
        ticks = int(given["startPositionTicks"])
        session["PlayState"] = {"IsPaused": False, "PositionTicks": ticks}
        return Response(status_code=204)

    def press(request: Request) -> Response:
        session = here.sessions.get(request.path_params["id"])
        if session is None:
            return Response(status_code=404)
        match request.path_params["command"]:
            case "Pause" | "Unpause" as command:
                session["PlayState"]["IsPaused"] = command == "Pause"
            case "Stop":
                session["NowPlayingItem"] = None
            case "Seek":
                ticks = int(request.query_params["seekPositionTicks"])
                session["PlayState"]["PositionTicks"] = ticks
            case "NextTrack" | "PreviousTrack" as command:
                now = session["NowPlayingItem"]["Id"]
                by = 1 if command == "NextTrack" else -1
                key = re.sub(r"e(\d)$", lambda m: f"e{int(m[1]) + by}", now)
                session["NowPlayingItem"] = here.item(key)
            case _:
                return Response(status_code=400)
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/Items", guarded(items)),
            Route("/UserItems/Resume", guarded(resume)),
            Route("/Shows/NextUp", guarded(next_up)),
            Route("/Shows/{series}/Episodes", guarded(episodes)),
            Route("/Users", guarded(users)),
            Route("/Sessions", guarded(sessions)),
            Route("/Sessions/{id}/Playing", guarded(play), methods=["POST"]),
            Route("/Sessions/{id}/Playing/{command}", guarded(press), methods=["POST"]),
        ]
    )
