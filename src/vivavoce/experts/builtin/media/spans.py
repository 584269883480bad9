"""Places in a song or film, as people say them and as they are told. Pure."""

import re
from datetime import timedelta

from vivavoce.experts.when import length, say_length

_CLOCK = re.compile(r"^(?:(\d+):)?(\d+):(\d{2})$")
_BARE = re.compile(r"^(?:minute )?(\d+)$")


def seconds(said: str) -> float | None:
    """ "two minutes" → 120.0, "1:30" → 90.0, "minute 5" → 300.0, "30" → 30.0. None: no time."""
    text = said.lower().strip(" .")
    if clock := _CLOCK.match(text):
        hours, minutes, left = (int(part or 0) for part in clock.groups())
        return float(hours * 3600 + minutes * 60 + left)
    if bare := _BARE.match(text):
        return float(bare[1]) * (60 if text.startswith("minute") else 1)
    found = length(text)
    return found.total_seconds() if found else None


def spoken(length_s: float) -> str:
    """ "2 minutes and 5 seconds"."""
    return say_length(timedelta(seconds=round(length_s)))
