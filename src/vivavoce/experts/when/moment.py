"""When something is: a moment, a span of time, or again and again. Pure: now is given."""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal import get_localzone

from vivavoce.experts.when.clock import PARTS, Clock, Part, read_clock
from vivavoce.experts.when.days import MONTHS, WEEKDAYS, Day, month, month_later, read_day, weekday
from vivavoce.experts.when.lengths import read_length
from vivavoce.experts.when.numbers import digits

log = logging.getLogger(__name__)

_FILLER = re.compile(r"(?:at|on|by|around|the|starting|in the|for)\b")
_PART = re.compile(r"(?:(?:in the|at|on|during the) )?(morning|afternoon|evening|night)\b")
_ISO = re.compile(r"20\d\d-\d\d-\d\d[t ]\d\d:\d\d\S*$", re.IGNORECASE)
_EVERY = re.compile(
    r"every (?P<rest>.+)|(?P<bare>(?:on )?(?:weekdays|weekends|(?:\w+days)).*|daily.*)"
)
_SETS = {
    "day": range(7),
    "daily": range(7),
    "weekday": range(5),
    "weekdays": range(5),
    "workday": range(5),
    "working day": range(5),
    "weekend": range(5, 7),
    "weekends": range(5, 7),
    "week": (),
}
_HOW_OFTEN = re.compile(
    r"(?:on )?(?P<days>(?:(?:daily|working day|workday|weekdays?|weekends?|day|week|"
    + "|".join(f"{day}s?" for day in WEEKDAYS)
    + r")\b(?: and |, | )?)+)?(?P<part>morning|afternoon|evening|night)?"
)
_AHEAD = re.compile(r"(?:the )?(?:next|coming|following) (?P<length>(?:\d+ )?\w+)$")
_RANGE = re.compile(
    r"(?:(?P<day>.*?) ?\b)?(?:between|from) (?P<a>.+?) (?:and|to|until|till) (?P<b>.+)$"
)
_SIDE = re.compile(r"(?P<day>.*?) ?\b(?P<side>after|before|from) (?P<clock>.+)$")
_WIDE = re.compile(
    r"(?:in |the |for |during )*(?P<next>this |next )?(?:"
    r"(?P<week>week)|(?P<month>month)|(?P<year>year)|(?P<weekend>weekend)|"
    r"(?P<name>" + "|".join(MONTHS) + r"))(?: (?P<at>20\d\d))?$"
)


DAWN = 6
SOON = timedelta(hours=6)
"""An hour before dawn that nobody called am is meant only if it is soon."""
Span = tuple[datetime, datetime]
"""From, until."""


@dataclass(frozen=True, slots=True)
class When:
    """A moment that was said."""

    at: datetime
    """With its zone; the beginning of the day if no time was said."""
    timed: bool
    """A time of day was said."""
    dated: bool = True
    """A day was said, or follows from what was."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A time of day, on some days of every week."""

    days: frozenset[int]
    """0 is Monday."""
    hour: int
    minute: int

    def after(self, moment: datetime) -> datetime:
        """The next one, in moment's zone."""
        for ahead in range(8):
            day = moment.date() + timedelta(ahead)
            made = local(day, self.hour * 60 + self.minute, moment.tzinfo)
            if day.weekday() in self.days and made > moment:
                return made
        raise ValueError("a repeat needs a day")

    @classmethod
    def of(cls, days: frozenset[int], clock: Clock) -> Self:
        return cls(days, clock.hour % 24, clock.minute)


def here(now: datetime) -> datetime:
    """The same moment in a zone that knows its summer time: the machine's, if now has none."""
    zone = _zone()
    same = now.astimezone(zone)
    fixed = not isinstance(now.tzinfo, ZoneInfo)
    return same if fixed and same.utcoffset() == now.utcoffset() else now


@lru_cache(1)
def _zone() -> tzinfo:
    """A TZ that only libc knows ("UTC0", "CET-1CEST,…"), or a misspelt one, has no rules here."""
    try:
        return get_localzone()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        fixed = datetime.now().astimezone().tzinfo or UTC
        log.warning(
            "the machine's time zone is not known (%s); %s is used, without summer time: set TZ to "
            "a name like Europe/Berlin",
            " ".join(str(error).split())[:200],
            fixed,
        )
        return fixed


def local(day: date, minutes: int, zone: tzinfo | None) -> datetime:
    """Minutes of the wall clock after a day's midnight; where summer time skips them, an hour
    later; where it repeats them, the first."""
    made = datetime.combine(day, time(), zone) + timedelta(minutes=minutes)
    return datetime.fromtimestamp(made.timestamp(), zone)


