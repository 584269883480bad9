"""A device of the house, what may be changed of it, and the seam that every way to reach it has."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from vivavoce.core import Image

Kind = Literal[
    "light",
    "switch",
    "climate",
    "cover",
    "lock",
    "vacuum",
    "doorbell",
    "camera",
    "sensor",
    "scene",
]
Action = Literal["start", "pause", "stop", "dock", "locate"]
"""Of a vacuum."""
Rgb = tuple[int, int, int]
"""Each 0…255, sRGB."""
State = Mapping[str, Any]
"""What is known now; a key that is missing is not known. A device that takes a Change tells the
same keys; besides:
  current_c, humidity (0…100), battery (0…100), activity (of a vacuum: cleaning, returning, docked,
  paused, idle, error), open (of a contact), motion, smoke, leak (booleans),
  value and unit (of any other sensor), at (of a doorbell: ISO time of the last ring)."""

CONFIRM_S = 4.0
"""A device that has not told its new state by then did not do it, as far as we know."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become different; None: leave it. Values are in units of people."""

    on: bool | None = None
    """Of a scene: True applies it."""
    brightness: int | None = None
    """0…100."""
    colour: Rgb | None = None
    kelvin: int | None = None
    """Of white light: 2000 warm … 6500 cold."""
    target_c: float | None = None
    mode: str | None = None
    """Of a climate device: off, heat, cool, auto, dry, fan_only."""
    position: int | None = None
    """Of a cover: 0 closed … 100 open."""
    locked: bool | None = None
    volume: int | None = None
    """0…100, of a player that is a switch."""
    action: Action | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Only what is to change."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Device:
    """One thing that people name. Immutable: a new state is a new Device."""

    id: str
    """Unique in the house: its backend's name, a colon, the backend's own id; stays the same."""
    name: str
    """As people call it, without its room if the room is known otherwise."""
    kind: Kind
    room: str = ""
    floor: str = ""
    sort: str = ""
    """What kind of cover, sensor or switch: garage, gate, door, window, blind, curtain;
    temperature, humidity, motion, contact, smoke, leak, battery; fan, outlet, player. Of a switch
    or scene: door if what is in it lets somebody in; of a scene: harmless if nothing in it does."""
    features: frozenset[str] = frozenset()
    """Names of Change's fields that it takes; "still" if it has a camera."""
    state: State = field(default_factory=dict)
    available: bool = True
    why_not: str = ""
    """If it isn't available, in words: "the MQTT broker is away"."""
    aliases: tuple[str, ...] = ()
    least_c: float = 5.0
    most_c: float = 35.0
    """What target_c may be."""

    def with_state(self, new: State) -> "Device":
        """The same with these keys of its state replaced."""
        return replace(self, state={**self.state, **new})


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that a device tells by itself."""

    device_id: str
    what: Literal["ring", "motion", "person", "press"]
    at: datetime
    """With its zone."""
    still: Image | None = None
    """What its camera saw then, if the backend gets it with the event."""


Hear = Callable[[Happened], None]
"""Called on the event loop; returns at once."""


class Backend(Protocol):
    """One way to reach devices. Made by a module's `opened`; keeps itself connected."""

    @property
    def name(self) -> str:
        """The prefix of its devices' ids: mqtt, hue, hass."""

    @property
    def trouble(self) -> str:
        """Empty while it is connected, else why it isn't, in words: "the Hue bridge is away"."""

    @property
    def revision(self) -> int:
        """Grows when a device comes, goes, or changes its name, room, kind or features; not when
        only its state or availability does."""

    def devices(self) -> Mapping[str, Device]:
        """All by id, as known now. No I/O, cheap: it is called at every request."""

    async def apply(self, device_id: str, change: Change) -> State:
        """Do it and wait until the device confirms, CONFIRM_S at most: its new state. Retry: it is
        away or silent. Refused: it can't do that. Safe to call for many devices at once."""

    async def still(self, device_id: str) -> Image:
        """What a camera sees now, or saw last. Retry: it is away. Refused: it has no camera."""


Opener = Callable[[Mapping[str, str], Path, Hear], AbstractAsyncContextManager[Backend]]
"""Each backend's module has `opened(settings, folder, hear)`, an asynccontextmanager. settings are
the expert's (hue: "hue" is the address, "hue_key" the secret; hass: "hass" is the URL,
"hass_token"); folder holds its own data. It yields at most 5 s later, connected or not: with
trouble set it goes on trying, and devices() has what was known. ConfigError: a setting can't be
used."""
