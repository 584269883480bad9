"""New and changed calendar objects. Pure, but for a new event's id."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar

from vivavoce.core import Refused
from vivavoce.experts.builtin.calendar.events import Event
from vivavoce.experts.when import Repeat

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def new(
    title: str, start: date | datetime, length: timedelta, repeat: Repeat | None, now: datetime
) -> tuple[str, str]:
    """Its id, and the object. start: a date for a whole day."""
    event = icalendar.Event()
    uid = f"{uuid4()}@vivavoce"
    event.add("uid", uid)
    event.add("summary", title)
    _stamp(event, now)
    _put(event, "DTSTART", start)
    _put(event, "DTEND", _zoned(start) + length if isinstance(start, datetime) else start + length)
    if repeat:
        days = [_DAYS[day] for day in sorted(repeat.days)]
        event.add("rrule", {"freq": "weekly", "byday": days})
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Vivavoce//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return uid, _text(calendar)


def moved(ics: str, event: Event, start: datetime, now: datetime, *, all_day: bool) -> str:
    """The object with this event at another time; of a repeating one just this occurrence."""
    calendar, master = _opened(ics, event)
    changed = _exception(calendar, master, event) if event.repeats else master
    long = event.end.timestamp() - event.start.timestamp()
    if all_day:
        _put(changed, "DTSTART", start.date())
        _put(changed, "DTEND", start.date() + (event.end.date() - event.start.date()))
    else:
        length = timedelta(hours=1) if event.all_day else timedelta(seconds=long)
        end = datetime.fromtimestamp(start.timestamp() + length.total_seconds(), start.tzinfo)
        _put(changed, "DTSTART", start)
        _put(changed, "DTEND", end)
    changed.pop("DURATION", None)
    changed["SEQUENCE"] = int(changed.get("SEQUENCE", 0)) + 1
    _stamp(changed, now)
    return _text(calendar)


def without(ics: str, event: Event, now: datetime) -> str | None:
    """The object without this occurrence; None: nothing would be left of it."""
    if not event.repeats:
        return None
    calendar, master = _opened(ics, event)
    for one in _of(calendar, event):
        if _is(one, event):
            calendar.subcomponents.remove(one)
    master.add("exdate", event.original)
    master["SEQUENCE"] = int(master.get("SEQUENCE", 0)) + 1
    _stamp(master, now)
    return _text(calendar)


def _opened(ics: str, event: Event) -> tuple[icalendar.Calendar, Any]:
    """The object, and the event that has the rule."""
    calendar = icalendar.Calendar.from_ical(ics)
    if not isinstance(calendar, icalendar.Calendar):
        raise Refused("the event can't be changed: its calendar has a strange form")
    masters = [one for one in _of(calendar, event) if "RECURRENCE-ID" not in one]
    if not masters:
        raise Refused("just one day of this event is known here; change it in its own calendar")
    return calendar, masters[0]


def _exception(calendar: icalendar.Calendar, master: Any, event: Event) -> Any:
    for one in _of(calendar, event):
        if _is(one, event):
            return one
    made = icalendar.Event.from_ical(master.to_ical())
    for key in ("RRULE", "RDATE", "EXDATE", "EXRULE"):
        made.pop(key, None)
    if event.original is not None:
        _put(made, "RECURRENCE-ID", event.original)
    calendar.add_component(made)
    return made


def _of(calendar: icalendar.Calendar, event: Event) -> list[Any]:
    return [one for one in calendar.walk("VEVENT") if str(one.get("UID", "")) == event.uid]


def _is(component: Any, event: Event) -> bool:
    given = component.get("RECURRENCE-ID")
    return given is not None and given.dt == event.original


def _put(component: Any, key: str, value: date | datetime) -> None:
    component.pop(key, None)
    component.add(key, _zoned(value) if isinstance(value, datetime) else value)


def _zoned(value: datetime) -> datetime:
    """In a zone that has a name, or UTC."""
    return (
        value
        if isinstance(value.tzinfo, ZoneInfo) or value.tzinfo is None
        else value.astimezone(UTC)
    )


def _stamp(component: Any, now: datetime) -> None:
    for key in ("DTSTAMP", "LAST-MODIFIED"):
        component.pop(key, None)
        component.add(key, now.astimezone(UTC).replace(microsecond=0))


def _text(calendar: icalendar.Calendar) -> str:
    calendar.add_missing_timezones()
    return str(calendar.to_ical().decode())
