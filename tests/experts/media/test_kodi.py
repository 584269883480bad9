"""Films on a real Kodi."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.experts.media.house import House
from tests.experts.media.kodi_here import KodiHere, kodi
from vivavoce.core import ConfigError, Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.media.kodi import Kodi

pytestmark = [
    pytest.mark.real,
    pytest.mark.anyio,
    pytest.mark.skipif(
        not os.environ.get("VIVAVOCE_TEST_KODI"),
        reason="Kodi crashes now and then; VIVAVOCE_TEST_KODI=1 runs it (kodi-bin, xvfb)",
    ),
]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KodiHere]:
    with kodi(tmp_path_factory.mktemp("kodi")) as running:
        yield running


@pytest.fixture
def cinema(here: KodiHere, tmp_path: Path) -> Iterator[House]:
    yield House({"kodi": f"living room={here.url}"}, tmp_path)
    if here.playing():
        until_it(here, lambda now: now["speed"] == 1)
        time.sleep(1)  # stopped while it is still opening, Kodi 20 may crash
    for player in here.rpc("Player.GetActivePlayers"):
        here.rpc("Player.Stop", playerid=player["playerid"])
    until_it(here, lambda playing: playing is None)


def until_it(here: KodiHere, does: object) -> None:
    """Kodi answers before it has done what it was asked."""
    until = time.monotonic() + 10
    assert callable(does)
    while not does(here.playing()):
        assert time.monotonic() < until, here.playing()
        time.sleep(0.1)


async def test_a_film_plays_pauses_goes_on_and_stops(cinema: House, here: KodiHere) -> None:
    async with cinema.open() as opened:
        told = await opened.say("play the film metropolis")
        assert told.say == "Playing Metropolis on the living room."
        until_it(here, lambda now: now and now["label"] == "Metropolis" and now["speed"] == 1)
        paused = await opened.say("pause the film")
        until_it(here, lambda now: now["speed"] == 0)
        assert "Metropolis (1927) is paused on living room" in (await opened.call("now")).text
        await opened.undo(paused)
        until_it(here, lambda now: now["speed"] == 1)
        await opened.say("skip to two minutes")
        until_it(here, lambda now: 120 <= now["at_s"] < 130)
        await opened.say("go back thirty seconds")
        until_it(here, lambda now: 85 <= now["at_s"] < 105)
        await opened.say("stop the film")
        until_it(here, lambda now: now is None)
        with pytest.raises(Refused, match="no film is playing"):
            await opened.say("pause the film")


async def test_a_film_that_was_begun_goes_on_from_there(cinema: House, here: KodiHere) -> None:
    async with cinema.open() as opened:
        await opened.say("watch nosferatu")
        until_it(here, lambda now: now and now["speed"] == 1)
        await opened.call("seek", where="to", time="3:20")
        until_it(here, lambda now: now["at_s"] >= 200)
        await opened.say("stop the film")
        until_it(here, lambda now: now is None)
        begun = ""
        until = time.monotonic() + 10
        while "Nosferatu" not in begun:  # it writes down the place a little later
            assert time.monotonic() < until
            begun = (await opened.say("what was i watching")).text
        assert "Nosferatu (1922), left at 3 minutes" in begun
        told = await opened.say("continue watching")
        assert told.say == "Going on with Nosferatu on the living room."
        until_it(here, lambda now: now and now["label"] == "Nosferatu" and now["at_s"] >= 195)
        await opened.call("watch", what="nosferatu", from_start=True)
        until_it(here, lambda now: now and now["at_s"] < 30)


async def test_a_series_plays_its_next_episode(cinema: House, here: KodiHere) -> None:
    async with cinema.open() as opened:
        here.rpc("VideoLibrary.SetEpisodeDetails", episodeid=1, playcount=1)
        told = await opened.say("watch the series les vampire")
        assert "season 1 episode 2, The Ring That Kills" in told.say
        until_it(here, lambda now: now and "Ring That Kills" in now["label"])
        assert "Les Vampires, season 1 episode 2" in (await opened.say("what's playing")).say


async def test_what_there_is(cinema: House) -> None:
    async with cinema.open() as opened:
        told = (await opened.say("which films do we have")).text
        for title in ("Metropolis (1927)", "Nosferatu (1922)", "The General (1926)"):
            assert title in told
        with pytest.raises(Unclear, match="no film or series here is called frozen"):
            await opened.say("watch the film frozen")


async def test_a_wrong_password_is_told_without_it(here: KodiHere, tmp_path: Path) -> None:
    house = House({"kodi": f"http://kodi:wrong1@127.0.0.1:{here.port}"}, tmp_path)
    async with house.open() as opened:
        with pytest.raises(ConfigError, match=r"set media.kodi anew") as error:
            await opened.say("which films do we have")
    assert "wrong1" not in str(error.value)


async def test_a_film_that_is_gone_is_told(here: KodiHere) -> None:
    async with httpx.AsyncClient(base_url=here.url, trust_env=False) as client:
        screen = (await Kodi(client).screens())[0]
        films = await Kodi(client).library()
        with pytest.raises(Refused, match="Kodi can't"):
            await Kodi(client).show(type(films[0])("film/999", "Gone", at_s=3.0), screen, 0.0)
