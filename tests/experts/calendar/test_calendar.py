"""The calendar on a real Radicale."""

import json
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.household.house import radicale
from tests.experts.mail.dovecot import free_port
from tests.mind.acting.home import Scripted
from vivavoce.core import OWNER, ConfigError, Message, Refused, Retry, Speaker
from vivavoce.experts import Context, Result, Setup, Tool, Unclear
from vivavoce.experts.builtin import calendar
from vivavoce.experts.builtin.calendar.tools import opened
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.folder.read import BUILTIN, read_expert
from vivavoce.mind import Ask
from vivavoce.mind.acting.house import open_house
from vivavoce.models import Request, Text

pytestmark = [pytest.mark.real, pytest.mark.anyio]
NOW = datetime(2026, 11, 24, 15, 0).astimezone()
CALLED = (
    '<C:mkcalendar xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:set><D:prop>'
    "<D:displayname>{}</D:displayname></D:prop></D:set></C:mkcalendar>"
)
COMMANDS = Path(calendar.__file__).with_name("commands.yaml")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with radicale(tmp_path_factory.mktemp("radicale")) as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    """An empty calendar."""
    with httpx.Client(auth=("lea", "x")) as client:
        client.delete(server)
        client.request("MKCALENDAR", server).raise_for_status()
    return server.replace("://", "://lea@")


class Asked:
    def __init__(self, tools: Mapping[str, Tool]) -> None:
        self.tools, self.speaker = tools, OWNER
        self.commands = Commands([read_commands(COMMANDS, "calendar", tools)])

    async def __call__(self, name: str, words: str = "", **arguments: Any) -> Result:
        return await self.tools[name].run(arguments, Context(self.speaker, words, now=lambda: NOW))

    async def hear(self, words: str) -> str:
        """What a plain command answers; empty: a model is asked."""
        for command in self.commands.match(words):
            name = command.tool.removeprefix("calendar_")
            try:
                return (await self(name, words, **command.arguments)).say
            except Unclear:
                continue
        return ""

    async def undo(self, result: Result) -> None:
        assert result.undo
        await self(result.undo.name, **json.loads(result.undo.arguments))


@asynccontextmanager
async def at(address: str, folder: Path, **more: str) -> AsyncIterator[Asked]:
    given = {"caldav": address, "caldav_password": "x", "ics": "", **more}
    async with opened(Setup(given, folder)) as tools:
        yield Asked({tool.name: tool for tool in tools})