def later(now: datetime, by: timedelta) -> datetime:
    """So much real time later, whatever the wall clock does meanwhile."""
    return datetime.fromtimestamp(now.timestamp() + by.total_seconds(), now.tzinfo)


def moment(text: str, now: datetime, *, morning: bool = False) -> When | None:
    """What a whole text says, the next one if it says little; None: it is no moment, or more than
    one. morning: 6 without am or pm is early (somebody wants to be woken)."""
    if _ISO.match(text.strip()):
        return _iso(text.strip(), now)
    said = digits(text)
    if offset := _offset(said):
        return When(later(now, offset), timed=True)
    return _resolve(parsed, now, morning) if (parsed := _parts(said, now.date())) else None


def repeat(text: str, now: datetime, *, morning: bool = False) -> Repeat | None:
    """ "Every Monday at eight", "on weekdays at 6:30"; None: it is no such thing."""
    said = digits(text)
    found = _EVERY.match(said)
    if not found:
        before = re.match(r"(.+?) (every .+)$", said)
        return repeat(f"{before[2]} {before[1]}", now, morning=morning) if before else None
    rest = found["rest"] or found["bare"]
    often = _HOW_OFTEN.match(rest)
    if not often or not often[0]:
        return None
    days: set[int] = set() if often["days"] else set(range(7))
    for name in re.findall(r"working day|\w+", often["days"] or ""):
        if name != "and":
            days |= set(_SETS[name] if name in _SETS else (weekday(name),))
    tail = f"{often['part'] or ''} {rest[often.end() :]}".strip()
    parsed = _parts(tail, now.date()) if tail else None
    if parsed is None:
        return None
    if parsed.day and "week" in (often["days"] or "") and not days:
        days = {parsed.day.date.weekday()}
    elif parsed.day:
        return None
    clock = parsed.clock or (Clock(parsed.part.usual, fixed=True) if parsed.part else None)
    if not days or clock is None:
        return None
    return Repeat.of(frozenset(days), _settled(clock, parsed.part, morning))


def span(text: str, now: datetime) -> Span | None:
    """From when to when: a day, a part of it, a week, "Friday after two". None: it says no such."""
    said = digits(text)
    for read in (_wide, _coming, _range, _side):
        if found := read(said, now):
            return found
    parsed = _parts(said, now.date())
    if parsed is None:
        return None
    if parsed.clock:
        at = _resolve(parsed, now, False).at
        return at, at + timedelta(hours=1)
    day, part = _day(parsed, now), parsed.part
    if part is None:
        return local(day, 0, now.tzinfo), local(day + timedelta(1), 0, now.tzinfo)
    return local(day, part.start * 60, now.tzinfo), local(day, part.end * 60, now.tzinfo)


@dataclass(frozen=True, slots=True)
class _Parts:
    day: Day | None = None
    clock: Clock | None = None
    part: Part | None = None


def _parts(said: str, today: date) -> _Parts | None:
    """What a text in digits consists of; None: something else is in it, or one thing twice."""
    day: Day | None = None
    clock: Clock | None = None
    part: Part | None = None
    at = 0
    while at < len(said):
        if said[at] == " ":
            at += 1
        elif day is None and (read := read_day(said, at, today)):
            day, at = read
        elif part is None and (named := _PART.match(said, at)):
            part, at = PARTS[named[1]], named.end()
        elif clock is None and (timed := read_clock(said, at)):
            clock, at = timed
        elif filler := _FILLER.match(said, at):
            at = filler.end()
        else:
            return None
    if day and day.part and part:
        return None
    part = part or (day.part if day else None)
    return _Parts(day, clock, part) if day or clock or part else None


def _offset(said: str) -> timedelta | None:
    """In ten minutes; an hour from now."""
    start = 3 if said.startswith("in ") else 0
    read = read_length(said[start:])
    if not read or not (read[0] % timedelta(1) or "hour" in said or "minute" in said):
        return None
    rest = said[start + read[1] :]
    return read[0] if rest in (("", " time") if start else (" from now",)) else None


def _iso(text: str, now: datetime) -> When | None:
    try:
        at = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if at.tzinfo is None:
        return When(local(at.date(), at.hour * 60 + at.minute, now.tzinfo), timed=True)
    return When(at.astimezone(now.tzinfo), timed=True)


