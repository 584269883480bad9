"""The weather in words. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from vivavoce.experts.builtin.weather.reading import Day, Hour, Units, Weather

When = Literal[
    "today",
    "tonight",
    "tomorrow",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekend",
    "week",
]
What = Literal["rain", "snow", "freezing", "storm", "windy", "sunny", "hot", "cold"]
WEEKDAYS: list[str] = re.findall(r"\S+", "monday tuesday wednesday thursday friday saturday sunday")
_SKY = {
    0: "clear", 1: "mostly clear", 2: "partly cloudy", 3: "cloudy", 45: "foggy", 48: "freezing fog",
    51: "light drizzle", 53: "drizzle", 55: "heavy drizzle", 56: "freezing drizzle",
    57: "freezing drizzle", 61: "light rain", 63: "rain", 65: "heavy rain", 66: "freezing rain",
    67: "freezing rain", 71: "light snow", 73: "snow", 75: "heavy snow", 77: "snow grains",
    80: "light showers", 81: "showers", 82: "violent showers", 85: "snow showers",
    86: "heavy snow showers", 95: "a thunderstorm", 96: "a thunderstorm with hail",
    99: "a thunderstorm with hail",
}  # fmt: skip
SNOWY = frozenset((71, 73, 75, 77, 85, 86))
STORMY = frozenset((95, 96, 99))
SUNNY = 2
"""Codes up to this have sun."""
_LIMITS: dict[Units, dict[str, float]] = {
    "metric": {"freezing": 0, "cold": 8, "hot": 28, "gusts": 50, "storm": 75},
    "imperial": {"freezing": 32, "cold": 46, "hot": 82, "gusts": 31, "storm": 47},
}


def sky(code: int) -> str:
    """WMO's code in words."""
    return _SKY.get(code, "mixed weather")


def degrees(value: float) -> str:
    """ "12 degrees", "minus 1 degree"."""
    n = round(value)
    return f"{'minus ' if n < 0 else ''}{abs(n)} degree{'' if abs(n) == 1 else 's'}"


def now(weather: Weather) -> str:
    """A sentence or two about this minute."""
    said = f"it is {degrees(weather.temperature)} and {_and(weather.code)}{_in(weather)}"
    if abs(weather.feels - weather.temperature) >= 3:
        said += f"; it feels like {degrees(weather.feels)}"
    speed = "kilometres" if weather.units == "metric" else "miles"
    if weather.wind >= _LIMITS[weather.units]["gusts"] / 2:
        said += f". The wind blows with {round(weather.wind)} {speed} an hour"
    return _sentence(said)


def forecast(weather: Weather, when: When) -> str:
    """Sentences about some days, or a night. Empty: that is too far away."""
    if when == "tonight":
        return _tonight(weather)
    days = chosen(weather, when)
    told = [_day(day, weather) for day in days]
    if not told:
        return ""
    if when == "week":
        told = [f"{_name(d.day, weather)}: {sky(d.code)}, {_range(d)}" for d in days]
        return _sentence(f"the week{_in(weather)}. {'. '.join(told)}")
    told[0] = f"{_name(days[0].day, weather)}{_in(weather)}: {told[0]}"
    told[1:] = [f"{_name(d.day, weather)}: {t}" for d, t in zip(days[1:], told[1:], strict=True)]
    return " ".join(_sentence(t) for t in told)


def will_it(weather: Weather, what: What, when: When) -> tuple[bool, str]:
    """Yes or no, and why in a sentence. No for a time without a forecast, which says so."""
    hours = hours_of(weather, when)
    if not hours:
        return False, "There is no forecast for that time."
    time = _time(weather, when)
    limits = _LIMITS[weather.units]
    low = min(hours, key=lambda h: h.temperature)
    high = max(hours, key=lambda h: h.temperature)
    if what == "rain":
        return _chance([h for h in hours if h.code not in SNOWY], "rain", time, weather)
    if what == "snow":
        return _chance([h for h in hours if h.code in SNOWY], "snow", time, weather)
    if what == "storm":
        storm = [h for h in hours if h.code in STORMY or h.gusts >= limits["storm"]]
        if not storm:
            return False, f"No, there is no storm in sight {time}."
        return True, f"Yes, a storm may come {time}, around {_clock(storm[0], weather)}."
    if what == "windy":
        gusts = max(hours, key=lambda h: h.gusts)
        unit = "kilometres" if weather.units == "metric" else "miles"
        speed = f"gusts of up to {round(gusts.gusts)} {unit} an hour"
        if gusts.gusts >= limits["gusts"]:
            return True, f"Yes, {time} there are {speed}, around {_clock(gusts, weather)}."
        return False, f"No, {time} there are only {speed}."
    if what == "sunny":
        sun = [h for h in hours if h.code <= SUNNY and 7 <= h.at.hour <= 19]
        light = [h for h in hours if 7 <= h.at.hour <= 19]
        if len(sun) * 2 >= max(1, len(light)) and sun:
            return True, f"Yes, the sun shines {time}."
        if sun:
            return False, f"Only a little {time}; most likely around {_clock(sun[0], weather)}."
        return False, f"No, {time} it stays {_mostly(hours)}."
    if what == "hot":
        is_so, far = high.temperature >= limits["hot"], f"up to {degrees(high.temperature)}"
    else:
        limit = limits["freezing" if what == "freezing" else "cold"]
        is_so, far = low.temperature <= limit, f"down to {degrees(low.temperature)}"
    at = _clock(high if what == "hot" else low, weather)
    return is_so, f"{'Yes' if is_so else 'No'}, {time} it gets {far}, around {at}."


