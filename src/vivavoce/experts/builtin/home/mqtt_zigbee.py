"""zigbee2mqtt's conventions: what bridge/devices tells, and the messages of each device. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vivavoce.core import Refused
from vivavoce.experts.builtin.home.device import Change, Device, Kind, State
from vivavoce.experts.builtin.home.hue_colour import rgb
from vivavoce.experts.builtin.home.mqtt_bound import (
    GARBLED,
    Bound,
    Sent,
    document,
    hexed,
    mired,
    name_of,
    never,
    percent,
    scaled,
)

SET = 2
"""The bit of access that lets a property be set."""
_TYPES: dict[str, Kind] = {
    "light": "light",
    "switch": "switch",
    "fan": "switch",
    "lock": "lock",
    "cover": "cover",
    "climate": "climate",
}
_BOOLEANS = {
    "contact": ("open", "contact"),
    "occupancy": ("motion", "motion"),
    "presence": ("motion", "motion"),
    "water_leak": ("leak", "leak"),
    "smoke": ("smoke", "smoke"),
    "vibration": ("vibration", "vibration"),
}
_NUMBERS = {
    "temperature": "current_c",
    "local_temperature": "current_c",
    "humidity": "humidity",
    "battery": "battery",
    "illuminance": "lux",
    "illuminance_lux": "lux",
    "power": "watts",
    "energy": "kilowatt_hours",
    "co2": "co2",
    "pm25": "pm25",
    "pressure": "pressure",
}
_SORTS = {"current_c": "temperature", "humidity": "humidity", "watts": "power", "lux": "light"}


@dataclass(frozen=True, slots=True)
class _Part:
    """What a device exposes as one thing; a double socket has two."""

    kind: Kind
    sort: str = ""
    endpoint: str = ""
    features: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By name: state, brightness, position, …"""


def bound(listed: object, base: str) -> dict[str, Bound]:
    """bridge/devices, by id. What can't be read in it is left out."""
    found: dict[str, Bound] = {}
    for entry in listed if isinstance(listed, list) else ():
        try:
            found |= {b.device.id: b for b in _device(entry, base)}
        except GARBLED:
            continue
    return found


def groups(listed: object, base: str, members: Mapping[str, Bound]) -> dict[str, Bound]:
    """bridge/groups: reached only by their own names, so that nothing is switched twice."""
    found: dict[str, Bound] = {}
    for entry in listed if isinstance(listed, list) else ():
        try:
            name, number = name_of(entry["friendly_name"]), int(entry["id"])
            inside = [m["ieee_address"] for m in entry.get("members", ())]
            lights = [members[f"mqtt:{i}"] for i in inside if f"mqtt:{i}" in members]
            lights = [b for b in lights if b.device.kind == "light"]
            features = frozenset.union(*(b.device.features for b in lights))
        except GARBLED:
            continue
        topic = f"{base}/{entry['friendly_name']}"
        device = Device(f"mqtt:group:{number}", name, "light", sort="group", features=features)
        part = _Part("light", features=_light_features())
        found[device.id] = Bound(device, {topic: _reader(part)}, _writer(topic, part, device))
    return found


def present(payload: str) -> bool:
    """NAME/availability, and bridge/state: plain or JSON."""
    text = payload.strip()
    if text.startswith("{"):
        text = str(document(text).get("state", ""))
    return text.casefold() != "offline"


def _device(entry: Mapping[str, Any], base: str) -> Iterator[Bound]:
    if entry.get("type") == "Coordinator" or entry.get("disabled"):
        return
    name, address = name_of(entry["friendly_name"]), name_of(entry["ieee_address"])
    definition = entry.get("definition") or {}
    exposes = [e for e in definition.get("exposes", ()) if isinstance(e, dict)]
    if not name or not address:
        return
    topic = f"{base}/{entry['friendly_name']}"
    seen = present
    for part in _parts(exposes, name):
        full = f"{name} {part.endpoint}".strip()
        device = Device(
            f"mqtt:{address}" + (f":{part.endpoint}" if part.endpoint else ""),
            full,
            part.kind,
            sort=part.sort,
            features=frozenset(_settable(part)),
            least_c=_number(_goal(part), "value_min", 5.0),
            most_c=_number(_goal(part), "value_max", 30.0),
        )
        yield Bound(
            device,
            {topic: _reader(part)},
            never if part.kind == "sensor" else _writer(topic, part, device),
            {f"{topic}/availability": seen},
            family=address,
        )