def _wide(said: str, now: datetime) -> Span | None:
    """A week, a month, a year, a weekend."""
    found = _WIDE.match(said)
    if not found:
        return None
    today, ahead = now.date(), int(found["next"] == "next ")
    first = last = today
    if found["week"]:
        monday = today - timedelta(today.weekday())
        first, last = (
            (monday + timedelta(7), monday + timedelta(14))
            if ahead
            else (today, monday + timedelta(7))
        )
    elif found["weekend"]:
        saturday = today + timedelta(5 - today.weekday() + 7 * ahead)
        first, last = max(saturday, today), saturday + timedelta(2)
    elif found["month"]:
        last = month_later(today.replace(day=1), 1 + ahead)
        first = month_later(last, -1) if ahead else today
    elif found["year"]:
        first = date(today.year + 1, 1, 1) if ahead else today
        last = date(today.year + 1 + ahead, 1, 1)
    else:
        number = month(found["name"])
        year = int(found["at"] or today.year + (number < today.month))
        first, last = date(year, number, 1), month_later(date(year, number, 1), 1)
    return local(first, 0, now.tzinfo), local(last, 0, now.tzinfo)


def _coming(said: str, now: datetime) -> Span | None:
    """The next three days, the next two hours."""
    found = _AHEAD.match(said)
    if not found:
        return None
    words = found["length"] if found["length"][0].isdigit() else f"1 {found['length']}"
    read = read_length(words)
    if not read or read[1] != len(words):
        return None
    if read[0] % timedelta(1):
        return now, later(now, read[0])
    last = now.date() + read[0]
    return local(now.date(), 0, now.tzinfo), local(last, 0, now.tzinfo)


def _range(said: str, now: datetime) -> Span | None:
    """From two to four on Friday; Monday to Wednesday."""
    found = _RANGE.match(said)
    if not found:
        return None
    first = _parts(f"{found['day'] or ''} {found['a']}".strip(), now.date())
    last = _parts(found["b"], now.date())
    if not first or not last or (first.clock is None) != (last.clock is None):
        return None
    if first.clock is None or last.clock is None:
        ends = _day(last, now) + timedelta(1)
        begins = local(_day(first, now), 0, now.tzinfo)
        return (begins, local(ends, 0, now.tzinfo)) if begins.date() < ends else None
    part = first.part or last.part
    begins = _resolve(_Parts(first.day or last.day, first.clock, part), now, False).at
    day = last.day.date if first.day and last.day else begins.date()
    hours = (last.part.fit(last.clock).hour,) if last.part else last.clock.hours()
    ends_at = [
        local(day + timedelta(ahead), hour * 60 + last.clock.minute, now.tzinfo)
        for ahead in (0, 1)
        for hour in hours
    ]
    return begins, next(at for at in ends_at if at > begins) if ends_at[-1] > begins else begins


def _side(said: str, now: datetime) -> Span | None:
    """Friday after two; before noon tomorrow."""
    found = _SIDE.match(said)
    parsed = _parts(f"{found['day']} {found['clock']}".strip(), now.date()) if found else None
    if not found or not parsed or not parsed.clock:
        return None
    at = _resolve(parsed, now, False).at
    if found["side"] == "before":
        return max(local(at.date(), 0, now.tzinfo), min(now, at)), at
    return at, local(at.date() + timedelta(1), 0, now.tzinfo)


def _resolve(parsed: _Parts, now: datetime, morning: bool) -> When:
    zone, day = now.tzinfo, _day(parsed, now)
    if parsed.clock is None and parsed.part is None:
        return When(local(day, 0, zone), timed=False)
    clock = parsed.clock or Clock(parsed.part.usual if parsed.part else 0, fixed=True)
    named = parsed.day is not None
    if parsed.part or clock.fixed or morning or (day != now.date()):
        settled = _settled(clock, parsed.part, morning)
        minutes = [settled.hour * 60 + settled.minute]
    else:
        minutes = [hour * 60 + clock.minute for hour in clock.hours()]
    days = [day] if named else [day, day + timedelta(1)]
    if parsed.day and parsed.day.today and parsed.clock:
        days = [now.date(), day]
    found = [local(d, m, zone) for d in days for m in minutes]
    ahead = [at for at in found if at > now]
    if len(minutes) > 1 and not named:
        ahead = [at for at in ahead if at.hour >= DAWN or at - now <= SOON] or ahead
    return When(next(iter(ahead), found[-1]), timed=True, dated=named)


def _day(parsed: _Parts, now: datetime) -> date:
    return parsed.day.date if parsed.day else now.date()


def _settled(clock: Clock, part: Part | None, morning: bool) -> Clock:
    """Hours of a day on which nobody said which half is meant: 7 to 12 are the day's, 1 to 6 too
    unless they are a morning's."""
    if part:
        return part.fit(clock)
    if clock.fixed:
        return clock
    hour = clock.hour % 12
    late = hour == 0 or (hour < 7 and not morning)
    return Clock(hour + 12 * late, clock.minute, fixed=True)
