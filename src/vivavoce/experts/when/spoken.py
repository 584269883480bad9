"""Times and lengths in words, as a voice says them."""

from datetime import date, datetime, timedelta

from vivavoce.experts.when.days import MONTHS, WEEKDAYS
from vivavoce.experts.when.moment import Repeat

_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def say_length(length: timedelta) -> str:
    """The two largest units: "1 hour and 20 minutes", "45 seconds"."""
    left, parts = round(abs(length.total_seconds())), []
    for name, size in _UNITS:
        if name == "week" and left % size:
            continue
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'s' * (count > 1)}")
    return " and ".join(parts[:2]) or "0 seconds"


def say_time(at: datetime) -> str:
    """ "7 am", "6:15 pm", "noon"."""
    return say_clock(at.hour, at.minute)


def say_clock(hour: int, minute: int) -> str:
    """hour: 0…23. 12 am rather than midnight, which may begin a day or end it."""
    if minute == 0 and hour == 12:
        return "noon"
    half = "am" if hour < 12 else "pm"
    return f"{(hour - 1) % 12 + 1}{f':{minute:02}' if minute else ''} {half}"


def say_day(day: date, today: date) -> str:
    """ "today", "on Friday", "on Thursday, December 24", with the year if it is another."""
    ahead = (day - today).days
    if ahead in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[ahead + 1]
    name = WEEKDAYS[day.weekday()].capitalize()
    if 1 < ahead < 7:
        return f"on {name}"
    year = f", {day.year}" if day.year != today.year and not 0 < ahead < 200 else ""
    return f"on {name}, {MONTHS[day.month - 1].capitalize()} {day.day}{year}"


def say_moment(at: datetime, now: datetime) -> str:
    """ "at 7 am", "tomorrow at 7 am"."""
    day = "" if at.date() == now.date() else f"{say_day(at.date(), now.date())} "
    return f"{day}at {say_time(at)}"


def say_repeat(repeat: Repeat) -> str:
    """ "every Monday at 8 am", "on weekdays at 6:30 am"."""
    at = say_clock(repeat.hour, repeat.minute)
    named = {frozenset(range(7)): "every day", frozenset(range(5)): "on weekdays"}
    days = [WEEKDAYS[day].capitalize() for day in sorted(repeat.days)]
    return f"{named.get(repeat.days) or 'every ' + ' and '.join(days)} at {at}"