def _parts(exposes: list[dict[str, Any]], name: str) -> Iterator[_Part]:
    """The things of a device; what is only told goes with the first of them."""
    told = {e["name"]: e for e in exposes if "features" not in e and isinstance(e.get("name"), str)}
    things = [e for e in exposes if e.get("type") in _TYPES]
    for i, expose in enumerate(things):
        features = {
            f["name"]: f for f in expose.get("features", ()) if isinstance(f, dict) and "name" in f
        }
        more = {n: f for n, f in told.items() if n in _NUMBERS} if i == 0 else {}
        kind = _TYPES[expose["type"]]
        sort = "fan" if expose["type"] == "fan" else _sort(kind, name)
        yield _Part(kind, sort, str(expose.get("endpoint") or ""), {**more, **features})
    if things or not told:
        return
    sensed = [n for n in told if n in _BOOLEANS] + [n for n in told if n in _NUMBERS]
    if sensed:
        first = sensed[0]
        sort = _BOOLEANS[first][1] if first in _BOOLEANS else _SORTS.get(_NUMBERS[first], first)
        yield _Part("sensor", _sort("sensor", name) or sort, "", told)


def _sort(kind: Kind, name: str) -> str:
    """What a cover, plug or contact is, by its name."""
    words = name.casefold()
    known = {
        "cover": ("garage", "gate", "curtain", "blind", "shutter", "shade", "awning"),
        "switch": ("fan", "plug", "socket", "outlet"),
        "sensor": ("window", "door"),
    }.get(kind, ())
    found = next((sort for sort in known if sort in words), "")
    return "outlet" if found in ("plug", "socket") else found


def _settable(part: _Part) -> Iterable[str]:
    """Names of Change's fields."""
    names = {n for n, f in part.features.items() if _access(f) & SET}
    match part.kind:
        case "light":
            yield "on"
            if "brightness" in names:
                yield "brightness"
            if "color_temp" in names:
                yield "kelvin"
            if names & {"color_xy", "color_hs"}:
                yield "colour"
        case "switch":
            yield "on"
        case "lock":
            yield "locked"
        case "cover":
            yield "position"
        case "climate":
            if _goal(part):
                yield "target_c"
            if "system_mode" in names:
                yield "mode"


def _access(feature: Mapping[str, Any]) -> int:
    access = feature.get("access", SET)
    return access if isinstance(access, int) else SET


def _goal(part: _Part) -> Mapping[str, Any]:
    """The set point of a climate device."""
    for name in ("occupied_heating_setpoint", "current_heating_setpoint"):
        if name in part.features:
            return part.features[name]
    return {}


def _number(feature: Mapping[str, Any], key: str, default: float) -> float:
    value = feature.get(key, default)
    return float(value) if isinstance(value, int | float) else default


def _property(part: _Part, name: str) -> str:
    """The key in the messages; color_xy and color_hs are both "color"."""
    feature = part.features.get(name, {})
    return str(feature.get("property") or (f"{name}_{part.endpoint}" if part.endpoint else name))


def _reader(part: _Part) -> Any:
    """The state that a message of the device tells about this part of it."""
    keys = {name: _property(part, name) for name in part.features}

    def read(payload: str) -> State:
        told = document(payload)
        found = {n: told[k] for n, k in keys.items() if told.get(k) is not None}
        return {**_told(part, found), **_common(found), **_coloured(part, told)}

    return read


