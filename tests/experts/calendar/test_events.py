"""Events as senders and servers write them, and feeds that are damaged."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from vivavoce.core import OWNER, ConfigError, Retry
from vivavoce.experts import Context, Setup, Unclear
from vivavoce.experts.builtin.calendar.book import Book
from vivavoce.experts.builtin.calendar.events import Event, between, parse
from vivavoce.experts.builtin.calendar.source import Calendar, Kept, Stored
from vivavoce.experts.builtin.calendar.tools import opened

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("Europe/Berlin"))
HOME = Calendar("home", "Home")
GOOD = ["UID:good", "SUMMARY:Good", "DTSTART:20261125T100000Z", "DTEND:20261125T110000Z"]
CHOIR = ["UID:choir", "SUMMARY:Choir", "DTSTART:20261125T180000Z", "RRULE:FREQ=DAILY;COUNT=2"]


def ics(*events: Sequence[str]) -> str:
    lines = [line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def told(*events: Sequence[str], me: str = "") -> list[Event]:
    """What they are in the next ten days."""
    parsed = parse(Stored("home/1.ics", "home", "", ics(*events)), NOW.tzinfo)
    end = NOW + timedelta(days=10)
    return between([parsed] if parsed else [], NOW, end, {"home": HOME}, me)


@pytest.mark.parametrize(
    "broken",
    [
        ["SUMMARY:No start"],
        ["DTSTART:garbage"],
        ["DTSTART:20261301T000000Z"],
        ["DTSTART:20261125T100000Z", "DTSTART:20261126T100000Z"],
        ["DTSTART:P1D"],
        ["DTSTART:20261125T100000Z", "DTEND:soon"],
        ["DTSTART:20261125T100000Z", "DURATION:long"],
        ["DTSTART:20261125T100000Z", "DURATION:P99999999D"],
        ["DTSTART:20261125T100000Z", "RRULE:FREQ=NEVER"],
        ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY", "SEQUENCE:first"],
        ["DTSTART:20261125T100000Z", "RECURRENCE-ID:never"],
    ],
)
def test_an_event_that_can_not_be_read_costs_only_itself(broken: list[str]) -> None:
    assert [e.title for e in told(GOOD, ["UID:broken", *broken])] == ["Good"]
    titles = [e.title for e in told(CHOIR, ["UID:broken", *broken], GOOD)]
    assert titles == ["Good", "Choir", "Choir"]


@pytest.mark.parametrize(
    ("me", "organiser", "by"),
    [
        ("anna@example.org", "mailto:Anna@Example.org", ""),
        ("anna@example.org", "mailto:anna@evil.example", "anna@evil.example"),
        ("anna", "mailto:anna@evil.example", "anna@evil.example"),
        ("anna", "mailto:anna", "anna"),
        ("", "mailto:anna@example.org", "anna@example.org"),
    ],
)
def test_who_invites_by_another_address_is_another(me: str, organiser: str, by: str) -> None:
    (event,) = told([*GOOD, f"ORGANIZER:{organiser}"], me=me)
    assert event.by == by


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def agenda(folder: Path, feed: Path) -> str:
    async with opened(
        Setup({"caldav": "", "caldav_password": "", "ics": f"Town={feed}"}, folder)
    ) as tools:
        asked = Context(OWNER, now=lambda: NOW)
        return (await tools[0].run({"when": "tomorrow"}, asked)).say


@pytest.mark.anyio
@pytest.mark.parametrize("text", [ics(["UID:1"]), ics(GOOD)[:-40], ics(GOOD) * 2])
async def test_a_damaged_feed_is_trouble_and_an_empty_one_is_not(tmp_path: Path, text: str) -> None:
    feed = tmp_path / "town.ics"
    feed.write_text(ics())
    assert "nothing" in await agenda(tmp_path, feed)
    (tmp_path / "calendars.json").unlink()
    feed.write_text(text)
    with pytest.raises(Retry, match="Town is damaged"):
        await agenda(tmp_path, feed)


@pytest.mark.anyio
async def test_a_feed_with_one_broken_event_tells_the_others(tmp_path: Path) -> None:
    feed = tmp_path / "town.ics"
    feed.write_text(ics(["UID:1", "SUMMARY:No start"], GOOD))
    assert "Good" in await agenda(tmp_path, feed)


class Shelf:
    """A source of three calendars, the first of them somebody else's."""

    name = id = "shelf"

    def sync(self, kept: Kept) -> Kept:
        del kept
        names = (("Birthdays", False), ("Home", True), ("Work", True))
        return Kept(tuple(Calendar(n.lower(), n, own) for n, own in names), at=1.0)


@pytest.mark.anyio
async def test_a_new_event_goes_where_it_is_said_else_where_it_is_set(tmp_path: Path) -> None:
    plain, work = Book([Shelf()], tmp_path), Book([Shelf()], tmp_path, "work")
    for book in (plain, work):
        await book.ready()
    assert (plain.into("").name, plain.into("work").name) == ("Home", "Work")
    assert (work.into("").name, work.into("Home").name) == ("Work", "Home")
    with pytest.raises(Unclear, match="only “Home” and “Work” can be written to"):
        plain.into("birthdays")
    wrong = Book([Shelf()], tmp_path, "Garden")
    await wrong.ready()
    with pytest.raises(ConfigError, match="vivavoce setup calendar"):
        wrong.into("")
