"""Music on a real MPD."""

import shutil
from pathlib import Path

import pytest

from tests.experts.media.house import House
from tests.experts.media.mpd_here import (
    LIBRARY,
    Mpd,
    free_port,
    mpd,
    say,
    status,
    updated,
    write_song,
)
from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Unclear

pytestmark = [pytest.mark.real, pytest.mark.anyio]


def titles(server: Mpd) -> list[str]:
    return [line[7:] for line in say(server.port, "playlistinfo") if line.startswith("Title: ")]


def outputs(server: Mpd) -> list[str]:
    return [line[-1] for line in say(server.port, "outputs") if line.startswith("outputenabled")]


def titled(genre: str) -> set[str]:
    return {str(song[3]) for song in LIBRARY if song[4] == genre}


async def test_an_album_plays_in_its_order(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        result = await opened.say("play the album kind of blue")
    assert result.say == "Playing the album Kind of Blue by Miles Davis."
    assert titles(music) == ["So What", "Freddie Freeloader", "Blue in Green"]
    assert status(music.port)["state"] == "play"
    assert status(music.port)["Title"] == "So What"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("play something by miles davies", {"So What", "Freddie Freeloader", "Blue in Green"}),
        ("play some jazz", titled("Jazz")),
        ("put on some rock music", titled("Rock")),
        ("play bethoven", {"Allegro con brio"}),
        ("I'd like to hear bohemian rapsody please", {"Bohemian Rhapsody"}),
        ("play dancing queen", {"Dancing Queen"}),
        ("play greatest hits by abba", {"Waterloo"}),
        ("play joga", {"Jóga"}),
        ("play music from the eighties",
         {"Bohemian Rhapsody", "Take On Me", "Running Up That Hill"}),
        ("play my cooking playlist", {"Dancing Queen", "Come Together"}),
        ("could you play the beatles", {"Come Together", "Something"}),
    ],
)  # fmt: skip
async def test_people_say_what_they_want_to_hear(
    house: House, music: Mpd, said: str, heard: set[str]
) -> None:
    async with house.open() as opened:
        await opened.say(said)
    assert set(titles(music)) == heard
    assert status(music.port)["state"] == "play"


