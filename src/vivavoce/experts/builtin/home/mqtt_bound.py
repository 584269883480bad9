"""A device that is reached by topics: what its messages mean, and what is sent to it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vivavoce.core import Refused
from vivavoce.experts.builtin.home.device import Change, Device, Rgb, State

GARBLED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    ZeroDivisionError,
    MemoryError,
)
"""What reading a message raises that is not what it should be: anybody may publish anything."""
LONGEST_NAME = 80
LONGEST_TOPIC = 1000
"""Characters; the descriptions are anybody's."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message to a broker."""

    topic: str
    payload: str


Read = Callable[[str], State]
"""A payload → the keys of the state that it tells. GARBLED for one that can't be read."""
Write = Callable[[Change, State], list[Sent]]
"""Refused: the device can't do that."""
What = Literal["ring", "motion", "person", "press"]


def never(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
    """Of what only tells."""
    raise Refused("this only tells; it can't be set")


@dataclass(frozen=True, slots=True)
class Bound:
    """A device and its topics."""

    device: Device
    reads: Mapping[str, Read]
    """By topic."""
    write: Write = never
    presence: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    """Topic → whether its payload means that the device is there."""
    happens: Mapping[str, Callable[[str], What | None]] = field(default_factory=dict)
    """Topic → what its payload means as an event."""
    picture: str = ""
    """The topic of a camera's last picture…"""
    base64: bool = False
    """…and how it is written."""
    confirms: bool = True
    """It tells its new state after a command."""
    family: str = ""
    """What else is in the same box: a bell's camera."""

    @property
    def topics(self) -> set[str]:
        """All that are to be listened to."""
        return {t for t in (*self.reads, *self.presence, *self.happens, self.picture) if t}


def document(payload: str) -> dict[str, Any]:
    """A JSON object. GARBLED if it is none."""
    found = json.loads(payload)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def name_of(said: object) -> str:
    """A name that can be shown and said; empty: it is none."""
    if not isinstance(said, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())[:LONGEST_NAME]


def percent(value: float, least: float, most: float) -> int:
    """A device's own scale as 0…100; the least that is on is 1."""
    if most <= least:
        raise ValueError("no scale")
    share = 100 * (float(value) - least) / (most - least)
    return min(100, max(0, round(share) or (1 if share > 0 else 0)))


def scaled(share: int, least: float, most: float) -> int:
    """0…100 as a device's own scale."""
    return round(least + share / 100 * (most - least))


def mired(kelvin: int, least: float = 153, most: float = 500) -> int:
    """Within what a lamp can do."""
    return int(min(most, max(least, round(1_000_000 / kelvin))))


def hexed(colour: Rgb) -> str:
    """#rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
