"""Calendar objects as the events that a day has. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import icalendar
import recurring_ical_events

from vivavoce.experts.builtin.calendar.source import Calendar, Stored
from vivavoce.experts.prose import line
from vivavoce.experts.when import local


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence."""

    title: str
    start: datetime
    end: datetime
    """In the house's zone; of a whole day, its midnights."""
    calendar: Calendar
    url: str
    """Of its object."""
    uid: str
    all_day: bool = False
    repeats: bool = False
    place: str = ""
    by: str = ""
    """Who invited, if somebody else did."""
    busy: bool = True
    original: date | datetime | None = None
    """When it would be by its rule: names this one of a repeating event."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """An object, ready to be asked."""

    stored: Stored
    component: icalendar.Calendar
    simple: tuple[tuple[datetime, datetime], ...]
    """From, until of each of its events, if none of them repeats; else empty."""


def parse(stored: Stored, zone: tzinfo | None) -> Parsed | None:
    """None: it is no calendar that can be read, or has no events."""
    try:
        made = icalendar.Calendar.from_ical(stored.ics)
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    if not isinstance(made, icalendar.Calendar):
        return None
    events = made.walk("VEVENT")
    spans = []
    for event in events:
        if "DTSTART" not in event:
            return None
        if any(key in event for key in ("RRULE", "RDATE", "RECURRENCE-ID")):
            return Parsed(stored, made, ())
        spans.append(_span(event, zone)[:2])
    return Parsed(stored, made, tuple(spans)) if spans else None


def between(
    objects: Iterable[Parsed],
    start: datetime,
    end: datetime,
    calendars: Mapping[str, Calendar],
    me: str = "",
) -> list[Event]:
    """What happens from start until end, in order. me: the account's address or user; who else
    invited is told."""
    found: list[Event] = []
    for one in objects:
        calendar = calendars.get(one.stored.calendar)
        if calendar is None:
            continue
        if one.simple and not any(
            (a < end and b > start) or a == b == start for a, b in one.simple
        ):
            continue
        for component in _occurrences(one, start, end):
            event = _event(component, one.stored, calendar, start.tzinfo, me)
            if event.start < end and (event.end > start or event.start == event.end >= start):
                found.append(event)
    return sorted(found, key=lambda event: (event.start, not event.all_day, event.title))


def _occurrences(one: Parsed, start: datetime, end: datetime) -> Iterable[Any]:
    if one.simple:
        return [e for e in one.component.walk("VEVENT") if e.get("STATUS") != "CANCELLED"]
    try:
        found = recurring_ical_events.of(one.component, skip_bad_series=True).between(start, end)
    except (ValueError, OverflowError, TypeError, KeyError):
        return []
    return [e for e in found if e.get("STATUS") != "CANCELLED"]


def _event(
    component: Any, stored: Stored, calendar: Calendar, zone: tzinfo | None, me: str
) -> Event:
    start, end, all_day = _span(component, zone)
    organiser = str(component.get("ORGANIZER", "")).lower().removeprefix("mailto:")
    mine = not organiser or (bool(me) and organiser.split("@")[0] == me.lower().split("@")[0])
    named = getattr(component.get("ORGANIZER"), "params", {}).get("CN", organiser)
    original = component.get("RECURRENCE-ID")
    series = any(key in component for key in ("RRULE", "RDATE")) or original is not None
    return Event(
        line(str(component.get("SUMMARY", "")), 120) or "an event without a title",
        start,
        end,
        calendar,
        stored.url,
        str(component.get("UID", "")),
        all_day,
        series,
        line(str(component.get("LOCATION", "")), 80),
        "" if mine else line(str(named), 60),
        str(component.get("TRANSP", "")) != "TRANSPARENT",
        original.dt if original is not None else component["DTSTART"].dt,
    )


def _span(component: Any, zone: tzinfo | None) -> tuple[datetime, datetime, bool]:
    start = component["DTSTART"].dt
    end = component["DTEND"].dt if "DTEND" in component else None
    if end is None and "DURATION" in component:
        end = start + component["DURATION"].dt
    if not isinstance(start, datetime):
        last = end if end is not None and not isinstance(end, datetime) else start + timedelta(1)
        last = max(last, start + timedelta(1))
        return local(start, 0, zone), local(last, 0, zone), True
    begins = _here(start, zone)
    ends = _here(end, zone) if isinstance(end, datetime) else begins
    return begins, max(begins, ends), False


def _here(at: datetime, zone: tzinfo | None) -> datetime:
    """A time without a zone is the house's."""
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
