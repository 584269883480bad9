"""The time of a day: "half past six", "3 pm", "in the evening"."""

import re
from dataclasses import dataclass
from datetime import timedelta

_BASE = r"(?P<hour>\d{1,2}|noon|midday|midnight)"
_HALF = r"(?: ?(?P<half>am|pm))?(?: oclock)?\b"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:a )?(?P<past>half|quarter|\d{1,2})(?: minutes?)? (?P<way>past|after|to|before|till) "
        rf"{_BASE}{_HALF}",
        rf"(?P<past>half) (?P<hour>\d{{1,2}}){_HALF}(?! (?:past|to)\b)",
        rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d){_HALF}",
        rf"(?P<hour>\d{{1,2}}) (?:oh? (?P<oh>\d)|(?P<minute>[1-5]\d)){_HALF}",
        r"(?:12 (?=noon|mid))?(?P<hour>noon|midday|lunchtime|midnight)\b",
        rf"(?P<hour>\d{{1,2}}){_HALF}(?!\.|:)",
    )
)
_NAMED = {"noon": 12, "midday": 12, "lunchtime": 12, "midnight": 24}


@dataclass(frozen=True, slots=True)
class Clock:
    """As it was said."""

    hour: int
    """0…24; 24 is the midnight that ends a day."""
    minute: int = 0
    fixed: bool = False
    """am or pm is known."""

    def hours(self) -> tuple[int, ...]:
        """The hours of a day, 0…24, that it may mean."""
        return (self.hour,) if self.fixed else (self.hour % 12, self.hour % 12 + 12)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a day, as hours from its midnight; it may end on the next day."""

    name: str
    start: int
    end: int
    usual: int
    """What is meant if no hour is said."""

    def fit(self, clock: Clock) -> Clock:
        """The same time in this part of the day: 7 in the evening is 19."""
        if clock.fixed:
            return clock
        late = self.name == "night" and clock.hour % 12 < 6
        hour = clock.hour % 12 + (24 if late else 0 if self.name == "morning" else 12)
        return Clock(hour, clock.minute, fixed=True)


PARTS = {
    part.name: part
    for part in (
        Part("morning", 5, 12, 9),
        Part("afternoon", 12, 18, 15),
        Part("evening", 17, 23, 19),
        Part("night", 20, 29, 20),
    )
}


def read_clock(said: str, at: int) -> tuple[Clock, int] | None:
    """What begins at a place in a text in digits, and where it ends."""
    for pattern in _PATTERNS:
        found = pattern.match(said, at)
        if found and (clock := _clock(found.groupdict(), found[0])):
            return clock, found.end()
    return None


def _clock(found: dict[str, str | None], whole: str) -> Clock | None:
    named = found.get("hour") or ""
    hour = _NAMED[named] if named in _NAMED else int(named)
    minute = int(found.get("minute") or found.get("oh") or 0)
    half = found.get("half")
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    fixed = named in _NAMED or half is not None or hour == 0 or hour > 12 or whole[0] == "0"
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if past := found.get("past"):
        shift = {"half": 30, "quarter": 15}.get(past) or int(past)
        back = found.get("way") in ("to", "before", "till")
        if shift > 59:
            return None
        total = timedelta(hours=hour) + timedelta(minutes=-shift if back else shift)
        minutes = int(total.total_seconds() // 60) % (25 * 60)
        hour, minute = divmod(minutes, 60)
        hour = hour if fixed else (hour - 1) % 12 + 1
    return Clock(hour, minute, fixed) if hour < 24 or minute == 0 else Clock(0, minute, fixed)
