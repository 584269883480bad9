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

_BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a property raises that is wrong, missing, or there twice."""


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


class _Query(recurring_ical_events.CalendarQuery):  # type: ignore[misc]  # it has no types
    """A series that can't be read costs no other."""

    suppressed_errors = _BROKEN


def parse(stored: Stored, zone: tzinfo | None) -> Parsed | None:
    """Without the events that can't be read. None: it is no calendar, or none of its events can."""
    try:
        made = icalendar.Calendar.from_ical(stored.ics)
    except _BROKEN:
        return None
    if not isinstance(made, icalendar.Calendar):
        return None
    some = bool(made.walk("VEVENT"))
    for parent in made.walk():
        parent.subcomponents = [one for one in parent.subcomponents if _readable(one, zone)]
    events = made.walk("VEVENT")
    if some and not events:
        return None
    if any(key in event for event in events for key in ("RRULE", "RDATE", "RECURRENCE-ID")):
        return Parsed(stored, made, ())
    return Parsed(stored, made, tuple(_span(event, zone)[:2] for event in events))


def between(
    objects: Iterable[Parsed],
    start: datetime,
    end: datetime,
    calendars: Mapping[str, Calendar],
    me: str = "",
) -> list[Event]:
    """What happens from start until end, in order. me: the account's address; who else invited is
    told."""
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
        query = recurring_ical_events.of(one.component, skip_bad_series=True, calendar_query=_Query)
        found = query.between(start, end)
    except _BROKEN:
        return []
    return [e for e in found if e.get("STATUS") != "CANCELLED"]


def _event(
    component: Any, stored: Stored, calendar: Calendar, zone: tzinfo | None, me: str
) -> Event:
    start, end, all_day = _span(component, zone)
    organiser = str(component.get("ORGANIZER", "")).lower().removeprefix("mailto:")
    mine = not organiser or ("@" in me and organiser == me.lower())
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


def _readable(component: Any, zone: tzinfo | None) -> bool:
    try:
        return component.name != "VEVENT" or bool(_span(component, zone))
    except _BROKEN:
        return False


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
