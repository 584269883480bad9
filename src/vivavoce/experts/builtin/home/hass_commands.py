"""A change as calls of Home Assistant's services, and whether a state says it was made. Pure."""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vivavoce.core import Refused
from vivavoce.experts.builtin.home.device import Change, Device, Rgb
from vivavoce.experts.builtin.home.hass_devices import (
    CLOSE,
    LEGACY_ON,
    OPEN,
    RANGE,
    SET,
    START,
    STOP,
    TARGET,
    TILT,
    TURN_ON,
    bits,
    tilts,
)
from vivavoce.experts.builtin.home.hass_registry import Raw

SAME = {"brightness": 2, "target_c": 0.6, "kelvin": 150, "position": 3, "volume": 2}
"""So far from what was asked for a device may be: it has steps of its own."""
SAME_HUE, SAME_SATURATION = 0.05, 0.2
VACUUM = {
    "start": ("start", START),
    "pause": ("pause", 4),
    "stop": ("stop", 8),
    "dock": ("return_to_base", 16),
    "locate": ("locate", 512),
}
"""Action → service and feature."""
DOES = {
    "start": {"cleaning"},
    "pause": {"paused", "idle"},
    "stop": {"idle", "paused", "docked", "returning"},
    "dock": {"returning", "docked"},
}


@dataclass(frozen=True, slots=True)
class Service:
    """A call of domain.name for one entity."""

    domain: str
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


def services(state: Raw, device: Device, change: Change, fahrenheit: bool) -> list[Service]:
    """In this order. Refused: it can't do that."""
    allowed = device.features | ({"action"} if device.kind == "cover" else set())
    for name in change.given:
        if name not in allowed:
            raise Refused(f"{device.name} has no {name}")
    domain = state["entity_id"].partition(".")[0]
    match device.kind:
        case "light":
            return [_light(state, change)]
        case "climate":
            return _climate(state, device, change, fahrenheit)
        case "cover":
            return [_cover(state, device, change)]
        case "lock":
            return [Service("lock", "lock" if change.locked else "unlock")]
        case "vacuum":
            return [_vacuum(state, device, change)]
        case "scene" if not change.on:
            raise Refused("a scene can't be taken off; change what is in its room")
    made = []
    if change.on is not None:
        made.append(Service(domain, "turn_on" if change.on else "turn_off"))
    if change.volume is not None:
        made.append(Service(domain, "volume_set", {"volume_level": change.volume / 100}))
    return made


def reached(device: Device, state: Raw, change: Change) -> bool:
    """Whether what it says now is what was asked for, or that it moves there."""
    now = device.state
    if state["state"] in ("opening", "closing") and device.kind == "cover":
        return True
    if change.action:
        return change.action not in DOES or now.get("activity") in DOES[change.action]
    if device.kind == "scene":
        return True
    asked = change.given
    if device.kind == "light":
        asked["on"] = lit(change)
        if not asked["on"]:
            return now.get("on") is False
    return all(_same(key, value, now.get(key)) for key, value in asked.items())


def lit(change: Change) -> bool:
    """A lamp that is made brighter, or gets a colour, goes on; no brightness is off."""
    return change.on is not False and change.brightness != 0


def _same(key: str, asked: Any, told: Any) -> bool:
    if told is None:
        return False
    if key == "colour":
        return _alike(asked, told)
    if key in SAME:
        return bool(abs(asked - told) <= SAME[key])
    return bool(asked == told)


def _alike(one: Rgb, other: Rgb) -> bool:
    """In hue and saturation; how bright it is, is told apart."""
    (h1, s1, _), (h2, s2, _) = (
        colorsys.rgb_to_hsv(*(part / 255 for part in c)) for c in (one, other)
    )
    turn = abs(h1 - h2)
    return abs(s1 - s2) <= SAME_SATURATION and (
        min(turn, 1 - turn) <= SAME_HUE or min(s1, s2) < SAME_SATURATION
    )


