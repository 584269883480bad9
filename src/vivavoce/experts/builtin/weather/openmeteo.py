"""Open-Meteo's two servers: places and forecasts, kept for ten minutes."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.weather.reading import (
    CURRENT,
    DAILY,
    HOURLY,
    Place,
    Units,
    Weather,
    places,
    weather,
)

FRESH = timedelta(minutes=10)
KEPT = 64
"""Places that are remembered."""
DAYS = 8
"""Today and a week."""
MOST_BYTES = 1_000_000
_AT = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_HOME = re.compile(
    r"(?:at |in |near )?(?:(?:my|our|your|the)[ _])?"
    r"(?:home|house|here|outside|(?:current )?location|town|city|place)",
    re.IGNORECASE,
)
"""A place that is no other: a small model likes to name one."""
_IMPERIAL = {
    "temperature_unit": "fahrenheit",
    "wind_speed_unit": "mph",
    "precipitation_unit": "inch",
}


class OpenMeteo:
    """Of one house."""

    def __init__(
        self, http: httpx.AsyncClient, server: str, geocoding: str, units: Units, home: str
    ) -> None:
        self._http, self._units, self._home = http, units, home
        self._server, self._geocoding = server.rstrip("/"), geocoding.rstrip("/")
        self._places: dict[str, Place] = {}
        self._weather: dict[Place, tuple[datetime, Weather]] = {}

    async def weather(self, place: str, now: datetime) -> Weather:
        """At a place, or at home if it is empty. ConfigError: nobody said where that is; Unclear:
        no such place; Retry: the server is away."""
        where = await self._place(self._home if _at_home(place) else place.strip())
        kept = self._weather.get(where)
        if kept and timedelta() <= now - kept[0] < FRESH:
            return kept[1]
        wanted = {
            "latitude": where.latitude,
            "longitude": where.longitude,
            "timezone": "auto",
            "forecast_days": DAYS,
            "current": CURRENT,
            "hourly": HOURLY,
            "daily": DAILY,
            **(_IMPERIAL if self._units == "imperial" else {}),
        }
        answer = await self._get(f"{self._server}/v1/forecast", wanted, "the weather server")
        found = weather(answer, where, self._units)
        if len(self._weather) >= KEPT:
            self._weather.pop(next(iter(self._weather)))
        self._weather[where] = (now, found)
        return found

    async def _place(self, name: str) -> Place:
        if not name:
            raise ConfigError(
                "weather does not know where the house is; run: vivavoce setup weather, or set "
                "VIVAVOCE_WEATHER_PLACE"
            )
        at = _AT.fullmatch(name)
        if at:
            return Place("", float(at[1]), float(at[2]))
        key = name.casefold()
        if key not in self._places:
            if len(self._places) >= KEPT:
                self._places.pop(next(iter(self._places)))
            self._places[key] = await self._found(name)
        return self._places[key]

    async def _found(self, name: str) -> Place:
        """ "Paris", "Paris, Texas", "paris texas"."""
        town, _, inside = (part.strip() for part in name.partition(","))
        tried = [(town, inside)]
        if not inside:
            words = town.split()
            tried += [
                (" ".join(words[:n]), " ".join(words[n:])) for n in range(len(words) - 1, 0, -1)
            ]
        for searched, within in tried[:4]:
            wanted = {"name": searched, "count": 10, "language": "en", "format": "json"}
            url = f"{self._geocoding}/v1/search"
            found = places(await self._get(url, wanted, "the server that finds places"))
            for place, around in found:
                if within.casefold() in around.casefold():
                    return place
        raise Unclear(f"I know no place called {name[:60]}")

    async def _get(self, url: str, wanted: Mapping[str, Any], who: str) -> Any:
        try:
            answer = await self._http.get(url, params=dict(wanted))
        except httpx.TimeoutException:
            raise Retry(f"{who} takes too long; try again later") from None
        except httpx.HTTPError as error:
            raise Retry(f"{who} is away ({type(error).__name__}); try again later") from None
        except httpx.InvalidURL:
            raise ConfigError(f"{who} has no usable address; run: vivavoce setup weather") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Retry(f"{who} is busy (status {answer.status_code}); try again later")
        if answer.status_code != 200 or len(answer.content) > MOST_BYTES:
            raise Refused(f"{who} would not answer (status {answer.status_code})")
        try:
            return answer.json()
        except ValueError:
            raise Retry(f"{who} answered something strange; try again later") from None


def _at_home(place: str) -> bool:
    said = place.strip(" .")
    return not said or _HOME.fullmatch(said) is not None
