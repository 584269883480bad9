"""What the expert can tell."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, get_args

import httpx

from vivavoce.core import ConfigError
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, tool
from vivavoce.experts.builtin.weather import wording
from vivavoce.experts.builtin.weather.openmeteo import OpenMeteo
from vivavoce.experts.builtin.weather.reading import Units
from vivavoce.experts.builtin.weather.wording import What, When

TIMEOUT_S = 8.0
SERVER = "https://api.open-meteo.com"
GEOCODING = "https://geocoding-api.open-meteo.com"
PlaceName = Annotated[str, "Another town than ours, if one is named"]
Day = Annotated[When, "Which day"]


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """Asks nobody yet. ConfigError: units is neither metric nor imperial."""
    settings = setup.settings
    named = settings.get("units") or "metric"
    units: Units | None = next((unit for unit in get_args(Units) if unit == named), None)
    if units is None:
        raise ConfigError(
            f"weather: units is metric or imperial, not {named!r}; run: vivavoce setup weather"
        )
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
        server, geocoding = settings.get("server") or SERVER, settings.get("geocoding") or GEOCODING
        yield tools(OpenMeteo(http, server, geocoding, units, settings.get("place", "")))


def tools(meteo: OpenMeteo) -> list[Tool]:
    """Over these servers."""

    async def now(context: Context, place: PlaceName = "") -> Result:
        """Tell the weather of this minute: temperature, sky, wind."""
        found = await meteo.weather(place, context.now())
        said = wording.now(found)
        return Result(said, said, data={"temperature": found.temperature, "code": found.code})

    async def forecast(context: Context, day: Day = "today", place: PlaceName = "") -> Result:
        """Tell the weather of a day, a night, the weekend or the week, with sunrise and sunset."""
        found = await meteo.weather(place, context.now())
        said = wording.forecast(found, day)
        if not said:
            raise Unclear(f"there is no forecast for {day}")
        sun = "" if day in ("week", "weekend") else f" {wording.sun(found, day)}"
        return Result(f"{said}{sun}", said)

    async def will_it(
        what: What, context: Context, day: Day = "today", place: PlaceName = ""
    ) -> Result:
        """Answer whether there will be rain, snow, freezing, a storm, wind, sun, heat or cold."""
        found = await meteo.weather(place, context.now())
        is_so, said = wording.will_it(found, what, day)
        return Result(said, said, data={"yes": is_so})

    async def sun(context: Context, day: Day = "today", place: PlaceName = "") -> Result:
        """Tell when the sun rises and sets."""
        found = await meteo.weather(place, context.now())
        said = wording.sun(found, day)
        return Result(said, said)

    return [tool(now), tool(forecast), tool(will_it), tool(sun)]
