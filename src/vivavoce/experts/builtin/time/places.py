"""Which zone a city or a country lies in."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_MORE = {
    "usa east coast": "America/New_York",
    "the east coast": "America/New_York",
    "the west coast": "America/Los_Angeles",
    "new york city": "America/New_York",
    "washington": "America/New_York",
    "boston": "America/New_York",
    "miami": "America/New_York",
    "philadelphia": "America/New_York",
    "atlanta": "America/New_York",
    "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "las vegas": "America/Los_Angeles",
    "san diego": "America/Los_Angeles",
    "california": "America/Los_Angeles",
    "texas": "America/Chicago",
    "houston": "America/Chicago",
    "dallas": "America/Chicago",
    "austin": "America/Chicago",
    "hawaii": "Pacific/Honolulu",
    "montreal": "America/Toronto",
    "rio de janeiro": "America/Sao_Paulo",
    "rio": "America/Sao_Paulo",
    "brazil": "America/Sao_Paulo",
    "argentina": "America/Argentina/Buenos_Aires",
    "england": "Europe/London",
    "scotland": "Europe/London",
    "wales": "Europe/London",
    "britain": "Europe/London",
    "great britain": "Europe/London",
    "the uk": "Europe/London",
    "uk": "Europe/London",
    "manchester": "Europe/London",
    "edinburgh": "Europe/London",
    "ireland": "Europe/Dublin",
    "germany": "Europe/Berlin",
    "munich": "Europe/Berlin",
    "hamburg": "Europe/Berlin",
    "cologne": "Europe/Berlin",
    "frankfurt": "Europe/Berlin",
    "france": "Europe/Paris",
    "lyon": "Europe/Paris",
    "italy": "Europe/Rome",
    "milan": "Europe/Rome",
    "spain": "Europe/Madrid",
    "barcelona": "Europe/Madrid",
    "switzerland": "Europe/Zurich",
    "geneva": "Europe/Zurich",
    "austria": "Europe/Vienna",
    "the netherlands": "Europe/Amsterdam",
    "sweden": "Europe/Stockholm",
    "norway": "Europe/Oslo",
    "denmark": "Europe/Copenhagen",
    "finland": "Europe/Helsinki",
    "poland": "Europe/Warsaw",
    "greece": "Europe/Athens",
    "kyiv": "Europe/Kiev",
    "ukraine": "Europe/Kiev",
    "china": "Asia/Shanghai",
    "beijing": "Asia/Shanghai",
    "japan": "Asia/Tokyo",
    "osaka": "Asia/Tokyo",
    "kyoto": "Asia/Tokyo",
    "korea": "Asia/Seoul",
    "india": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata",
    "thailand": "Asia/Bangkok",
    "israel": "Asia/Jerusalem",
    "tel aviv": "Asia/Jerusalem",
    "abu dhabi": "Asia/Dubai",
    "nepal": "Asia/Kathmandu",
    "kenya": "Africa/Nairobi",
    "south africa": "Africa/Johannesburg",
    "cape town": "Africa/Johannesburg",
    "new zealand": "Pacific/Auckland",
    "wellington": "Pacific/Auckland",
    "canberra": "Australia/Sydney",
    "utc": "UTC",
    "greenwich": "UTC",
}


def zone_of(place: str) -> ZoneInfo | None:
    """For "Tokyo", "new york", "Germany"; None: not known."""
    wanted = " ".join(place.lower().replace("_", " ").split()).strip(" .?!,")
    return next(
        (
            ZoneInfo(found)
            for name in (wanted, wanted.removeprefix("the "), wanted.split(",")[0])
            if (found := _MORE.get(name) or _cities().get(name))
        ),
        None,
    )


@lru_cache(1)
def _cities() -> dict[str, str]:
    """The last part of each zone's name → the zone."""
    names = (name for name in sorted(available_timezones()) if "/" in name)
    return {
        name.rsplit("/", 1)[1].replace("_", " ").lower(): name
        for name in names
        if not name.startswith("Etc/")
    }
