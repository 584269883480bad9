"""The house as it is opened: what it kept over a restart happens unasked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from vivavoce.core import Message, Speaker
from vivavoce.experts import Result, Tool
from vivavoce.experts.alone import First
from vivavoce.experts.announcer import Announcer, Note
from vivavoce.experts.folder.read import BUILTIN, read_expert
from vivavoce.mind import Act, Ask
from vivavoce.mind.acting.house import House, open_house
from vivavoce.mind.acting.unheard import kept_unheard
from vivavoce.models import Request, Text

from .home import Home, Scripted, expert

ANNA = Speaker("Anna", "owner", 0.97, "voice")

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("VIVAVOCE_EXPERTS", str(tmp_path / "own"))
    return tmp_path / "experts"


def opened(folder: Path):  # type: ignore[no-untyped-def]
    time = {"time": read_expert(BUILTIN / "time", "built in")}
    return open_house(Scripted(), folder=folder, experts=time)


async def say(house: House, words: str) -> str:
    await house.warm.wait()
    ask = Ask(Request((Message("user", words),), conversation=1), speaker=ANNA)
    return "".join([i.text async for i in house.acting.stream(ask) if isinstance(i, Text)])


async def test_a_timer_rings_unasked_after_a_restart(folder: Path) -> None:
    async with opened(folder) as house:
        assert "2 seconds" in await say(house, "set a timer for two seconds")
    heard, rang = list[str](), anyio.Event()
    async with opened(folder) as again:

        def hear(note: Note) -> None:
            heard.append(note.text)
            rang.set()

        again.announcer.listen(hear)
        with anyio.fail_after(20):
            await rang.wait()
    assert "timer" in heard[0].lower()


async def test_an_expert_that_was_away_at_the_start_is_understood_once_it_is_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vivavoce.experts.opened.AGAIN_S", 0.05)
    monkeypatch.setattr("vivavoce.mind.acting.house.AGAIN_S", 0.1)
    home = Home()
    home.away = True
    known = {"home": expert(home, tmp_path)}
    async with open_house(Scripted(), folder=folder, experts=known) as house:
        assert "is its hub on?" in await say(house, "turn on the kitchen lamp")
        home.away = False
        for _ in range(400):
            if house.acting.commands.match("turn on the kitchen lamp"):
                break
            await anyio.sleep(0.05)
        assert await say(house, "turn on the kitchen lamp") == "The kitchen lamp is on."


class Odd(Home):
    """One of its tools has a parameter that no command can have."""

    commands = 'odd: [{say: ["be odd {n} times"]}]'

    def tools(self) -> list[Tool]:
        async def run(*_: object) -> Result:
            return Result("odd")

        least = {"type": "integer", "minimum": float("inf")}
        return [Tool("odd", "Odd.", {"properties": {"n": least}}, run)]


class Latin(Home):
    """Its commands.yaml was saved in another encoding."""

    commands = 'lamp_state: [{say: ["w\udcfcrfel"]}]'


@pytest.mark.parametrize("broken", [Odd(), Latin()])
async def test_an_expert_with_broken_commands_is_nobody_elses_trouble(
    folder: Path, tmp_path: Path, broken: Home
) -> None:
    (tmp_path / "broken").mkdir()
    known = {"odd": expert(broken, tmp_path / "broken"), "home": expert(Home(), tmp_path)}
    async with open_house(Scripted(), folder=folder, experts=known) as house:
        assert await say(house, "turn on the kitchen lamp") == "The kitchen lamp is on."


async def test_a_task_of_the_house_that_breaks_does_not_end_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("vivavoce.mind.acting.house.read_ahead", lambda *_: 1 / 0)
    known = {"home": expert(Home(), tmp_path)}
    async with open_house(Scripted(), folder=folder, experts=known) as house:
        await house.warm.wait()
        await anyio.sleep(0.1)
        assert await say(house, "turn on the kitchen lamp") == "The kitchen lamp is on."
    assert "ZeroDivisionError" in caplog.text


async def test_what_rang_while_nobody_was_there_is_told_to_whoever_comes(folder: Path) -> None:
    heard: list[str] = []
    async with opened(folder) as house:
        await say(house, "set a timer for one second")
        with anyio.fail_after(20):
            while not heard:
                await anyio.sleep(0.2)
                house.announcer.listen(lambda note: heard.append(note.text))()
        assert await say(house, "stop") == "Stopped."
        heard.clear()
        house.announcer.listen(lambda note: heard.append(note.text))
    assert heard == []


async def test_what_was_done_is_on_the_disk_when_the_house_is_closed(folder: Path) -> None:
    from vivavoce.mind.audit import Audit

    before = datetime.now(UTC) - timedelta(minutes=1)
    async with opened(folder) as house:
        await house.warm.wait()
        ask = Ask(Request((Message("user", "set a timer for an hour"),)), speaker=ANNA)
        acts = [item async for item in house.acting.stream(ask) if isinstance(item, Act)]
    (kept,) = Audit(folder.parent / "audit.db").recent()
    assert (kept.tool, kept.speaker.name) == (acts[0].tool, "Anna")
    assert kept.at > before


async def test_what_rang_and_was_not_heard_is_said_after_a_restart(folder: Path) -> None:
    heard: list[Note] = []
    rang = anyio.Event()

    def interrupted(note: Note) -> None:
        heard.append(note)
        rang.set()

    async with opened(folder) as house:
        house.announcer.listen(interrupted)
        await say(house, "remind me in two seconds to call mum")
        with anyio.fail_after(20):
            await rang.wait()
    async with opened(folder) as again:
        again.announcer.listen(interrupted)
        again.announcer.heard(heard[-1])
    async with opened(folder) as again:
        again.announcer.listen(interrupted)
    assert len(heard) == 2
    assert all("call mum" in note.text for note in heard)


async def test_of_two_houses_in_one_folder_one_keeps_what_was_not_heard(folder: Path) -> None:
    async with opened(folder) as serve, opened(folder) as ask:
        serve.announcer("The oven is hot.", about="oven")
        ask.announcer("Nobody keeps this.", about="other")
    async with opened(folder) as again:
        assert [note.text for note in again.announcer.unheard] == ["The oven is hot."]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[First]:
    """Another process, which came first and leaves something unheard."""
    first = First(tmp_path / ".unheard")
    assert first.held()
    (tmp_path / "unheard.json").write_text('[["The oven is hot.", "oven", null]]')
    yield first
    first.let_go()


async def kept_about(folder: Path) -> set[str]:
    announcer = Announcer()
    async with kept_unheard(announcer, folder):
        return {note.about for note in announcer.unheard}


async def test_who_opens_the_house_second_keeps_what_was_not_heard_once_it_is_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: First
) -> None:
    monkeypatch.setattr("vivavoce.mind.acting.unheard.AGAIN_S", 0.05)
    serve, told, heard = Announcer(), list[str](), anyio.Event()

    def hear(note: Note) -> None:
        told.append(note.text)
        heard.set()

    async with kept_unheard(serve, tmp_path):
        stop = serve.listen(hear)
        other.let_go()
        with anyio.fail_after(5):
            await heard.wait()
        assert told == ["The oven is hot."]
        stop()
        serve("The bath is full.", about="bath")
    assert await kept_about(tmp_path) == {"oven", "bath"}


async def test_who_ends_just_after_the_first_keeps_it_too(tmp_path: Path, other: First) -> None:
    serve = Announcer()
    async with kept_unheard(serve, tmp_path):
        await anyio.sleep(0.05)
        serve("The bath is full.", about="bath")
        other.let_go()
    assert await kept_about(tmp_path) == {"oven", "bath"}


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '[["a", "b", "c"]]', "null"])
async def test_a_damaged_file_of_what_was_not_heard_is_forgotten(
    tmp_path: Path, damage: str
) -> None:
    await anyio.Path(tmp_path / "unheard.json").write_text(damage)
    announcer = Announcer()
    async with kept_unheard(announcer, tmp_path):
        assert announcer.unheard == []
        announcer("The oven is hot.", about="oven")
    announcer = Announcer()
    async with kept_unheard(announcer, tmp_path):
        assert len(announcer.unheard) == 1