async def test_an_event_is_added_told_moved_and_deleted(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        assert "nothing" in (await ask("agenda", when="friday")).say
        added = await ask.hear("put lunch with Peter into my calendar on Friday at one")
        assert added == "Lunch with Peter is in the calendar, on Friday at 1 pm."
        told = await ask("agenda", when="friday")
        assert told.say == "On Friday: Lunch with Peter at 1 pm."
        assert not told.source
        assert "on Friday at 2 pm now" in await ask.hear("move my lunch to two pm")
        assert "on Thursday at 2 pm now" in (await ask("move", title="lunch", to="thursday")).say
        gone = await ask("delete", title="lunch")
        assert "nothing" in (await ask("agenda", when="thursday")).say
        await ask.undo(gone)
        assert "Lunch" in (await ask("agenda", when="thursday")).say


async def test_what_was_added_can_be_undone_and_the_undo_too(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        added = await ask("add", title="Yoga", when="saturday at ten")
        await ask.undo(added)
        assert "nothing" in (await ask("agenda", when="saturday")).say


@pytest.mark.parametrize(
    ("said", "when", "told"),
    [
        ("schedule yoga on Saturday at ten", "saturday", "Yoga at 10 am"),
        ("add a meeting with Sarah to my calendar tomorrow at three for two hours",
         "tomorrow", "A meeting with Sarah at 3 pm"),
        ("add a rehearsal on Saturday at six in the evening", "saturday", "Rehearsal at 6 pm"),
        ("pencil in dinner with Tom tomorrow evening", "tomorrow", "Dinner with Tom"),
    ],
)  # fmt: skip
async def test_people_put_it_in_many_ways(
    address: str, tmp_path: Path, said: str, when: str, told: str
) -> None:
    async with at(address, tmp_path) as ask:
        assert await ask.hear(said)
        assert told in (await ask("agenda", when=when)).say


async def test_when_something_is_and_when_there_is_time(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        await ask("add", title="Dentist", when="tomorrow at nine")
        assert "Dentist tomorrow at 9 am" in await ask.hear("when is my dentist appointment")
        assert "not free" in await ask.hear("am I free tomorrow at nine")
        assert "from 10 am to 8 pm" in await ask.hear("when am I free tomorrow")
        assert await ask.hear("what's on today") == "There is nothing in the calendar today."
        second = await ask("add", title="Call", when="tomorrow at nine")
        assert "there is Dentist, too" in second.say


async def test_a_day_may_stand_behind_the_title(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        await ask("add", title="Dentist", when="tomorrow at nine")
        await ask("add", title="Dentist again", when="friday at two")
        assert await ask.hear("what time is the dentist on Friday") == (
            "On Friday: Dentist again at 2 pm."
        )


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("eleven", "on Friday at 11 am"),
        ("four", "on Friday at 4 pm"),
        ("8 am", "on Friday at 8 am"),
    ],
)
async def test_an_hour_is_of_the_events_own_day(
    address: str, tmp_path: Path, to: str, told: str
) -> None:
    async with at(address, tmp_path) as ask:
        await ask("add", title="Dentist", when="friday at two")
        await ask("add", title="Call", when="today at six")
        assert told in await ask.hear(f"push my dentist back to {to}")
        assert "today at 8 pm" in await ask.hear("move the call to eight")


@pytest.mark.parametrize(
    "words", ["when is the next train to Bonn", "add a jar of honey to the shopping list on friday"]
)
async def test_what_is_for_others_is_left_to_them(address: str, tmp_path: Path, words: str) -> None:
    async with at(address, tmp_path) as ask:
        assert await ask.hear(words) == ""
        assert "nothing" in (await ask("agenda", when="friday")).say
        assert "nothing" in await ask.hear("when is my yoga")


async def test_a_repeating_event_is_there_every_week(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        await ask("add", title="Choir", when="every monday at eight in the evening")
        first = await ask("agenda", when="next week")
        assert "Choir" in first.say
        await ask("delete", title="choir")
        assert "nothing" in (await ask("agenda", when="monday")).say
        assert "Choir" in (await ask("agenda", about="choir")).say


async def test_an_ics_file_is_read_and_never_written(tmp_path: Path) -> None:
    begins = (NOW + timedelta(days=1)).replace(hour=18)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "SUMMARY:Concert"]
    lines += [f"DTSTART:{begins:%Y%m%dT%H%M%S}", "END:VEVENT", "END:VCALENDAR", ""]
    file = tmp_path / "town.ics"
    file.write_text("\r\n".join(lines))
    async with at("", tmp_path, ics=f"Town={file}") as ask:
        told = await ask("agenda", when="tomorrow")
        assert "Concert" in told.say
        assert told.source == "calendar Town"
        with pytest.raises(Exception, match="can be written"):
            await ask("add", title="x", when="tomorrow at ten")


async def test_a_feed_that_is_damaged_later_keeps_nobody_from_the_calendar(
    address: str, tmp_path: Path
) -> None:
    file = tmp_path / "town.ics"
    file.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n")
    async with at(address, tmp_path, ics=f"Town={file}") as ask:
        await ask("agenda", when="tomorrow")
        file.write_text("BEGIN:VCALENDAR\r\nVERSION")
        assert "Yoga is in" in (await ask("add", title="Yoga", when="tomorrow at ten")).say


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[str]:
    """A Radicale with three calendars; the birthdays, with one in it, can only be read."""
    rights, port = tmp_path / "rights", free_port()
    rule = "[{}]\nuser: {}\ncollection: {}\npermissions: {}\n"
    read, write = ("read", "lea", "lea/birthdays", "r"), ("write", ".*", ".*", "RrWw")
    rights.write_text(rule.format(*read) + rule.format(*write))
    options = f"--config= --auth-type none --rights-type from_file --rights-file {rights}"
    folder = f"--storage-filesystem-folder {tmp_path / 'server'} --server-hosts 127.0.0.1:{port}"
    command = [sys.executable, "-m", "radicale", *options.split(), *folder.split()]
    home = f"http://127.0.0.1:{port}/lea/"
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        transport = httpx.HTTPTransport(retries=8)  # it needs a moment
        with httpx.Client(auth=("root", "x"), transport=transport, timeout=20) as client:
            client.request("PROPFIND", home, auth=("lea", "x"))  # makes it
            for name in ("birthdays", "home", "work"):
                made = CALLED.format(name.title())
                client.request("MKCALENDAR", f"{home}{name}/", content=made).raise_for_status()
            day = NOW + timedelta(days=1)
            lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1"]
            lines += ["SUMMARY:Tom's birthday", f"DTSTART;VALUE=DATE:{day:%Y%m%d}"]
            lines += ["END:VEVENT", "END:VCALENDAR", ""]
            birthday = "\r\n".join(lines)
            client.put(f"{home}birthdays/1.ics", content=birthday).raise_for_status()
        yield home.replace("://", "://lea@")
    finally:
        process.terminate()
        process.wait(10)


def where(server: Path) -> dict[str, str]:
    """Each event's calendar, on the server's disk."""
    paths = server.glob("collection-root/lea/*/*.ics")
    events = {path.read_text().partition("SUMMARY:")[2].split("\n")[0]: path for path in paths}
    return {title.strip(): path.parent.name for title, path in events.items()}


async def test_new_events_go_into_a_calendar_that_takes_them(shared: str, tmp_path: Path) -> None:
    async with at(shared, tmp_path) as ask:
        await ask("add", title="Yoga", when="friday at nine", calendar="work")
        await ask("add", title="Choir", when="friday at eight in the evening", calendar="home")
        await ask("add", title="Party", when="friday at six")
        with pytest.raises(Unclear, match="“birthdays”"):
            await ask("add", title="x", when="friday at six", calendar="birthdays")
        assert (await ask("agenda", when="tomorrow")).source == "calendar Birthdays"
        with pytest.raises(Refused, match="can only be read"):
            await ask("delete", title="birthday")
    async with at(shared, tmp_path, calendar="Work") as ask:
        await ask("add", title="Meeting", when="friday at ten")
    found = where(tmp_path / "server")
    assert found.pop("Party") in ("home", "work")
    assert found == {
        "Tom's birthday": "birthdays",
        "Yoga": "work",
        "Choir": "home",
        "Meeting": "work",
    }


async def test_a_server_that_is_away_says_so_and_the_cache_answers(
    address: str, tmp_path: Path
) -> None:
    async with at("http://lea@127.0.0.1:9/", tmp_path) as ask:
        with pytest.raises(Retry, match="is it running"):
            await ask("agenda", when="tomorrow")
    async with at(address, tmp_path) as ask:
        await ask("add", title="Dentist", when="tomorrow at nine")
    kept = tmp_path / "calendars.json"
    made = json.loads(kept.read_text())
    for source in made.values():
        source["at"] -= 7200
    kept.write_text(json.dumps(made))
    async with at("http://lea@127.0.0.1:9/", tmp_path) as ask:
        told = await ask("agenda", when="tomorrow")
        assert "Dentist" in told.say
        assert "2 hours" in told.say
        with pytest.raises(Retry):
            await ask("add", title="x", when="tomorrow at ten")


async def test_nothing_set_up_says_how(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="vivavoce setup calendar"):
        async with at("", tmp_path):
            pass


@pytest.mark.parametrize("when", ["whenever", "the day of the whale", ""])
async def test_no_time_is_left_to_a_model(address: str, tmp_path: Path, when: str) -> None:
    async with at(address, tmp_path) as ask:
        with pytest.raises(Unclear):
            await ask("add", title="Lunch", when=when)


async def test_of_two_that_fit_neither_is_deleted(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        await ask("add", title="Meeting with Bob", when="tomorrow at nine")
        await ask("add", title="Meeting with Sarah", when="tomorrow at ten")
        with pytest.raises(Unclear, match="Meeting with Bob and Meeting with Sarah"):
            await ask("delete", title="meeting")
        plan = ask.tools["delete"].plan
        assert plan is not None
        at_ten = Context(OWNER, now=lambda: NOW)
        asked = await plan({"title": "sarah"}, at_ten)
        assert asked == "delete Meeting with Sarah tomorrow at 10 am from the calendar"
        with pytest.raises(Unclear, match="no event"):
            await plan({"title": "dentist"}, at_ten)
        assert "Sarah" in (await ask("delete", title="meeting with Sarah")).say


async def test_an_undo_does_not_overwrite_what_somebody_changed_since(
    address: str, tmp_path: Path
) -> None:
    async with at(address, tmp_path) as ask:
        await ask("add", title="Dentist", when="tomorrow at nine")
        moved = await ask("move", title="dentist", to="eleven")
        await ask("move", title="dentist", to="noon")
        with pytest.raises(Refused, match="changed that event since"):
            await ask.undo(moved)
        assert "noon" in (await ask("agenda", when="tomorrow")).say


async def test_an_invitation_is_its_senders_words(address: str, tmp_path: Path) -> None:
    begins = (NOW + timedelta(days=1)).replace(hour=18)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:7", "SUMMARY:Party"]
    lines += [f"DTSTART:{begins:%Y%m%dT%H%M%S}", "ORGANIZER;CN=Bob:mailto:bob@example.com"]
    lines += [f"DTSTAMP:{begins:%Y%m%dT%H%M%SZ}", "END:VEVENT", "END:VCALENDAR", ""]
    async with httpx.AsyncClient(auth=("lea", "x")) as client:
        where = address.replace("lea@", "", 1)
        headers = {"Content-Type": "text/calendar"}
        content = "\r\n".join(lines)
        put = await client.put(f"{where}7.ics", content=content, headers=headers)
        put.raise_for_status()
    async with at(address, tmp_path) as ask:
        assert (await ask("agenda", when="tomorrow")).source == "invitation from Bob"
        assert (await ask("move", title="party", to="seven pm")).source == "invitation from Bob"
        await ask("add", title="Garden party", when="tomorrow at noon")
        with pytest.raises(Unclear, match="Garden party") as unclear:
            await ask("delete", title="party")
        assert unclear.value.source == "invitation from Bob"


async def test_changes_can_be_put_back_after_a_restart(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        added = await ask("add", title="Dentist", when="tomorrow at nine")
        moved = await ask("move", title="dentist", to="eleven")
    assert stat.S_IMODE((tmp_path / "changes.json").stat().st_mode) == 0o600
    async with at(address, tmp_path) as ask:
        await ask.undo(moved)
        assert "9 am" in (await ask("agenda", when="tomorrow")).say
    async with at(address, tmp_path) as ask:
        await ask.undo(added)
        assert "nothing" in (await ask("agenda", when="tomorrow")).say
        with pytest.raises(Refused, match="changed that event since"):
            await ask.undo(moved)


async def test_a_lost_file_of_changes_puts_nothing_wrong_back(address: str, tmp_path: Path) -> None:
    async with at(address, tmp_path) as ask:
        first = await ask("add", title="Dentist", when="tomorrow at nine")
    for damage in ("", "[{}]", "no json", '[{"number": "x", "url": 1, "before": 2, "after": 3}]'):
        (tmp_path / "changes.json").write_text(damage)
        async with at(address, tmp_path) as ask:
            with pytest.raises(Refused, match="too long ago"):
                await ask.undo(first)
            later = await ask("add", title="Yoga", when="friday at nine")
        assert later.undo != first.undo


async def test_what_was_done_before_a_restart_is_undone_by_a_word(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole house: the audit log remembers what was done, the calendar how it was."""
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("VIVAVOCE_EXPERTS", str(tmp_path / "own"))
    monkeypatch.setenv("VIVAVOCE_CALENDAR_CALDAV", address)
    monkeypatch.setenv("VIVAVOCE_CALENDAR_CALDAV_PASSWORD", "x")
    known = {"calendar": read_expert(BUILTIN / "calendar", "built in")}

    async def say(words: str) -> str:
        async with open_house(Scripted(), folder=tmp_path / "experts", experts=known) as house:
            await house.warm.wait()
            ask = Ask(Request((Message("user", words),), conversation=1))
            return "".join([i.text async for i in house.acting.stream(ask) if isinstance(i, Text)])

    assert "is in the calendar" in await say("schedule yoga tomorrow at ten")
    assert await say("undo that") == "The calendar is as it was before."
    assert "nothing" in await say("what's on my calendar tomorrow")


async def test_a_calendar_is_its_persons_and_the_owners(address: str, tmp_path: Path) -> None:
    anna = Speaker("anna", "adult", 0.9, "voice")
    tom, boss = Speaker("Tom", "adult", 0.9, "voice"), Speaker("Lea", "owner", 0.9, "voice")
    async with at(address, tmp_path, person="Anna") as ask:
        ask.speaker = anna
        added = await ask("add", title="Dentist", when="tomorrow at nine")
        assert "not free" in (await ask("free", when="tomorrow at nine")).say
        assert (await ask("free", when="friday")).say == "You are free on Friday."
        ask.speaker = boss
        assert "Dentist" in (await ask("agenda", when="tomorrow")).say
        assert (await ask("free", when="friday")).say == "Anna is free on Friday."
        ask.speaker = tom
        for name, what in (
            ("agenda", {"when": "tomorrow"}),
            ("free", {"when": "tomorrow"}),
            ("add", {"title": "x", "when": "friday at ten"}),
            ("move", {"title": "dentist", "to": "noon"}),
            ("delete", {"title": "dentist"}),
        ):
            with pytest.raises(Refused, match="the calendar of Anna"):
                await ask(name, **what)
        with pytest.raises(Refused, match="the calendar of Anna"):
            await ask.undo(added)
    async with at(address, tmp_path) as ask:
        ask.speaker = tom
        assert "Dentist" in (await ask("agenda", when="tomorrow")).say
