"""When there is time. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from vivavoce.experts.builtin.calendar.events import Event
from vivavoce.experts.when import Span, local

DAY_FROM, DAY_TO = 8, 20
"""Hours of a whole day in which somebody may want to meet."""


def waking(span: Span, now: datetime) -> list[Span]:
    """The hours of a span that are worth asking for: those ahead, of whole days those of the
    day."""
    start, end = span
    if end - start < timedelta(hours=20):
        return [(max(start, now), end)] if end > now else []
    found = []
    day = start.date()
    while local(day, DAY_FROM * 60, start.tzinfo) < end:
        begins = max(local(day, DAY_FROM * 60, start.tzinfo), start, now)
        ends = min(local(day, DAY_TO * 60, start.tzinfo), end)
        if begins < ends:
            found.append((begins, ends))
        day += timedelta(1)
    return found


def free(spans: Iterable[Span], events: Iterable[Event], least: timedelta) -> list[Span]:
    """What no event takes, in pieces of at least that length. Whole-day events (birthdays) take
    nothing."""
    taken = sorted((e.start, e.end) for e in events if e.busy and not e.all_day)
    found: list[Span] = []
    for start, end in spans:
        at = start
        for begins, ends in taken:
            if ends <= at or begins >= end:
                continue
            if begins > at:
                found.append((at, begins))
            at = max(at, ends)
        if at < end:
            found.append((at, end))
    return [(a, b) for a, b in found if b.timestamp() - a.timestamp() >= least.total_seconds()]
