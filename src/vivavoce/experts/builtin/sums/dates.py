"""Days that people name: "Christmas", "the 5th of May", "next Friday". Pure."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from vivavoce.experts import Unclear
from vivavoce.experts.builtin.sums.spoken import number, ordinal, tokens

MONTHS = re.findall(
    r"\S+", "january february march april may june july august september october november december"
)
WEEKDAYS = re.findall(r"\S+", "monday tuesday wednesday thursday friday saturday sunday")
MOST_YEARS = 8000


@dataclass(frozen=True, slots=True)
class Named:
    """A day, and what it was called."""

    day: date
    name: str


def easter(year: int) -> date:
    """Sunday, Gregorian (Meeus)."""
    a, b, c = year % 19, *divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))


_FEASTS: dict[str, tuple[str, Callable[[int], date]]] = {
    "christmas eve": ("Christmas Eve", lambda y: date(y, 12, 24)),
    "boxing day": ("Boxing Day", lambda y: date(y, 12, 26)),
    "christmas": ("Christmas", lambda y: date(y, 12, 25)),
    "xmas": ("Christmas", lambda y: date(y, 12, 25)),
    "new year's eve": ("New Year's Eve", lambda y: date(y, 12, 31)),
    "new years eve": ("New Year's Eve", lambda y: date(y, 12, 31)),
    "new year": ("New Year", lambda y: date(y, 1, 1)),
    "halloween": ("Halloween", lambda y: date(y, 10, 31)),
    "valentine": ("Valentine's Day", lambda y: date(y, 2, 14)),
    "saint patrick": ("Saint Patrick's Day", lambda y: date(y, 3, 17)),
    "st patrick": ("Saint Patrick's Day", lambda y: date(y, 3, 17)),
    "independence day": ("Independence Day", lambda y: date(y, 7, 4)),
    "thanksgiving": ("Thanksgiving", lambda y: _nth_weekday(y, 11, 3, 4)),
    "good friday": ("Good Friday", lambda y: easter(y) - timedelta(2)),
    "easter monday": ("Easter Monday", lambda y: easter(y) + timedelta(1)),
    "easter": ("Easter", easter),
    "whit sunday": ("Whit Sunday", lambda y: easter(y) + timedelta(49)),
    "pentecost": ("Pentecost", lambda y: easter(y) + timedelta(49)),
}
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_ROUND = re.compile(r"\b(?:the|this|of|day|on|coming|a|day of)\b|[.,?!]")


def named(text: str, today: date, *, past: bool = False) -> Named:
    """The next such day from today on; past: the last until today. Unclear: it is no day."""
    said = " ".join(text.lower().replace("’", "'").split())
    relative = _relative(said, today)
    if relative is not None:
        return relative
    for key, (name, of) in _FEASTS.items():
        if key in said:
            year = re.search(r"\b(\d{4})\b", said)
            if year and not 1600 <= int(year[1]) <= MOST_YEARS:
                raise Unclear(f"I can't tell {name} of that year")
            return Named(of(int(year[1])) if year else _near(of, today, past), name)
    iso = _ISO.search(said)
    if iso:
        return Named(_day(int(iso[1]), int(iso[2]), int(iso[3])), "")
    return _weekday(said, today, past) or _of_month(said, today, past)


def _relative(said: str, today: date) -> Named | None:
    days = {"the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2,
            "today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}.get(said)  # fmt: skip
    if days is not None:
        return Named(today + timedelta(days), said.removeprefix("the "))
    if said in ("the end of the year", "the end of this year", "the year's end"):
        return Named(date(today.year, 12, 31), "the end of the year")
    if said in ("the end of the month", "the end of this month"):
        return Named(
            today.replace(day=monthrange(today.year, today.month)[1]), "the end of the month"
        )
    words = tokens(said)
    at = 1 if words[:1] == ["in"] else 0
    read = number(words, at)
    if read is None:
        return None
    n, at = read
    unit = words[at].removesuffix("s") if at < len(words) else ""
    after = " ".join(words[at + 1 :])
    ago = after == "ago"
    ahead = words[0] == "in" or after in ("from now", "from today", "from", "later", "time", "")
    if n.denominator != 1 or unit not in ("day", "week", "month", "year") or not (ago or ahead):
        return None
    if n > MOST_YEARS * 366:
        raise Unclear("that is too far away")
    count = int(n) * (-1 if ago else 1)
    return Named(_moved(today, count, unit), "")


def _moved(today: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        try:
            return today + timedelta(count * (7 if unit == "week" else 1))
        except OverflowError:
            raise Unclear("that is too far away") from None
    months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= MOST_YEARS:
        raise Unclear("that is too far away")
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _weekday(said: str, today: date, past: bool) -> Named | None:
    words = _ROUND.sub(" ", said).split()
    if not words or words[-1] not in WEEKDAYS or len(words) > 2:
        return None
    weekday = WEEKDAYS.index(words[-1])
    last = past or words[0] == "last"
    ahead = (weekday - today.weekday()) % 7
    if last:
        return Named(today - timedelta((today.weekday() - weekday) % 7 or 7), "")
    return Named(today + timedelta(ahead or 7), "")


def _of_month(said: str, today: date, past: bool) -> Named:
    words = tokens(_ROUND.sub(" ", said))
    month = next((i for i, word in enumerate(MONTHS) if word in words or word[:3] in words), None)
    if month is None:
        raise Unclear(f"I know no day called {said!r}")
    at = next(i for i, word in enumerate(words) if word in (MONTHS[month], MONTHS[month][:3]))
    rest = words[:at] + words[at + 1 :]
    read = (ordinal(rest, 0) or number(rest, 0)) if rest else None
    if read is None or read[0].denominator != 1:
        raise Unclear(f"which day of {MONTHS[month].capitalize()}?")
    day, tail = int(read[0]), rest[read[1] :]
    if not tail:
        return Named(_near(lambda y: _day(y, month + 1, day), today, past), "")
    year = number(tail, 0)
    if year is None or year[1] != len(tail) or not 1 <= year[0] <= MOST_YEARS:
        raise Unclear(f"I know no day called {said!r}")
    return Named(_day(int(year[0]), month + 1, day), "")


def _near(of: Callable[[int], date], today: date, past: bool) -> date:
    """The next from today on, or the last until today; the 29th of February may be years away."""
    years = range(today.year, today.year - 9, -1) if past else range(today.year, today.year + 9)
    for year in years:
        try:
            day = of(year)
        except Unclear:
            continue
        if (day <= today) if past else (day >= today):
            return day
    raise Unclear("there is no such day")


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unclear("there is no such day") from None


def spoken(day: date) -> str:
    """ "Friday, 25 December 2026"."""
    weekday, month = WEEKDAYS[day.weekday()].capitalize(), MONTHS[day.month - 1].capitalize()
    return f"{weekday}, {day.day} {month} {day.year}"