def _told(part: _Part, found: Mapping[str, Any]) -> dict[str, Any]:
    """What the part is there for."""
    state: dict[str, Any] = {}
    if "state" in found and part.kind in ("light", "switch"):
        on = part.features["state"].get("value_on", "ON")
        state["on"] = found["state"] == on or str(found["state"]).upper() == "ON"
    if "brightness" in found:
        state["brightness"] = percent(found["brightness"], 0, _most(part, "brightness"))
    if part.kind == "lock" and ("state" in found or "lock_state" in found):
        state["locked"] = str(found.get("lock_state") or found["state"]).upper() in (
            "LOCK",
            "LOCKED",
        )
    if part.kind == "cover":
        if "position" in found:
            state["position"] = percent(found["position"], 0, 100)
        elif "state" in found:
            state["position"] = 100 if str(found["state"]).upper() == "OPEN" else 0
    if part.kind == "climate":
        for name in ("occupied_heating_setpoint", "current_heating_setpoint"):
            if name in found:
                state["target_c"] = float(found[name])
        if "system_mode" in found:
            state["mode"] = str(found["system_mode"])
    return state


def _common(found: Mapping[str, Any]) -> dict[str, Any]:
    """What many devices measure beside."""
    state: dict[str, Any] = {}
    for name, (key, _) in _BOOLEANS.items():
        if isinstance(found.get(name), bool):
            state[key] = found[name] is False if name == "contact" else found[name]
    for name, key in _NUMBERS.items():
        if name in found:
            state[key] = _finite(found[name])
    return state


def _coloured(part: _Part, told: Mapping[str, Any]) -> dict[str, Any]:
    """Either a colour or a white: as the device says which it shows."""
    if part.kind != "light":
        return {}
    mode = told.get("color_mode")
    colour, white = told.get(_property(part, "color_xy")), told.get(_property(part, "color_temp"))
    if not isinstance(colour, dict):
        colour = told.get("color")
    if white and mode in (None, "color_temp"):
        return {"kelvin": round(100_000 / float(white)) * 10, "colour": None}
    if isinstance(colour, dict) and "hex" in colour and mode != "color_temp":
        red, green, blue = bytes.fromhex(str(colour["hex"]).lstrip("#"))
        return {"colour": (red, green, blue), "kelvin": None}
    if isinstance(colour, dict) and "x" in colour and mode in (None, "xy", "hs"):
        return {"colour": rgb((float(colour["x"]), float(colour["y"]))), "kelvin": None}
    return {}


def _writer(topic: str, part: _Part, device: Device) -> Any:
    """The message that a change is."""

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        asked = change.given
        if not set(asked) <= device.features:
            missing = ", ".join(sorted(set(asked) - device.features))
            raise Refused(f"{device.name} has no {missing}")
        body = dict(_body(part, asked))
        return [Sent(f"{topic}/set", json.dumps(body))]

    return write


def _body(part: _Part, asked: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    state = part.features.get("state", {})
    for name, value in asked.items():
        match name:
            case "on":
                word = ("value_on", "ON") if value else ("value_off", "OFF")
                yield _property(part, "state"), state.get(*word)
            case "brightness":
                most = _most(part, "brightness")
                yield _property(part, "brightness"), max(1, scaled(value, 0, most))
            case "colour":
                yield "color", {"hex": hexed(value)}
            case "kelvin":
                temp = part.features.get("color_temp", {})
                least, most = _number(temp, "value_min", 153), _number(temp, "value_max", 500)
                yield _property(part, "color_temp"), mired(value, least, most)
            case "locked":
                word = ("value_on", "LOCK") if value else ("value_off", "UNLOCK")
                yield _property(part, "state"), state.get(*word)
            case "position":
                if "position" in part.features:
                    yield _property(part, "position"), value
                else:
                    yield _property(part, "state"), "OPEN" if value else "CLOSE"
            case "target_c":
                goal = _goal(part)
                yield str(goal.get("property") or goal.get("name")), value
            case "mode":
                yield _property(part, "system_mode"), value


def _most(part: _Part, name: str) -> float:
    return _number(part.features.get(name, {}), "value_max", 254)


def _finite(value: Any) -> float:
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("not a number")
    return number


def _light_features() -> dict[str, dict[str, Any]]:
    """Of a group: its members' sum."""
    names = ("state", "brightness", "color_temp", "color_xy")
    kept: dict[str, dict[str, Any]] = {n: {"name": n, "access": 7} for n in names}
    kept["color_xy"]["property"] = "color"
    return kept
