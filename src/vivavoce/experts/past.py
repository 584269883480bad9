"""Moments of the past, as people say them. Pure: now is given."""

import re
from datetime import date, datetime, time, timedelta

from vivavoce.core import Refused
from vivavoce.experts.when.days import MONTHS, WEEKDAYS
from vivavoce.experts.when.numbers import digits

_HOURS = {
    "morning": 5,
    "breakfast": 5,
    "noon": 12,
    "lunch": 12,
    "lunchtime": 12,
    "afternoon": 12,
    "evening": 18,
    "night": 18,
    "dinner": 18,
}
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
_COUNTS = {"a": 1, "an": 1, "couple": 2, "a couple": 2, "few": 3, "a few": 3, "several": 5}
_FILL = re.compile(r"^(?:since|from|after|in|on|at|the|around|about)\s+")
_AGO = re.compile(
    r"(?:(?:last|past) )?(?:(half) an?|(\d{1,4}|a couple|a few|an?|couple|few|several)(?: of)?)? ?"
    r"(minute|hour|day|week|month|year)s?(?: ago)?"
)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(?: ?oclock)? ?(am|pm)?")


def since(text: str, now: datetime) -> datetime:
    """When that last was: "this morning", "yesterday", "monday", "3 days ago", "8 o'clock",
    "2026-03-31". In now's zone, never after now. Refused: nobody knows."""
    found = _iso(text.strip(), now)
    said = digits(text)
    while (shorter := _FILL.sub("", said)) != said:
        said = shorter
    for read in (_stretch, _part, _weekday, _ago, _dated, _clock):
        found = found or read(said, now)
    if found is None:
        raise Refused(
            f"it is not clear when {text!r} is: write today, this morning, yesterday, monday, "
            "3 days ago or a date like 2026-03-31"
        )
    return min(found, now)


def ago(then: datetime, now: datetime) -> str:
    """How people say when it was: "10 minutes ago", "this morning", "yesterday", "on Monday",
    "on 3 March"."""
    then = min(then.astimezone(now.tzinfo), now)
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 2:
        return "just now"
    if minutes < 60:
        return f"{minutes} minutes ago"
    days = (now.date() - then.date()).days
    if days == 0 and then.hour >= 5:
        part = "morning" if then.hour < 12 else "afternoon" if then.hour < 18 else "evening"
        return f"this {part}"
    if days == 0 or (days == 1 and then.hour >= 18):
        return "last night"
    if days == 1:
        return "yesterday"
    if days < 7:
        return f"on {WEEKDAYS[then.weekday()].title()}"
    day = f"on {then.day} {MONTHS[then.month - 1].title()}"
    return day if then.year == now.year else f"{day} {then.year}"


def _at(day: date, hour: int, now: datetime, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), now.tzinfo)


def _iso(text: str, now: datetime) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(now.tzinfo) if read.tzinfo else read.replace(tzinfo=now.tzinfo)
    except (ValueError, OverflowError):
        return None


def _stretch(said: str, now: datetime) -> datetime | None:
    """The beginning of a stretch of the calendar."""
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    found = {
        "midnight": today,
        "today": today,
        "yesterday": today - timedelta(days=1),
        "day before yesterday": today - timedelta(days=2),
        "this week": monday,
        "last week": monday - timedelta(weeks=1),
        "this month": first,
        "last month": (first - timedelta(days=1)).replace(day=1),
        "this year": today.replace(month=1, day=1),
        "last year": date(today.year - 1, 1, 1),
    }
    if said in ("weekend", "last weekend", "this weekend"):
        return _at(today - timedelta(days=(today.weekday() - 5) % 7 or 7), 0, now)
    return _at(found[said], 0, now) if said in found else None


def _part(said: str, now: datetime) -> datetime | None:
    """A part of today or yesterday; of today before it has come: today."""
    words = {"tonight": "this evening", "last night": "yesterday night"}.get(said, said).split()
    if not words or words[-1] not in _HOURS or len(words) > 2:
        return None
    if words[0] not in ("this", "today", "yesterday", words[-1]):
        return None
    day = now.date() - timedelta(days=words[0] == "yesterday")
    found = _at(day, _HOURS[words[-1]], now)
    return found if found <= now else _at(day, 0, now)


def _weekday(said: str, now: datetime) -> datetime | None:
    words = said.removeprefix("last ").removeprefix("this ").split()
    if not words or words[0] not in WEEKDAYS or len(words) > 2:
        return None
    if words[1:] and words[1] not in _HOURS:
        return None
    back = (now.weekday() - WEEKDAYS.index(words[0])) % 7 or 7
    hour = _HOURS[words[1]] if words[1:] else 0
    return _at(now.date() - timedelta(days=back), hour, now)


def _ago(said: str, now: datetime) -> datetime | None:
    found = _AGO.fullmatch(said)
    if not found:
        return None
    half, number, unit = found.groups()
    count = _COUNTS.get(number or "a") or int(number)
    try:
        return now - _UNITS[unit] * (0.5 if half else count)
    except OverflowError:
        return None


def _dated(said: str, now: datetime) -> datetime | None:
    """ "3 march", "march 3rd 2025", "march": the last time."""
    words = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", said.replace(" of ", " ")).split()
    months = [word for word in words if word in MONTHS]
    numbers = [int(word) for word in words if word.isdecimal()]
    years = [n for n in numbers if n > 31]
    days = [n for n in numbers if n <= 31]
    if len(months) != 1 or len(words) != 1 + len(numbers) or len(years) > 1 or len(days) > 1:
        return None
    try:
        day = date(years[0] if years else now.year, MONTHS.index(months[0]) + 1, *(days or [1]))
        if day > now.date() and not years:
            day = day.replace(year=day.year - 1)
    except ValueError:
        return None
    return _at(day, 0, now)


def _clock(said: str, now: datetime) -> datetime | None:
    """The last time that the clock said so."""
    found = _CLOCK.fullmatch(said)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % 12 + 12 * (found[3] == "pm") if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        return None
    moment = _at(now.date(), hour, now, minute)
    return moment if moment <= now else moment - timedelta(days=1)
