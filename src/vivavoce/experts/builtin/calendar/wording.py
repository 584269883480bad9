"""Events and times in words. Pure."""

from collections.abc import Sequence
from datetime import datetime

from vivavoce.experts.builtin.calendar.events import Event
from vivavoce.experts.when import say_day, say_time


def as_said(title: str, words: str) -> str:
    """With the capitals that it was said with: plain commands come in small letters."""
    at = words.casefold().find(title.casefold())
    said = words[at : at + len(title)] if at >= 0 else title
    return capital(said)


def again(when: str) -> str:
    """A time as it was asked for, to be said again."""
    said = " ".join(when.lower().split()).strip(" .?")
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    words = [w.capitalize() if w in days else w for w in said.split()]
    return f"on {' '.join(words)}" if said.split() and said.split()[0] in days else " ".join(words)


def told_at(start: datetime, now: datetime, *, timed: bool) -> str:
    """ "on Friday at 1 pm"; the day alone if it has no time."""
    day = say_day(start.date(), now.date())
    return f"{day} at {say_time(start)}" if timed else day


def spoken(event: Event, now: datetime, *, day: bool) -> str:
    """One event in a sentence's part."""
    when = told_at(event.start, now, timed=not event.all_day)
    if not day:
        when = "all day" if event.all_day else f"at {say_time(event.start)}"
    place = f", {event.place}" if event.place else ""
    return f"{event.title} {when}{place}"


def line(event: Event, now: datetime) -> str:
    """One event for a model."""
    lasts = "" if event.all_day else f" to {say_time(event.end)}"
    by = f" (invited by {event.by})" if event.by else ""
    return f"{spoken(event, now, day=True)}{lasts}{by}"


def source(events: Sequence[Event]) -> str:
    """Whose words are among the titles, if not the house's own."""
    others = list(dict.fromkeys(e.by for e in events if e.by))
    feeds = list(dict.fromkeys(e.calendar.name for e in events if not e.calendar.writable))
    named = [f"invitation from {name}" for name in others] + [f"calendar {n}" for n in feeds]
    return ", ".join(named[:3])


def capital(text: str) -> str:
    """As a sentence begins."""
    return f"{text[:1].upper()}{text[1:]}"
