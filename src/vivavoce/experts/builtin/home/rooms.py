"""Where devices are: as their owner wrote it, as they say, or as their names begin. Pure."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from vivavoce.core import ConfigError
from vivavoce.experts.builtin.home.device import Device
from vivavoce.experts.builtin.home.words import ROOMS, tokens

ALSO = "also"
"""The table of other names; all others are floors."""
NO_FLOOR = "rooms"
_BETWEEN = re.compile(r"[\s_/.\-]+")
_LONGEST = 3
"""Words of a room's name at the beginning of a device's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """rooms.toml, read."""

    of: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """A device's name, id or pattern, in small letters → its room and floor."""
    floors: Mapping[str, str] = field(default_factory=dict)
    """Room's key → floor."""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A device's name in small letters → other names for it."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """Those that stand for several devices."""
        return tuple(key for key in self.of if "*" in key)


def read_plan(path: Path) -> Plan:
    """A file like this; an empty Plan if there is none. ConfigError.

    [upstairs]                  # a floor; [rooms] for rooms of no floor
    bedroom = ["Lamp 3", "tasmota_bed*"]
    [also]
    "Lamp 3" = ["night light"]
    """
    try:
        written = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return Plan()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error
    of: dict[str, tuple[str, str]] = {}
    floors: dict[str, str] = {}
    also: dict[str, tuple[str, ...]] = {}
    for table, rooms in written.items():
        if not isinstance(rooms, dict):
            raise ConfigError(f'{path}: write [{table}] with rooms below: kitchen = ["Lamp"]')
        for name, listed in rooms.items():
            if not isinstance(listed, list) or not all(isinstance(d, str) for d in listed):
                raise ConfigError(f"{path}: {name} in [{table}] must be a list of names")
            if table == ALSO:
                also[name.casefold()] = tuple(listed)
                continue
            floor = "" if table == NO_FLOOR else table
            floors[" ".join(tokens(name))] = floor
            of |= {device.casefold(): (name, floor) for device in listed}
    return Plan(of, floors, also)


def placed(devices: Iterable[Device], plan: Plan) -> dict[str, Device]:
    """Each with its room, floor, other names, and its name without the room, by id."""
    devices = list(devices)
    known = {" ".join(tokens(d.room)): d.room for d in devices if d.room}
    known |= {key: "" for key in (*plan.floors, *ROOMS) if key not in known}
    return {device.id: _placed(device, plan, known) for device in devices}


def _placed(device: Device, plan: Plan, known: Mapping[str, str]) -> Device:
    written = plan.of.get(device.name.casefold()) or plan.of.get(device.id.casefold())
    if written is None:
        hit = (p for p in plan.patterns if fnmatchcase(device.name.casefold(), p))
        written = plan.of.get(next(hit, ""))
    room, name = (written[0], device.name) if written else (device.room, device.name)
    if not room:
        room, name = _begins(device, known)
    floor = (written[1] if written else "") or plan.floors.get(" ".join(tokens(room)), "")
    also = (*device.aliases, *plan.also.get(device.name.casefold(), ()))
    return replace(device, name=name, room=room, floor=floor or device.floor, aliases=also)


def _begins(device: Device, known: Mapping[str, str]) -> tuple[str, str]:
    """Room and name of "kitchen_ceiling_light", "kitchen/ceiling"."""
    before, slash, after = device.name.rpartition("/")
    if slash and before and after:
        return _written(before), after
    parts = [part for part in _BETWEEN.split(device.name) if part]
    for size in range(min(_LONGEST, len(parts)), 0, -1):
        key = " ".join(tokens(" ".join(parts[:size])))
        if key not in known:
            continue
        rest = parts[size:]
        if len(rest) > 1 and rest[0].isdigit():
            size, rest = size + 1, rest[1:]
        room = known[key] if size == len(key.split()) and known[key] else ""
        return room or _written(" ".join(parts[:size])), " ".join(rest) or device.kind
    return "", device.name


def _written(room: str) -> str:
    plain = " ".join(_BETWEEN.split(room)).strip()
    return plain[:1].upper() + plain[1:]