async def test_just_music_is_of_several_albums(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("put on some music")
    heard = set(titles(music))
    assert heard <= {str(song[3]) for song in LIBRARY}
    assert len({str(song[0]) for song in LIBRARY if song[3] in heard}) >= 4
    assert status(music.port)["state"] == "play"


async def test_something_like_this_is_like_it_and_says_why(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play so what")
        result = await opened.say("play something like this")
    heard = titles(music)
    assert "So What" not in heard
    assert set(heard) == titled("Jazz") - {"So What"}
    assert result.say == (
        "Playing something like So What by Miles Davis: jazz from about 1959, "
        "some of it by Miles Davis."
    )


async def test_like_this_needs_something_that_plays(house: House) -> None:
    async with house.open() as opened:
        with pytest.raises(Refused, match="nothing is playing that it could be like"):
            await opened.say("more like this")


async def test_an_unknown_song_is_unclear_and_nothing_changes(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play waterloo")
        with pytest.raises(Unclear, match=r"nothing here is called watermelon sugar"):
            await opened.say("play watermelon sugar")
        with pytest.raises(Unclear, match="several albums are called Greatest Hits"):
            await opened.say("play the album greatest hits")
        with pytest.raises(Unclear, match=r"music does not play in the bathroom; there is Kitchen"):
            await opened.call("play", what="some jazz", room="the bathroom")
    assert titles(music) == ["Waterloo"]


async def test_an_album_of_many_artists_is_one_album(house: House, music: Mpd) -> None:
    folder = music.folder / "music" / "Party"
    folder.mkdir()
    write_song(folder / "1.flac", "One", "Party Mix", "1", "First", "Pop", "1999")
    write_song(folder / "2.flac", "Two", "Party Mix", "2", "Second", "Pop", "1999")
    try:
        updated(music)
        async with house.open() as opened:
            await opened.say("play the album party mix")
        assert titles(music) == ["First", "Second"]
    finally:
        shutil.rmtree(folder)
        updated(music)


async def test_a_room_is_named_with_the_music(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        result = await opened.say("play some jazz in the kitchen")
        assert (outputs(music), result.say.endswith("in the Kitchen.")) == (["1", "0"], True)
        moved = await opened.say("move the music to the living room")
        assert outputs(music) == ["0", "1"]
        await opened.say("play the music in the kitchen too")
        assert outputs(music) == ["1", "1"]
        await opened.say("turn off the music in the living room")
        assert outputs(music) == ["1", "0"]
        await opened.undo(moved)
        assert outputs(music) == ["1", "0"]
        await opened.say("play the music everywhere")
        assert outputs(music) == ["1", "1"]
        assert "Kitchen and Living Room" in (await opened.say("where is music playing")).text


async def test_music_that_no_room_hears_is_switched_on(house: House, music: Mpd) -> None:
    say(music.port, "disableoutput 0", "disableoutput 1")
    async with house.open() as opened:
        await opened.say("play some pop")
    assert outputs(music) == ["1", "1"]


async def test_buttons(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play the album kind of blue")
        assert (await opened.say("next song")).say == "This is Freddie Freeloader by Miles Davis."
        await opened.say("go back to the previous song")
        assert status(music.port)["Title"] == "So What"
        paused = await opened.say("pause")
        assert status(music.port)["state"] == "pause"
        await opened.undo(paused)
        assert status(music.port)["state"] == "play"
        shuffled = await opened.say("shuffle")
        assert status(music.port)["random"] == "1"
        await opened.undo(shuffled)
        assert status(music.port)["random"] == "0"
        repeated = await opened.say("repeat this song")
        assert (status(music.port)["repeat"], status(music.port)["single"]) == ("1", "1")
        await opened.undo(repeated)
        assert (status(music.port)["repeat"], status(music.port)["single"]) == ("0", "0")
        await opened.say("stop the music")
        assert status(music.port)["state"] == "stop"
        with pytest.raises(Refused, match="no music is playing"):
            await opened.say("next song")


async def test_resume_with_an_empty_queue_asks_what_to_play(house: House) -> None:
    async with house.open() as opened:
        with pytest.raises(Refused, match="say what to play"):
            await opened.say("resume")


@pytest.mark.parametrize(
    ("said", "volume"),
    [("volume forty", "40"), ("louder", "60"), ("a bit quieter", "40"), ("mute", "0"),
     ("turn it up by 15", "65"), ("turn the volume down by twenty percent", "30"),
     ("crank it up", "75"), ("full volume", "100"), ("set the volume to 5 percent", "5"),
     ("turn it down by 90", "0")],
)  # fmt: skip
async def test_how_loud_it_is(house: House, music: Mpd, said: str, volume: str) -> None:
    async with house.open() as opened:
        changed = await opened.say(said)
        assert status(music.port)["volume"] == volume
        await opened.undo(changed)
        assert status(music.port)["volume"] == "50"


async def test_unmute_brings_back_the_volume(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("mute")
        await opened.say("unmute")
        assert status(music.port)["volume"] == "50"
        assert (await opened.say("what's the volume")).say == "The volume is at 50 percent."


async def test_the_queue(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        assert (await opened.say("what's in the queue")).say == "The queue is empty."
        await opened.say("play the album abbey road")
        await opened.say("add waterloo to the queue")
        put = await opened.say("play naima next")
        assert titles(music) == ["Come Together", "Naima", "Something", "Waterloo"]
        assert (await opened.say("what's next")).say == (
            "Next comes Naima by John Coltrane, Something by The Beatles and Waterloo by ABBA."
        )
        await opened.undo(put)
        assert titles(music) == ["Come Together", "Something", "Waterloo"]
        assert status(music.port)["state"] == "play"


async def test_a_queue_that_was_replaced_or_cleared_comes_back(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play the album kind of blue")
        await opened.say("next song")
        await opened.say("skip to 12 seconds")
        await opened.say("pause")
        other = await opened.say("play waterloo")
        await opened.undo(other)
        now = status(music.port)
        assert titles(music) == ["So What", "Freddie Freeloader", "Blue in Green"]
        assert (now["Title"], now["state"]) == ("Freddie Freeloader", "pause")
        assert 12 <= float(now["elapsed"]) < 13
        cleared = await opened.say("clear the queue")
        assert titles(music) == []
        back = await opened.undo(cleared)
        assert len(titles(music)) == 3
        await opened.undo(back)
        assert titles(music) == []
        with pytest.raises(Refused, match="not known any more"):
            await opened.call("queue", do="restore", what="77")


async def test_a_queue_is_saved_once(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play the album abbey road")
        await opened.say("save this as road trip")
        with pytest.raises(Refused, match="called road trip already"):
            await opened.say("save the queue as road trip")
        await opened.say("play the playlist road trip")
        assert titles(music) == ["Come Together", "Something"]
        assert "road trip" in (await opened.say("which playlists are there")).text
    say(music.port, 'rm "road trip"')


async def test_seeking(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play so what")
        moved = await opened.say("skip forward twenty seconds")
        assert 20 <= float(status(music.port)["elapsed"]) < 22
        await opened.say("go back five seconds")
        assert 15 <= float(status(music.port)["elapsed"]) < 17
        await opened.undo(moved)
        assert float(status(music.port)["elapsed"]) < 3
        await opened.say("jump to 0:30")
        assert 30 <= float(status(music.port)["elapsed"]) < 32
        with pytest.raises(Unclear, match="bed is no time"):
            await opened.say("go to bed")


async def test_what_is_playing(house: House) -> None:
    async with house.open() as opened:
        assert (await opened.say("what's playing")).say == "Nothing is playing."
        await opened.say("play naima")
        told = await opened.say("what song is this")
        assert told.say == "This is Naima by John Coltrane."
        assert "from the album Giant Steps (1960)" in told.text
        assert told.source == ""


async def test_a_streams_title_is_its_stations_word(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        say(music.port, 'add "http://127.0.0.1:1/radio"')
        assert (await opened.call("queue", do="list")).source == "stream 127.0.0.1"


async def test_what_there_is(house: House) -> None:
    async with house.open() as opened:
        assert "Miles Davis (artist)" in (await opened.call("find", what="miles davis")).text
        assert "9 artists" not in (all_of_it := (await opened.call("find")).text)
        assert "15 songs" in all_of_it
        assert (await opened.call("find", what="zebra crossing")).text == (
            "Nothing is called zebra crossing."
        )


async def test_a_partition_is_a_room_of_its_own(house: House, music: Mpd) -> None:
    say(
        music.port, "newpartition Bedroom", "partition Bedroom", 'moveoutput "Living Room"',
        "setvol 80",
    )  # fmt: skip
    try:
        async with house.open() as opened:
            await opened.say("play some jazz")
            await opened.call("play", what="waterloo", room="bedroom")
            assert status(music.port, "Bedroom")["Title"] == "Waterloo"
            assert status(music.port)["state"] == "play"
            await opened.call("control", room="Bedroom", do="pause")
            assert status(music.port, "Bedroom")["state"] == "pause"
            assert status(music.port)["state"] == "play"
            await opened.call("volume", "bedroom", change="set", amount=20)
            assert status(music.port, "Bedroom")["volume"] == "20"
            assert status(music.port)["volume"] == "50"
            assert "Waterloo by ABBA is paused" in (await opened.call("now")).say
    finally:
        say(
            music.port, "partition Bedroom", "stop", "partition default",
            'moveoutput "Living Room"', "delpartition Bedroom",
        )  # fmt: skip


async def test_new_music_is_found_at_once(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        with pytest.raises(Unclear):
            await opened.say("play zanzibar")
        path = music.folder / "music" / "99.flac"
        write_song(path, "Billy Joel", "52nd Street", "1", "Zanzibar", "Rock", "1978")
        try:
            updated(music)
            await opened.say("play zanzibar")
            assert titles(music) == ["Zanzibar"]
        finally:
            path.unlink()
            updated(music)


async def test_a_server_that_is_away_says_what_to_do(tmp_path: Path) -> None:
    house = House({"mpd": f"127.0.0.1:{free_port()}"}, tmp_path)
    async with house.open() as opened:
        for words in ("play some jazz", "pause", "louder", "what's playing", "clear the queue"):
            with pytest.raises(Retry, match="does not answer; is MPD running"):
                await opened.say(words)


async def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    (tmp_path / "mpd").mkdir()
    with mpd(tmp_path / "mpd", LIBRARY[:1]) as first:
        async with House({"mpd": first.url}, tmp_path).open() as opened:
            await opened.say("play so what")
            first.process.kill()
            first.process.wait()
            with pytest.raises(Retry):
                await opened.say("pause")


async def test_a_wrong_password_is_told_without_it(music: Mpd, tmp_path: Path) -> None:
    house = House({"mpd": f"mpd://wrongword@127.0.0.1:{music.port}"}, tmp_path)
    async with house.open() as opened:
        with pytest.raises(ConfigError, match="refuses the password") as error:
            await opened.say("pause")
    assert "wrongword" not in str(error.value)


async def test_a_missing_password_is_told(music: Mpd, tmp_path: Path) -> None:
    async with House({"mpd": f"127.0.0.1:{music.port}"}, tmp_path).open() as opened:
        with pytest.raises(ConfigError, match="wants a password"):
            await opened.say("pause")


async def test_an_empty_library_is_told(tmp_path: Path) -> None:
    (tmp_path / "mpd").mkdir()
    with mpd(tmp_path / "mpd", ()) as empty:
        async with House({"mpd": empty.url}, tmp_path).open() as opened:
            with pytest.raises(Refused, match="music library is empty"):
                await opened.say("play some jazz")
            assert (await opened.call("find")).text == "The music library is empty."


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "run: vivavoce setup media"),
        ({"mpd": "http://host:6600"}, "media.mpd must look like"),
        ({"mpd": "mpd://host:x"}, "media.mpd must look like"),
        ({"mpd": "host", "duck": "loud"}, "media.duck is a percentage"),
        ({"jellyfin": "http://host"}, "needs a key"),
        ({"kodi": "host:8080"}, "media.kodi must look like"),
    ],
)
async def test_settings_that_can_not_be_used_say_so(
    tmp_path: Path, settings: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        async with House(settings, tmp_path).open():
            pass
