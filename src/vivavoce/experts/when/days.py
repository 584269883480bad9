"""Which day: "next Friday", "the 24th of December", "in three days"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from vivavoce.experts.when.clock import PARTS, Part
from vivavoce.experts.when.lengths import read_length

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY = "(?P<weekday>mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|" + "|".join(WEEKDAYS) + r")\b"
_MONTH = "(?P<month>jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|" + "|".join(MONTHS) + r")\b"
_YEAR = r"(?: (?P<year>20\d\d))?\b"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b",
        r"(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>20\d\d)?(?!\d)",
        rf"(?:the )?(?P<day>\d{{1,2}})(?:th)?(?: of)? {_MONTH}{_YEAR}",
        rf"{_MONTH} (?:the )?(?P<day>\d{{1,2}})(?:th)?\b(?!:){_YEAR}",
        r"(?:the )?(?P<day>\d{1,2})th\b",
    )
)
_WEEKDAY = re.compile(
    rf"(?:(?P<next>next )|(?P<week>a week (?:on|from) )|(?:this coming|this|coming) )?{_DAY}"
    r"(?P<later> week\b| in a week\b)?(?P<after> (?:of )?next week\b)?"
)
_NEAR = re.compile(
    r"(?:the )?(?P<after>day after tomorrow)|(?P<tonight>tonight)|"
    r"(?P<week>a week (?:from )?)?(?P<near>today|tomorrow)(?P<later> week\b)?|"
    r"this (?P<part>morning|afternoon|evening)\b|"
    r"(?P<ahead>next week|next month|next year)\b|(?:the |this |at the )?(?P<weekend>weekend)\b|"
    r"(?P<other>next weekend)\b"
)
_IN = re.compile(r"in (?:(?P<months>a|\d+) months?\b)?")
_HOURS = re.compile(r"\b[hms]")
_FEASTS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new years eve": (12, 31),
    "new years day": (1, 1),
    "halloween": (10, 31),
    "valentines day": (2, 14),
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day that was said."""

    date: date
    part: Part | None = None
    """Tonight, this morning."""
    today: bool = False
    """It may be today as well, if the time is still to come."""


def read_day(said: str, at: int, today: date) -> tuple[Day, int] | None:
    """What begins at a place in a text in digits, and where it ends."""
    for read in (_near, _weekday, _date, _feast, _ahead):
        if found := read(said, at, today):
            return found
    return None


def month_later(day: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    last = (date(index // 12 + (index % 12 == 11), (index + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(index // 12, index % 12 + 1, min(day.day, last))


def weekday(name: str) -> int:
    """0 for "monday", "mon", "mondays"."""
    return next(i for i, day in enumerate(WEEKDAYS) if day.startswith(name[:3]))


def month(name: str) -> int:
    """1 for "january" and "jan"."""
    return next(i for i, known in enumerate(MONTHS, 1) if known.startswith(name[:3]))


def _near(said: str, at: int, today: date) -> tuple[Day, int] | None:
    found = _NEAR.match(said, at)
    if not found:
        return None
    day = Day(today)
    if found["after"]:
        day = Day(today + timedelta(2))
    elif found["tonight"]:
        day = Day(today, PARTS["night"])
    elif found["part"]:
        day = Day(today, PARTS[found["part"]])
    elif found["near"]:
        weeks = 7 if found["week"] or found["later"] else 0
        day = Day(today + timedelta(weeks + (found["near"] == "tomorrow")))
    elif found["ahead"] == "next week":
        day = Day(_monday(today, 1))
    elif found["ahead"] == "next month":
        day = Day(month_later(today.replace(day=1), 1))
    elif found["ahead"]:
        day = Day(date(today.year + 1, 1, 1))
    elif found["weekend"]:
        day = Day(max(today, _monday(today, 0) + timedelta(5)))
    else:
        day = Day(_monday(today, 1) + timedelta(5))
    return day, found.end()


def _weekday(said: str, at: int, today: date) -> tuple[Day, int] | None:
    found = _WEEKDAY.match(said, at)
    if not found:
        return None
    wanted = weekday(found["weekday"])
    if found["next"] or found["after"]:
        return Day(_monday(today, 1) + timedelta(wanted)), found.end()
    ahead = (wanted - today.weekday() - 1) % 7 + 1
    weeks = 7 if found["week"] or found["later"] else 0
    day = Day(today + timedelta(ahead + weeks), today=ahead == 7 and not weeks)
    if dated := _date(said, found.end() + 1, today, wanted):
        return dated
    return day, found.end()


def _date(said: str, at: int, today: date, wanted: int | None = None) -> tuple[Day, int] | None:
    """wanted: it must be this day of the week."""
    for pattern in _DATES:
        if not (found := pattern.match(said, at)):
            continue
        parts = found.groupdict()
        number = int(parts.get("number") or 0)
        if name := parts.get("month"):
            number = month(name)
        for day in _candidates(int(found["day"]), number, int(parts.get("year") or 0), today):
            if wanted is None or day.weekday() == wanted:
                return Day(day), found.end()
        return None
    return None


def _candidates(day: int, number: int, year: int, today: date) -> list[date]:
    """The days from today that a date without its year, or its month, may mean; the next first."""
    years = (year,) if year else range(today.year, today.year + 9 if number else today.year + 2)
    found = []
    for y in years:
        for m in (number,) if number else range(1, 13):
            try:
                made = date(y, m, day)
            except ValueError:
                continue
            if year or made >= today:
                found.append(made)
    return found[:1] if number else found[:3]


def _feast(said: str, at: int, today: date) -> tuple[Day, int] | None:
    for name, (number, day) in _FEASTS.items():
        if said.startswith(name, at):
            return Day(_candidates(day, number, 0, today)[0]), at + len(name)
    return None


def _ahead(said: str, at: int, today: date) -> tuple[Day, int] | None:
    """In three days, a week from now: whole days only."""
    into = _IN.match(said, at)
    if into and into["months"]:
        months = 1 if into["months"] == "a" else int(into["months"])
        return (Day(month_later(today, months)), into.end()) if months < 120 else None
    start = into.end() if into else at
    read = read_length(said[start:])
    if not read or read[0] % timedelta(1) or _HOURS.search(said[start : start + read[1]]):
        return None
    end = start + read[1]
    if into:
        return Day(today + read[0]), end
    if said.startswith((" from now", " from today"), end):
        return Day(today + read[0]), end + len(" from " + said[end:].split()[1])
    return None


def _monday(day: date, weeks: int) -> date:
    return day + timedelta(weeks * 7 - day.weekday())
