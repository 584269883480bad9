"""Music goes down while we speak."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.media.house import House
from tests.experts.media.mpd_here import Mpd, free_port, say, status
from vivavoce.core import Retry
from vivavoce.experts.builtin.media.ducking import Ducker

pytestmark = pytest.mark.anyio


def volume(server: Mpd) -> int:
    return int(status(server.port)["volume"])


@pytest.mark.real
async def test_music_is_low_while_we_speak(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play some jazz")
        async with opened.tools.ducked():
            assert volume(music) == 15
        assert volume(music) == 50


@pytest.mark.real
async def test_two_voices_at_once_lower_it_once(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play some jazz")
        async with opened.tools.ducked():
            async with opened.tools.ducked():
                assert volume(music) == 15
            assert volume(music) == 15
        assert volume(music) == 50


@pytest.mark.real
async def test_silence_is_left_alone(house: House, music: Mpd) -> None:
    async with house.open() as opened, opened.tools.ducked():
        assert volume(music) == 50


@pytest.mark.real
async def test_what_somebody_sets_meanwhile_stays(house: House, music: Mpd) -> None:
    async with house.open() as opened:
        await opened.say("play some jazz")
        async with opened.tools.ducked():
            say(music.port, "setvol 20")
        assert volume(music) == 20


@pytest.mark.real
async def test_louder_said_into_our_voice_counts_from_the_real_volume(
    house: House, music: Mpd
) -> None:
    async with house.open() as opened:
        await opened.say("play some jazz")
        async with opened.tools.ducked():
            louder = await opened.say("louder")
            assert louder.say == "The volume is at 60 percent."
            assert volume(music) == 18
            assert (await opened.say("how loud is it")).text == "The volume is 60 of 100."
        assert volume(music) == 60


@pytest.mark.real
async def test_music_that_a_crash_left_low_comes_back(
    house: House, music: Mpd, tmp_path: Path
) -> None:
    (tmp_path / "ducked.json").write_text(json.dumps({"default": {"was": 50, "to": 15}}))
    say(music.port, "setvol 15")
    async with house.open():
        assert volume(music) == 50
    assert not (tmp_path / "ducked.json").exists()
    (tmp_path / "ducked.json").write_text(json.dumps({"default": {"was": 50, "to": 15}}))
    say(music.port, "setvol 33")
    async with house.open():
        assert volume(music) == 33


@pytest.mark.real
async def test_the_old_volume_is_on_disk_before_it_changes(
    house: House, music: Mpd, tmp_path: Path
) -> None:
    async with house.open() as opened:
        await opened.say("play some jazz")
        async with opened.tools.ducked():
            kept = json.loads((tmp_path / "ducked.json").read_text())
            assert kept == {"default": {"was": 50, "to": 15}}
        assert not (tmp_path / "ducked.json").exists()


@pytest.mark.real
async def test_a_share_of_all_leaves_it_alone(music: Mpd, tmp_path: Path) -> None:
    async with House({"mpd": music.url, "duck": "100"}, tmp_path).open() as opened:
        await opened.say("play some jazz")
        async with opened.tools.ducked():
            assert volume(music) == 50


async def test_our_voice_never_waits_for_a_server_that_is_away(tmp_path: Path) -> None:
    async with House({"mpd": f"127.0.0.1:{free_port()}"}, tmp_path).open() as opened:
        with anyio.fail_after(2):
            async with opened.tools.ducked():
                pass


async def test_our_voice_never_waits_for_a_server_that_hangs(tmp_path: Path) -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as silent:
        port = silent.extra(anyio.abc.SocketAttribute.local_port)
        async with House({"mpd": f"127.0.0.1:{port}"}, tmp_path).open() as opened:
            with anyio.fail_after(2):
                async with opened.tools.ducked():
                    pass


@dataclass
class Speakers:
    """A Sound in memory; places in away don't answer."""

    volumes: dict[str, int]
    away: set[str] = field(default_factory=set)

    async def playing(self, within_s: float) -> Mapping[str, int]:
        return {p: v for p, v in self.volumes.items() if p not in self.away}

    async def volume(self, place: str) -> int | None:
        if place in self.away:
            raise Retry("away")
        return self.volumes[place]

    async def set_volume(self, place: str, to: int) -> None:
        if place in self.away:
            raise Retry("away")
        self.volumes[place] = to


async def test_a_place_that_was_away_comes_back_up_later(tmp_path: Path) -> None:
    speakers = Speakers({"hall": 80, "attic": 40})
    ducker = Ducker(speakers, 0.5, tmp_path / "kept")
    async with ducker.ducked():
        assert speakers.volumes == {"hall": 40, "attic": 20}
        speakers.away = {"hall"}
    assert speakers.volumes == {"hall": 40, "attic": 40}
    speakers.away = set()
    async with ducker.ducked():
        assert speakers.volumes == {"hall": 40, "attic": 20}
    assert speakers.volumes == {"hall": 80, "attic": 40}


async def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    for text in ("", "[1]", '{"hall": 3}', '{"hall": {"was": "x", "to": 1}}'):
        (tmp_path / "kept").write_text(text)
        speakers = Speakers({"hall": 80})
        async with Ducker(speakers, 0.5, tmp_path / "kept").ducked():
            assert speakers.volumes == {"hall": 40}
        assert speakers.volumes == {"hall": 80}


async def test_without_a_disk_music_is_left_alone(tmp_path: Path) -> None:
    """What is low must be known after a crash."""
    speakers = Speakers({"hall": 80})
    ducker = Ducker(speakers, 0.5, tmp_path / "gone" / "kept")
    async with ducker.ducked():
        assert speakers.volumes == {"hall": 80}
        await ducker.set_volume("hall", 60)
    assert speakers.volumes == {"hall": 60}


async def test_a_disk_that_is_full_meanwhile_keeps_nobody_from_setting_the_volume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    speakers = Speakers({"hall": 80})
    ducker = Ducker(speakers, 0.5, tmp_path / "kept")
    async with ducker.ducked():
        monkeypatch.setattr("vivavoce.experts.builtin.media.ducking.write_whole", full)
        await ducker.set_volume("hall", 60)
    assert speakers.volumes == {"hall": 60}


@given(
    st.integers(0, 100),
    st.lists(st.sampled_from(["in", "out", "set", "other"]), max_size=12),
    st.integers(0, 100),
)
def test_afterwards_the_volume_is_what_people_set_last(
    start: int, steps: list[str], wanted: int
) -> None:
    async def go(folder: Path) -> None:
        speakers = Speakers({"hall": start})
        ducker = Ducker(speakers, 0.3, folder / "kept")
        speaking, meant = [], start
        for step in steps:
            if step == "in":
                voice = ducker.ducked()
                await voice.__aenter__()
                speaking.append(voice)
            elif step == "out" and speaking:
                await speaking.pop().__aexit__(None, None, None)
            elif step == "set":
                await ducker.set_volume("hall", wanted)
                meant = wanted
            elif step == "other" and speakers.volumes["hall"] != 77:
                speakers.volumes["hall"] = meant = 77
        for voice in speaking:
            await voice.__aexit__(None, None, None)
        assert speakers.volumes["hall"] == meant
        assert not (folder / "kept").exists()

    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        anyio.run(go, Path(folder))