def _light(state: Raw, change: Change) -> Service:
    if not lit(change):
        return Service("light", "turn_off")
    data: dict[str, Any] = {}
    if change.brightness is not None:
        data["brightness_pct"] = change.brightness
    if change.kelvin is not None:
        about = state["attributes"]
        least, most = about.get("min_color_temp_kelvin"), about.get("max_color_temp_kelvin")
        data["color_temp_kelvin"] = min(most or 6500, max(least or 2000, change.kelvin))
    elif change.colour is not None:
        data["rgb_color"] = list(change.colour)
    return Service("light", "turn_on", data)


def _climate(state: Raw, device: Device, change: Change, fahrenheit: bool) -> list[Service]:
    about, made = state["attributes"], []
    modes = about.get("hvac_modes") or ()
    mode = change.mode
    if change.on is False:
        mode = "off"
    if mode == "auto" and "auto" not in modes and "heat_cool" in modes:
        mode = "heat_cool"
    if mode is not None:
        if mode not in modes:
            raise Refused(f"{device.name} has no mode {mode}; it has: {', '.join(modes)}")
        made.append(Service("climate", "set_hvac_mode", {"hvac_mode": mode}))
    elif change.on and bits(state) & TURN_ON:
        made.append(Service("climate", "turn_on"))
    elif change.on and state["state"] == "off":
        mode = next((m for m in ("heat_cool", "auto", "heat", "cool") if m in modes), "off")
        made.append(Service("climate", "set_hvac_mode", {"hvac_mode": mode}))
    if change.target_c is not None:
        if not device.least_c <= change.target_c <= device.most_c:
            raise Refused(f"{device.name} takes {device.least_c:g} to {device.most_c:g} degrees")
        made.append(
            Service("climate", "set_temperature", _target(state, change.target_c, fahrenheit))
        )
    return made


def _target(state: Raw, target_c: float, fahrenheit: bool) -> dict[str, float]:
    """A single one; or both ends of a range, as far apart as they are."""
    about = state["attributes"]
    target = target_c * 1.8 + 32 if fahrenheit else target_c
    low, high = about.get("target_temp_low"), about.get("target_temp_high")
    if bits(state) & TARGET and (about.get("temperature") is not None or low is None):
        return {"temperature": _step(target, about)}
    if bits(state) & RANGE and low is not None and high is not None:
        half = (high - low) / 2
        return {
            "target_temp_low": _step(target - half, about),
            "target_temp_high": _step(target + half, about),
        }
    raise Refused("its thermostat takes no temperature in this mode; set it to heat or cool first")


def _step(value: float, about: Raw) -> float:
    step = float(about.get("target_temp_step") or 0.1)
    return round(round(value / step) * step, 2)


def _cover(state: Raw, device: Device, change: Change) -> Service:
    can = bits(state)
    suffix = ""
    if tilts(can):
        can, suffix = can // TILT, "_tilt"
    if change.action is not None:
        if change.action != "stop" or not can & STOP:
            raise Refused(f"{device.name} can't {change.action}")
        return Service("cover", f"stop_cover{suffix}")
    position = change.position or 0
    if position == 0 and can & CLOSE:
        return Service("cover", f"close_cover{suffix}")
    if position == 100 and can & OPEN:
        return Service("cover", f"open_cover{suffix}")
    if not can & SET:
        raise Refused(f"{device.name} only opens and closes; it has no position between")
    key = "tilt_position" if suffix else "position"
    return Service("cover", f"set_cover{suffix}_position", {key: position})


def _vacuum(state: Raw, device: Device, change: Change) -> Service:
    action = change.action or "start"
    service, needs = VACUUM[action]
    can = bits(state)
    if action == "start" and not can & START and can & LEGACY_ON:
        return Service("vacuum", "turn_on")
    if not can & needs:
        raise Refused(f"{device.name} can't {action}")
    return Service("vacuum", service)