def sun(weather: Weather, when: When) -> str:
    """When it rises and sets that day."""
    days = chosen(weather, when)
    if not days:
        return "There is no forecast for that time."
    day = days[0]
    name = _name(day.day, weather)
    return f"{name} the sun rises at {day.sunrise:%H:%M} and sets at {day.sunset:%H:%M}."


def chosen(weather: Weather, when: When) -> Sequence[Day]:
    """The days that are meant; a weekday's name is its next one, today too."""
    today = weather.at.date()
    days = [day for day in weather.days if day.day >= today]
    if when in ("today", "tonight"):
        return [day for day in days if day.day == today]
    if when == "tomorrow":
        return [day for day in days if day.day == today + timedelta(1)]
    if when == "week":
        return days[:7]
    if when == "weekend":
        return [day for day in days[:7] if day.day.weekday() >= 5]
    return [day for day in days if day.day.weekday() == WEEKDAYS.index(when)][:1]


def hours_of(weather: Weather, when: When) -> Sequence[Hour]:
    """What is left of that time; a night is from 18:00 to 6:00."""
    begin = weather.at.replace(minute=0, second=0, microsecond=0)
    left = [hour for hour in weather.hours if hour.at >= begin]
    if when == "tonight":
        evening = begin.replace(hour=18) if begin.hour >= 6 else begin
        end = begin.replace(hour=6) + timedelta(1 if begin.hour >= 6 else 0)
        return [hour for hour in left if evening <= hour.at <= end]
    days = {day.day for day in chosen(weather, when)}
    return [hour for hour in left if hour.at.date() in days]


def _chance(hours: Sequence[Hour], what: str, time: str, weather: Weather) -> tuple[bool, str]:
    likely = max(hours, key=lambda h: h.chance, default=None)
    percent = round(likely.chance) if likely else 0
    if likely is None or percent < 20:
        told = f", the chance is {percent} percent" if percent else ""
        return False, f"No, {what} is unlikely {time}{told}."
    first = next(h for h in hours if h.chance >= min(50, likely.chance))
    at = _clock(first if percent >= 50 else likely, weather)
    if percent >= 50:
        return True, f"Yes, {what} is likely {time}, around {at}: {percent} percent."
    return False, f"Maybe: {time} there is a {percent} percent chance of {what}, around {at}."


def _tonight(weather: Weather) -> str:
    hours = hours_of(weather, "tonight")
    if not hours:
        return ""
    low = min(hour.temperature for hour in hours)
    chance = round(max(hour.chance for hour in hours))
    rain = f", {chance} percent chance of rain or snow" if chance >= 20 else ""
    return _sentence(f"tonight{_in(weather)}: {_mostly(hours)}, down to {degrees(low)}{rain}")


def _day(day: Day, weather: Weather) -> str:
    chance = round(day.chance)
    rain = "snow" if day.code in SNOWY else "rain"
    wet = f", {chance} percent chance of {rain}" if chance >= 20 else ""
    windy = ", windy" if day.gusts >= _LIMITS[weather.units]["gusts"] else ""
    return f"{sky(day.code)}, {_range(day)}{wet}{windy}"


def _range(day: Day) -> str:
    low, high = round(day.low), round(day.high)
    begin = f"minus {-low}" if low < 0 else str(low)
    return f"{begin} to {degrees(high)}" if low != high else degrees(high)


def _mostly(hours: Sequence[Hour]) -> str:
    codes = [hour.code for hour in hours]
    return sky(max(set(codes), key=lambda code: (codes.count(code), code)))


def _and(code: int) -> str:
    words = sky(code)
    adjective = code <= 45 or code not in _SKY
    return words if adjective else f"there is {words}"


def _in(weather: Weather) -> str:
    return f" in {weather.place.name}" if weather.place.name else ""


def _name(day: date, weather: Weather) -> str:
    ahead = (day - weather.at.date()).days
    return {0: "Today", 1: "Tomorrow"}.get(ahead, WEEKDAYS[day.weekday()].capitalize())


def _time(weather: Weather, when: When) -> str:
    named = {"week": "this week", "weekend": "at the weekend"}
    where = _in(weather)
    if when in WEEKDAYS:
        return f"on {when.capitalize()}{where}"
    return f"{named.get(when, when)}{where}"


def _clock(hour: Hour, weather: Weather) -> str:
    """ "15:00"; the day with it if it is none of the next."""
    days = (hour.at.date() - weather.at.date()).days
    return _hour(hour.at) if days <= 1 else f"{_hour(hour.at)} on {hour.at:%A}"


def _hour(at: datetime) -> str:
    return f"{at.hour}:00"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
