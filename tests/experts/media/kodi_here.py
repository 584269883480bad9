"""A real Kodi without a screen, with a small library of films and a series."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from tests.experts.media.mpd_here import free_port

PROGRAM = Path("/usr/lib") / f"{os.uname().machine}-linux-gnu" / "kodi" / "kodi.bin"
USER, PASSWORD = "kodi", "geheim"
FILMS = (("Metropolis", 1927), ("Nosferatu", 1922), ("The General", 1926))
SERIES = "Les Vampires"
EPISODES = ("The Severed Head", "The Ring That Kills", "The Red Codebook")
LENGTH_S = 240
START_S = 60


@dataclass(frozen=True, slots=True)
class KodiHere:
    """A running one."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self.port}"

    def rpc(self, method: str, **params: Any) -> Any:
        """The referee asks by itself."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        told = httpx.post(f"{self.url}/jsonrpc", json=body, timeout=10, trust_env=False).json()
        assert "error" not in told, told
        return told["result"]

    def playing(self) -> dict[str, Any] | None:
        """Label, speed and seconds of what plays."""
        players = self.rpc("Player.GetActivePlayers")
        if not players:
            return None
        number = players[0]["playerid"]
        state = self.rpc("Player.GetProperties", playerid=number, properties=["speed", "time"])
        item = self.rpc("Player.GetItem", playerid=number)["item"]
        at = state["time"]
        return {
            "label": item["label"],
            "speed": state["speed"],
            "at_s": at["hours"] * 3600 + at["minutes"] * 60 + at["seconds"],
        }


@contextmanager
def kodi(folder: Path) -> Iterator[KodiHere]:
    """It has read its library when it is given."""
    screen = shutil.which("Xvfb")
    if not PROGRAM.exists() or screen is None:
        pytest.skip("Kodi or Xvfb is missing: apt install kodi-bin xvfb")
    port = free_port()
    data = folder / ".kodi" / "userdata"
    data.mkdir(parents=True)
    (data / "guisettings.xml").write_text(_settings(port))
    films, series = _library(folder)
    read, write = os.pipe()
    started = []
    try:
        with (folder / "log").open("w") as log:
            told: dict[str, Any] = {"stdout": log, "stderr": log}
            started.append(
                subprocess.Popen(
                    [screen, "-displayfd", str(write), "-screen", "0", "320x240x24"],
                    pass_fds=(write,),
                    **told,
                )
            )
            os.close(write)
            display = os.read(read, 20).decode().strip()
            seen = {"HOME": str(folder), "DISPLAY": f":{display}", "LIBGL_ALWAYS_SOFTWARE": "1"}
            started.append(
                subprocess.Popen(
                    [str(PROGRAM), "--windowing=x11"], env={**os.environ, **seen}, **told
                )
            )
        here = KodiHere(port)
        _until(lambda: here.rpc("JSONRPC.Ping") == "pong")
        database = next((data / "Database").glob("MyVideos*.db"))
        with sqlite3.connect(database, timeout=10) as rows:
            for path, content in ((films, "movies"), (series, "tvshows")):
                rows.execute(
                    "insert into path (strPath, strContent, strScraper, scanRecursive, "
                    "useFolderNames, noUpdate, exclude) "
                    "values (?, ?, 'metadata.local', ?, 0, 0, 0)",
                    (f"{path}/", content, 2 if content == "movies" else 0),
                )
        here.rpc("VideoLibrary.Scan", showdialogs=False)
        _until(lambda: _known(here) == (len(FILMS), len(EPISODES)))
        yield here
    finally:
        os.close(read)
        for process in reversed(started):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _known(here: KodiHere) -> tuple[int, int]:
    films = here.rpc("VideoLibrary.GetMovies")["limits"]["total"]
    return films, here.rpc("VideoLibrary.GetEpisodes")["limits"]["total"]


def _until(done: Any) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            if done():
                return
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(0.2)
    raise AssertionError("Kodi did not get ready")


def _library(folder: Path) -> tuple[Path, Path]:
    films, series = folder / "films", folder / "series"
    video = folder / "video.mkv"
    _video(video)
    for title, year in FILMS:
        place = films / f"{title} ({year})"
        place.mkdir(parents=True)
        shutil.copy(video, place / f"{title} ({year}).mkv")
        (place / f"{title} ({year}).nfo").write_text(
            f"<movie><title>{title}</title><year>{year}</year>"
            f'<uniqueid type="x" default="true">{year}</uniqueid></movie>'
        )
    place = series / SERIES
    place.mkdir(parents=True)
    (place / "tvshow.nfo").write_text(
        f"<tvshow><title>{SERIES}</title><year>1915</year>"
        '<uniqueid type="x" default="true">9</uniqueid></tvshow>'
    )
    for number, title in enumerate(EPISODES, 1):
        name = f"{SERIES} S01E{number:02}"
        shutil.copy(video, place / f"{name}.mkv")
        (place / f"{name}.nfo").write_text(
            f"<episodedetails><title>{title}</title><season>1</season>"
            f"<episode>{number}</episode></episodedetails>"
        )
    return films, series


def _video(path: Path) -> None:
    with av.open(path, "w") as file:
        stream = file.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(LENGTH_S * 5):
            picture = np.full((48, 64, 3), i % 255, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode(None))


def _settings(port: int) -> str:
    values = {
        "services.webserver": "true",
        "services.webserverport": str(port),
        "services.webserverauthentication": "true",
        "services.webserverusername": USER,
        "services.webserverpassword": PASSWORD,
        "services.upnp": "false",
        "services.zeroconf": "false",
        "myvideos.extractthumb": "false",
        "myvideos.extractflags": "false",
        "videoplayer.usevaapi": "false",
        "videoplayer.usevdpau": "false",
        "lookandfeel.enablerssfeeds": "false",
        "general.addonupdates": "2",
    }
    lines = "".join(f'<setting id="{name}">{value}</setting>' for name, value in values.items())
    return f'<settings version="2">{lines}</settings>'
