"""Home Assistant's states as devices of the house. Pure."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vivavoce.experts.builtin.home.device import Device, Kind
from vivavoce.experts.builtin.home.doors import guarded
from vivavoce.experts.builtin.home.hass_registry import Entry, Raw, Registry, is_bell

SILENT = "it does not answer"
COLOURS = frozenset({"hs", "rgb", "rgbw", "rgbww", "xy"})
WARM = frozenset({"color_temp", "rgbww"})
MODES = frozenset({"off", "heat", "cool", "auto", "dry", "fan_only"})
COVERS = {"shade": "blind", "shutter": "blind", "awning": "blind"}
CONTACTS = frozenset({"door", "window", "garage_door", "opening"})
MOTION = frozenset({"motion", "occupancy", "presence", "moving"})
SMOKE = frozenset({"smoke", "gas", "carbon_monoxide", "heat"})
PLAYER_ON, PLAYER_OFF, PLAYER_VOLUME = 128, 256, 4
OPEN, CLOSE, SET, STOP, TILT = 1, 2, 4, 8, 16
"""Of a cover; tilts are the same, TILT times."""
TARGET, RANGE, TURN_ON = 1, 2, 256
"""Of a climate device."""
START, LEGACY_ON = 8192, 1
"""Of a vacuum."""


@dataclass(slots=True)
class Seen:
    """What a state says, before names and rooms."""

    kind: Kind
    state: dict[str, Any] = field(default_factory=dict)
    features: set[str] = field(default_factory=set)
    sort: str = ""
    least_c: float = 5.0
    most_c: float = 35.0


def device(state: Raw, registry: Registry, states: Mapping[str, Raw]) -> Device | None:
    """None: nobody speaks of it. states: of the whole house, by entity_id."""
    entity_id = state["entity_id"]
    entry, see = registry.of(entity_id), _SEE.get(entity_id.partition(".")[0])
    if see is None or entry.hidden:
        return None
    seen = see(state, entry, registry)
    if seen is None:
        return None
    if seen.kind == "doorbell" and registry.camera(entity_id, states):
        seen.features.add("still")
    if seen.kind in ("scene", "switch", "cover") and _held(state):
        harmless = "harmless" if seen.kind == "scene" else seen.sort
        seen.sort = "door" if _opens(state, registry, states) else harmless
    room = registry.rooms.get(entry.area, "")
    battery = states.get(registry.batteries.get(entry.device, ""))
    if (
        battery
        and seen.state.get("battery") is None
        and (level := number(battery["state"])) is not None
    ):
        seen.state["battery"] = round(level)
    away = state["state"] == "unavailable"
    return Device(
        f"hass:{entity_id}",
        _name(state, entry, room),
        seen.kind,
        room=room,
        floor=registry.floors.get(entry.area, ""),
        sort=seen.sort,
        features=frozenset(seen.features),
        state={key: value for key, value in seen.state.items() if value is not None},
        available=not away,
        why_not=SILENT if away else "",
        aliases=entry.aliases,
        least_c=seen.least_c,
        most_c=seen.most_c,
    )


def _opens(state: Raw, registry: Registry, states: Mapping[str, Raw]) -> bool:
    """Whether something in a scene or a group lets somebody in, hidden or not."""
    seen: set[str] = set()
    left = _held(state)
    while left:
        at = left.pop()
        domain, inside = at.partition(".")[0], states.get(at)
        if domain == "lock":
            return True
        if at in seen or inside is None:
            continue
        seen.add(at)
        left += _held(inside)
        if domain in ("cover", "switch") and guarded(_plain(inside, registry)):
            return True
    return False


def _held(state: Raw) -> list[str]:
    """What is in a scene or a group: ids."""
    held = state["attributes"].get("entity_id") or ()
    return [held] if isinstance(held, str) else [str(one) for one in held]


def _plain(state: Raw, registry: Registry) -> Device:
    """What its name, room and kind tell of it."""
    entry = registry.of(state["entity_id"])
    room = registry.rooms.get(entry.area, "")
    seen = (_cover if state["entity_id"].startswith("cover.") else _switch)(state, entry, registry)
    name = _name(state, entry, room)
    return Device("", name, seen.kind, room, sort=seen.sort, aliases=entry.aliases)


def number(value: Any) -> float | None:
    """None if it is none."""
    try:
        read = float(value)
    except (TypeError, ValueError):
        return None
    return read if math.isfinite(read) else None


def celsius(value: Any, fahrenheit: bool) -> float | None:
    """To a tenth."""
    read = number(value)
    if read is None:
        return None
    return round((read - 32) / 1.8 if fahrenheit else read, 1)


def bits(state: Raw) -> int:
    """supported_features."""
    return int(state["attributes"].get("supported_features") or 0)


def _name(state: Raw, entry: Entry, room: str) -> str:
    """Without its room's at the beginning."""
    name = entry.name or state["attributes"].get("friendly_name") or ""
    name = str(name) or state["entity_id"].partition(".")[2].replace("_", " ")
    short = (
        name[len(room) :].strip(" -_:") if room and name.lower().startswith(room.lower()) else ""
    )
    return short or name


