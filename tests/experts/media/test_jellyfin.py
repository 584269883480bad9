"""Films on Jellyfin's API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.experts.media.house import House
from tests.experts.media.jellyfin_here import JellyfinHere, jellyfin
from tests.experts.media.mpd_here import Mpd, free_port, status
from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Unclear

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[JellyfinHere]:
    with jellyfin() as running:
        yield running


@pytest.fixture
def cinema(server: JellyfinHere, tmp_path: Path) -> House:
    return House(server.settings, tmp_path)


def shown(server: JellyfinHere, screen: str = "tv") -> Any:
    item = server.sessions[screen].get("NowPlayingItem") or {}
    return item.get("Id"), server.sessions[screen]["PlayState"].get("PositionTicks", 0) / 1e7


async def test_a_film_plays_from_where_it_was_left(cinema: House, server: JellyfinHere) -> None:
    server.only("tv")
    async with cinema.open() as opened:
        told = await opened.say("play the film metropolis")
    assert shown(server) == ("f1", 900.0)
    assert told.say == "Going on with Metropolis on the Living Room TV."


async def test_a_film_plays_from_its_beginning_if_that_is_wanted(
    cinema: House, server: JellyfinHere
) -> None:
    server.only("tv")
    async with cinema.open() as opened:
        await opened.say("watch the film metropolis from the beginning")
    assert shown(server) == ("f1", 0.0)


@pytest.mark.parametrize(
    ("said", "item"),
    [
        ("watch doctor caligari", None),
        ("watch the cabinet of dr caligari", "f4"),
        ("let's watch les vampire", "s1e2"),
        ("play the next episode of fantomas", "s2e1"),
        ("watch nosferatu 1979", "f3"),
        ("continue watching", "f1"),
    ],
)
async def test_people_say_what_they_want_to_see(
    cinema: House, server: JellyfinHere, said: str, item: str | None
) -> None:
    server.only("tv")
    async with cinema.open() as opened:
        if item is None:
            with pytest.raises(Unclear, match=r"there is Das Cabinet des Dr. Caligari"):
                await opened.say(said)
        else:
            await opened.say(said)
    assert shown(server)[0] == item


async def test_two_films_of_one_name_are_asked_about(cinema: House) -> None:
    async with cinema.open() as opened:
        with pytest.raises(Unclear, match="Nosferatu, from 1922 and 1979; say which"):
            await opened.say("watch nosferatu")
        with pytest.raises(Unclear, match="no film or series here is called frozen"):
            await opened.say("watch frozen")


async def test_the_screen_is_the_one_that_was_named_or_where_it_was_heard(
    cinema: House, server: JellyfinHere
) -> None:
    async with cinema.open() as opened:
        with pytest.raises(Unclear, match="several screens, Living Room TV and Bedroom Tablet"):
            await opened.say("watch metropolis")
        with pytest.raises(Unclear, match="no screen called garage"):
            await opened.call("watch", what="metropolis", screen="garage")
        await opened.say("play the film metropolis on the bedroom tablet")
        assert shown(server, "bed")[0] == "f1"
        await opened.say("watch les vampires", heard="living room")
        assert shown(server, "tv")[0] == "s1e2"


async def test_buttons_are_for_the_screen_that_shows_something(
    cinema: House, server: JellyfinHere
) -> None:
    async with cinema.open() as opened:
        with pytest.raises(Refused, match="no film is playing"):
            await opened.say("pause the film")
        await opened.call("watch", what="les vampires", screen="living room tv")
        paused = await opened.say("pause")
        assert server.sessions["tv"]["PlayState"]["IsPaused"]
        assert paused.say == "Les Vampires, season 1 episode 2, Part 2 is paused."
        await opened.undo(paused)
        assert not server.sessions["tv"]["PlayState"]["IsPaused"]
        await opened.say("next episode")
        assert shown(server)[0] == "s1e3"
        moved = await opened.say("skip to twenty minutes")
        await opened.say("skip back thirty seconds")
        assert shown(server) == ("s1e3", 1170.0)
        await opened.undo(moved)
        assert shown(server) == ("s1e3", 0.0)
        assert "is playing on the Living Room TV" in (await opened.say("what's playing")).say
        await opened.say("stop the film")
        assert shown(server)[0] is None


async def test_what_there_is_and_what_was_begun(cinema: House) -> None:
    async with cinema.open() as opened:
        assert (
            "Das Cabinet des Dr. Caligari (1920)"
            in (await opened.say("which films do we have")).text
        )
        assert (await opened.say("what were we watching")).text == (
            "Metropolis (1927), left at 15 minutes and Les Vampires, season 1 episode 2, Part 2."
        )
        assert (await opened.say("do we have the film frozen")).text == (
            "There is no film or series like frozen."
        )


async def test_no_screen_is_on(cinema: House, server: JellyfinHere) -> None:
    server.only("speaker", "key")
    async with cinema.open() as opened:
        with pytest.raises(Refused, match="no screen is on; start Jellyfin on one"):
            await opened.say("watch metropolis")


async def test_a_wrong_key_is_told_without_it(server: JellyfinHere, tmp_path: Path) -> None:
    house = House({**server.settings, "jellyfin_key": "wrong1"}, tmp_path)
    async with house.open() as opened:
        with pytest.raises(ConfigError, match=r"set media.jellyfin_key anew") as error:
            await opened.say("which films do we have")
    assert "wrong1" not in str(error.value)


async def test_a_server_that_is_away_or_broken_says_so(
    server: JellyfinHere, cinema: House, tmp_path: Path
) -> None:
    server.broken = 503
    async with cinema.open() as opened:
        with pytest.raises(Retry, match=r"Jellyfin answers with an error \(503\)"):
            await opened.say("watch metropolis")
    away = House({**server.settings, "jellyfin": f"http://127.0.0.1:{free_port()}"}, tmp_path)
    async with away.open() as opened:
        with pytest.raises(Retry, match="does not answer; is it running"):
            await opened.say("watch metropolis")


async def test_no_music_server_is_told(cinema: House) -> None:
    async with cinema.open() as opened:
        with pytest.raises(Refused, match="set VIVAVOCE_MEDIA_MPD"):
            await opened.say("play some jazz")


async def test_no_video_server_is_told(tmp_path: Path) -> None:
    async with House({"mpd": "127.0.0.1"}, tmp_path).open() as opened:
        with pytest.raises(Refused, match="set VIVAVOCE_MEDIA_JELLYFIN"):
            await opened.say("watch metropolis")


@pytest.mark.real
async def test_pause_is_for_what_plays_or_was_used_last(
    server: JellyfinHere, music: Mpd, tmp_path: Path
) -> None:
    server.only("tv")
    async with House({**server.settings, "mpd": music.url}, tmp_path).open() as opened:
        await opened.say("play some jazz")
        await opened.say("pause")
        assert status(music.port)["state"] == "pause"
        await opened.say("watch metropolis")
        await opened.say("pause")
        assert server.sessions["tv"]["PlayState"]["IsPaused"]
        await opened.say("resume")
        assert not server.sessions["tv"]["PlayState"]["IsPaused"]
        await opened.say("resume the music")
        await opened.say("pause the music")
        assert status(music.port)["state"] == "pause"
        assert not server.sessions["tv"]["PlayState"]["IsPaused"]


@pytest.mark.real
async def test_music_goes_on_without_the_video_server(music: Mpd, tmp_path: Path) -> None:
    settings = {
        "mpd": music.url, "jellyfin": f"http://127.0.0.1:{free_port()}", "jellyfin_key": "x"
    }  # fmt: skip
    async with House(settings, tmp_path).open() as opened:
        await opened.say("play naima")
        await opened.say("pause")
        assert "Naima" in (await opened.say("what's playing")).text
        await opened.say("resume")
        assert status(music.port)["state"] == "play"
