"""What Open-Meteo answers, as values. Pure; times are local to the place and naive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from vivavoce.core import Retry

Units = Literal["metric", "imperial"]
CURRENT = "temperature_2m,apparent_temperature,precipitation,weather_code,wind_speed_10m"
HOURLY = "temperature_2m,precipitation_probability,precipitation,weather_code,wind_gusts_10m"
DAILY = (
    "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max,"
    "wind_gusts_10m_max,sunrise,sunset"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Hour:
    """Temperatures and winds in the units that were asked for."""

    at: datetime
    temperature: float
    chance: float
    """Of rain or snow, percent."""
    code: int
    """WMO's."""
    gusts: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day."""

    day: date
    code: int
    high: float
    low: float
    chance: float
    gusts: float
    sunrise: datetime
    sunset: datetime


@dataclass(frozen=True, slots=True)
class Weather:
    """At one place."""

    place: Place
    units: Units
    at: datetime
    """Of the current values."""
    temperature: float
    feels: float
    code: int
    wind: float
    hours: tuple[Hour, ...]
    days: tuple[Day, ...]
    """Today's first."""


def places(answer: Any) -> list[tuple[Place, str]]:
    """Those that a search found, with all that they are in ("Texas, United States"). Retry: that is
    no answer of Open-Meteo's."""
    results = answer.get("results", []) if isinstance(answer, dict) else None
    if not isinstance(results, list):
        raise Retry("the server that finds places answered something strange; try again later")
    found = []
    for result in results:
        try:
            name = _words(result["name"])
            place = Place(name, float(result["latitude"]), float(result["longitude"]))
        except (KeyError, TypeError, ValueError):
            continue
        inside = [
            _words(result.get(k, "")) for k in ("admin1", "admin2", "country", "country_code")
        ]
        found.append((place, ", ".join(part for part in inside if part)))
    return found


def weather(answer: Any, place: Place, units: Units) -> Weather:
    """Retry: that is no answer of Open-Meteo's."""
    try:
        current = answer["current"]
        return Weather(
            place,
            units,
            datetime.fromisoformat(current["time"]),
            float(current["temperature_2m"]),
            float(current["apparent_temperature"]),
            int(current["weather_code"]),
            float(current["wind_speed_10m"]),
            tuple(
                _hour(row) for row in _rows(answer["hourly"]) if row["temperature_2m"] is not None
            ),
            tuple(_day(row) for row in _rows(answer["daily"]) if row["weather_code"] is not None),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Retry("the weather server answered something strange; try again later") from error


def _hour(row: Mapping[str, Any]) -> Hour:
    return Hour(
        datetime.fromisoformat(row["time"]),
        float(row["temperature_2m"]),
        float(row["precipitation_probability"] or 0),
        int(row["weather_code"] or 0),
        float(row["wind_gusts_10m"] or 0),
    )


def _day(row: Mapping[str, Any]) -> Day:
    return Day(
        date.fromisoformat(row["time"]),
        int(row["weather_code"]),
        float(row["temperature_2m_max"]),
        float(row["temperature_2m_min"]),
        float(row["precipitation_probability_max"] or 0),
        float(row["wind_gusts_10m_max"] or 0),
        datetime.fromisoformat(row["sunrise"]),
        datetime.fromisoformat(row["sunset"]),
    )


def _rows(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """A table of columns as rows."""
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _words(text: object) -> str:
    """A name, and nothing else that a stranger may have written."""
    kept = "".join(c for c in str(text) if c.isalpha() or c in " -'’.")
    return " ".join(kept.split())[:60]
