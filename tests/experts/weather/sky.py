"""A server on loopback that answers as Open-Meteo's documented API does, from made-up weather.

It refuses variables and units that the real one does not know, gives arrays by column, nulls at
the end, and errors as {"error": true, "reason": …}.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOURLY = {"temperature_2m", "precipitation_probability", "precipitation", "weather_code"} | {
    "wind_gusts_10m"
}
CURRENT = {"temperature_2m", "apparent_temperature", "precipitation", "weather_code"} | {
    "wind_speed_10m"
}
DAILY = {"weather_code", "temperature_2m_max", "temperature_2m_min"} | {
    "precipitation_probability_max", "wind_gusts_10m_max", "sunrise", "sunset",
}  # fmt: skip
UNITS = {
    "temperature_unit": {"celsius", "fahrenheit"},
    "wind_speed_unit": {"kmh", "ms", "mph", "kn"},
    "precipitation_unit": {"mm", "inch"},
}
TOWNS: list[dict[str, Any]] = [
    {
        "id": 2946447, "name": "Bonn", "latitude": 50.73438, "longitude": 7.09549,
        "elevation": 60.0, "feature_code": "PPLA3", "country_code": "DE",
        "timezone": "Europe/Berlin", "population": 313125, "country": "Germany",
        "admin1": "North Rhine-Westphalia",
    },
    {
        "id": 2988507, "name": "Paris", "latitude": 48.85341, "longitude": 2.3488,
        "country_code": "FR", "timezone": "Europe/Paris", "country": "France",
        "admin1": "Île-de-France",
    },
    {
        "id": 4717560, "name": "Paris", "latitude": 33.66094, "longitude": -95.55551,
        "country_code": "US", "timezone": "America/Chicago", "country": "United States",
        "admin1": "Texas", "admin2": "Lamar",
    },
]  # fmt: skip


@dataclass
class Sky:
    """What the server's weather is; every hour alike unless hours says otherwise."""

    now: datetime = datetime(2026, 11, 24, 15, 10)
    """Local; a Tuesday."""
    temperature: float = 9.4
    feels: float = 8.9
    code: int = 3
    wind: float = 10.0
    hours: dict[datetime, dict[str, float]] = field(default_factory=dict)
    days: dict[date, dict[str, float]] = field(default_factory=dict)
    status: int = 200
    wait_s: float = 0.0
    body: bytes | None = None
    asked: list[str] = field(default_factory=list)
    """Paths with their queries."""

    def forecast(self, query: dict[str, str]) -> tuple[int, object]:
        for name, known in UNITS.items():
            if name in query and query[name] not in known:
                return 400, _error(f"Cannot initialize {name} from invalid String {query[name]}")
        for name, known in (("current", CURRENT), ("hourly", HOURLY), ("daily", DAILY)):
            for variable in query[name].split(","):
                if variable not in known:
                    return 400, _error(f"Cannot initialize {variable} for key {name}")
        if "timezone" not in query:
            return 400, _error("Timezone is required")
        first = datetime.combine(self.now.date(), datetime.min.time())
        days = int(query.get("forecast_days", "7"))
        hours = [first + timedelta(hours=n) for n in range(24 * days)]
        plain = {"temperature_2m": self.temperature, "weather_code": self.code}
        rows = [
            {"precipitation_probability": 5, "precipitation": 0.0, "wind_gusts_10m": 20.0}
            | plain
            | self.hours.get(at, {})
            for at in hours
        ]
        hourly: dict[str, list[Any]] = {"time": [f"{at:%Y-%m-%dT%H:%M}" for at in hours]}
        for name in query["hourly"].split(","):
            hourly[name] = [row[name] for row in rows]
            hourly[name][-3:] = [None] * 3
        daily: dict[str, list[Any]] = {}
        dates = [first.date() + timedelta(n) for n in range(days)]
        daily["time"] = [day.isoformat() for day in dates]
        for name in query["daily"].split(","):
            daily[name] = [self._day(day).get(name) for day in dates]
        return 200, {
            "latitude": float(query["latitude"]),
            "longitude": float(query["longitude"]),
            "generationtime_ms": 0.1,
            "utc_offset_seconds": 3600,
            "timezone": "Europe/Berlin",
            "timezone_abbreviation": "GMT+1",
            "elevation": 60.0,
            "current_units": {"time": "iso8601", "interval": "seconds", "temperature_2m": "°C"},
            "current": {
                "time": f"{self.now:%Y-%m-%dT%H:%M}",
                "interval": 900,
                "temperature_2m": self.temperature,
                "apparent_temperature": self.feels,
                "precipitation": 0.0,
                "weather_code": self.code,
                "wind_speed_10m": self.wind,
            },
            "hourly_units": {"time": "iso8601"},
            "hourly": hourly,
            "daily_units": {"time": "iso8601"},
            "daily": daily,
        }

    def _day(self, day: date) -> dict[str, Any]:
        return {
            "weather_code": self.code,
            "temperature_2m_max": self.temperature + 2,
            "temperature_2m_min": self.temperature - 4,
            "precipitation_probability_max": 5,
            "wind_gusts_10m_max": 20.0,
            "sunrise": f"{day}T08:03",
            "sunset": f"{day}T16:31",
        } | self.days.get(day, {})


def _error(reason: str) -> object:
    return {"error": True, "reason": reason}


def _search(query: dict[str, str]) -> tuple[int, object]:
    name = query.get("name", "").casefold()
    found = [town for town in TOWNS if len(name) > 1 and town["name"].casefold().startswith(name)]
    answer: dict[str, Any] = {"results": found[: int(query.get("count", "10"))]} if found else {}
    return 200, answer | {"generationtime_ms": 0.5}


@contextmanager
def serving(sky: Sky) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sky.asked.append(self.path)
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            if sky.wait_s:
                sleep(sky.wait_s)
            if sky.status != 200:
                status, answer = sky.status, _error("Too many concurrent requests")
            else:
                routes = {"/v1/forecast": sky.forecast, "/v1/search": _search}
                status, answer = routes[url.path](query)
            body = sky.body if sky.body is not None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