def _on(state: Raw) -> bool | None:
    return {"on": True, "off": False}.get(state["state"])


def _light(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del entry, registry
    about = state["attributes"]
    modes = set(about.get("supported_color_modes") or ())
    seen = Seen("light", {"on": _on(state)}, {"on"})
    if modes - {"onoff", "unknown"}:
        seen.features.add("brightness")
    if modes & COLOURS:
        seen.features.add("colour")
    if modes & WARM:
        seen.features.add("kelvin")
    if about.get("brightness") is not None:
        seen.state["brightness"] = max(1, round(about["brightness"] / 2.55))
    if about.get("color_mode") in COLOURS and about.get("rgb_color"):
        seen.state["colour"] = tuple(about["rgb_color"])
    elif about.get("color_mode") == "color_temp":
        seen.state["kelvin"] = kelvin(about)
    return seen


def kelvin(about: Raw) -> int | None:
    """Of a lamp's attributes; older versions tell mireds."""
    if about.get("color_temp_kelvin"):
        return int(about["color_temp_kelvin"])
    return round(1_000_000 / about["color_temp"]) if about.get("color_temp") else None


def _switch(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del entry, registry
    sort = "outlet" if state["attributes"].get("device_class") == "outlet" else ""
    return Seen("switch", {"on": _on(state)}, {"on"}, sort)


def _fan(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del entry, registry
    return Seen("switch", {"on": _on(state)}, {"on"}, "fan")


def _player(state: Raw, entry: Entry, registry: Registry) -> Seen | None:
    del entry, registry
    can, now = bits(state), state["state"]
    known = now not in ("unavailable", "unknown")
    seen = Seen("switch", {"on": now not in ("off", "standby") if known else None}, sort="player")
    if can & PLAYER_ON and can & PLAYER_OFF:
        seen.features.add("on")
    if can & PLAYER_VOLUME:
        seen.features.add("volume")
    level = number(state["attributes"].get("volume_level"))
    seen.state["volume"] = None if level is None else round(100 * level)
    return seen


def _climate(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del entry
    about, can, f = state["attributes"], bits(state), registry.fahrenheit
    modes = set(about.get("hvac_modes") or ())
    mode = "auto" if state["state"] == "heat_cool" else state["state"]
    seen = Seen("climate", {"mode": mode if mode in MODES else None})
    if mode in MODES:
        seen.state["on"] = mode != "off"
    seen.state["current_c"] = celsius(about.get("current_temperature"), f)
    seen.state["humidity"] = about.get("current_humidity")
    seen.state["target_c"] = celsius(about.get("temperature"), f)
    low, high = about.get("target_temp_low"), about.get("target_temp_high")
    if seen.state["target_c"] is None and low is not None and high is not None:
        seen.state["target_c"] = celsius((low + high) / 2, f)
    if can & TARGET or can & RANGE:
        seen.features.add("target_c")
    if len(modes) > 1:
        seen.features.add("mode")
    if "off" in modes:
        seen.features.add("on")
    seen.least_c = celsius(about.get("min_temp"), f) or seen.least_c
    seen.most_c = celsius(about.get("max_temp"), f) or seen.most_c
    return seen


def _cover(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del entry, registry
    about, can = state["attributes"], bits(state)
    about_position = about.get("current_position")
    if tilts(can):
        about_position = about.get("current_tilt_position")
    position = {"open": 100, "closed": 0}.get(state["state"])
    if about_position is not None:
        position = round(about_position)
    sort = str(about.get("device_class") or "")
    features = {"position"} if can & (OPEN | CLOSE | SET | TILT * (OPEN | CLOSE | SET)) else set()
    return Seen("cover", {"position": position}, features, COVERS.get(sort, sort))


def tilts(can: int) -> bool:
    """A cover that does nothing but tilt."""
    return not can & (OPEN | CLOSE | SET) and bool(can & TILT * (OPEN | CLOSE | SET))


def _lock(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del entry, registry
    locked = {"locked": True, "unlocked": False, "open": False}.get(state["state"])
    return Seen("lock", {"locked": locked}, {"locked"})


def _vacuum(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del entry, registry
    can, now = bits(state), state["state"]
    now = {"on": "cleaning", "off": "idle"}.get(now, now)
    known = now in ("cleaning", "returning", "docked", "paused", "idle", "error")
    seen = Seen("vacuum", {"activity": now if known else None})
    if can & (START | LEGACY_ON):
        seen.features.add("action")
    battery = number(state["attributes"].get("battery_level"))
    seen.state["battery"] = None if battery is None else round(battery)
    return seen


def _camera(state: Raw, entry: Entry, registry: Registry) -> Seen | None:
    theirs = entry.device in registry.doorbells or (
        entry.device and registry.cameras.get(entry.device) != state["entity_id"]
    )
    return None if theirs else Seen("camera", {}, {"still"})


def _event(state: Raw, entry: Entry, registry: Registry) -> Seen | None:
    del registry
    if is_bell(state, entry):
        at = None if state["state"] in ("unknown", "unavailable") else state["state"]
        return Seen("doorbell", {"at": at})
    about = state["attributes"].get("device_class")
    return Seen("sensor", sort=about) if about in ("button", "motion") else None


def _binary(state: Raw, entry: Entry, registry: Registry) -> Seen | None:
    del registry
    if is_bell(state, entry):
        return Seen("doorbell", {"at": state.get("last_changed") if _on(state) else None})
    about = state["attributes"].get("device_class")
    for sort, key, classes in (
        ("contact", "open", CONTACTS),
        ("motion", "motion", MOTION),
        ("smoke", "smoke", SMOKE),
        ("leak", "leak", {"moisture"}),
    ):
        if about in classes:
            return Seen("sensor", {key: _on(state)}, sort=sort)
    return Seen("sensor", {"value": state["state"]}, sort=str(about)) if about else None


def _sensor(state: Raw, entry: Entry, registry: Registry) -> Seen | None:
    del entry, registry
    about, unit = state["attributes"].get("device_class"), _unit(state)
    value = number(state["state"])
    if about == "temperature":
        return Seen("sensor", {"current_c": celsius(value, unit == "°F")}, sort="temperature")
    if about in ("humidity", "battery"):
        return Seen("sensor", {about: value}, sort=about)
    if not unit:
        return None
    return Seen("sensor", {"value": value, "unit": unit}, sort=str(about or ""))


def _unit(state: Raw) -> str:
    return str(state["attributes"].get("unit_of_measurement") or "")


def _scene(state: Raw, entry: Entry, registry: Registry) -> Seen:
    del state, entry, registry
    return Seen("scene", {}, {"on"})


_SEE: dict[str, Callable[[Raw, Entry, Registry], Seen | None]] = {
    "light": _light,
    "switch": _switch,
    "fan": _fan,
    "humidifier": _switch,
    "media_player": _player,
    "climate": _climate,
    "cover": _cover,
    "lock": _lock,
    "vacuum": _vacuum,
    "camera": _camera,
    "event": _event,
    "binary_sensor": _binary,
    "sensor": _sensor,
    "scene": _scene,
}
CALLED = frozenset(_SEE) - {"sensor", "binary_sensor", "event"}
"""Domains of what people call by other names too."""
