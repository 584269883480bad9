"""Home Assistant's MQTT discovery: descriptions of devices, written by the devices. Pure."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vivavoce.core import Refused
from vivavoce.experts.builtin.home.device import Change, Device, Kind, Rgb, State
from vivavoce.experts.builtin.home.mqtt_bound import (
    GARBLED,
    Bound,
    Read,
    Sent,
    What,
    Write,
    document,
    mired,
    name_of,
    never,
    percent,
    scaled,
)
from vivavoce.experts.builtin.home.mqtt_template import render

KINDS: dict[str, Kind] = {
    "light": "light",
    "switch": "switch",
    "fan": "switch",
    "siren": "switch",
    "climate": "climate",
    "cover": "cover",
    "lock": "lock",
    "vacuum": "vacuum",
    "camera": "camera",
    "image": "camera",
    "binary_sensor": "sensor",
    "event": "doorbell",
    "sensor": "sensor",
    "scene": "scene",
}
_SHORT = {
    "act_t": "action_topic",
    "avty": "availability",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "bri_cmd_t": "brightness_command_topic",
    "bri_cmd_tpl": "brightness_command_template",
    "bri_scl": "brightness_scale",
    "bri_stat_t": "brightness_state_topic",
    "bri_val_tpl": "brightness_value_template",
    "clr_temp_cmd_t": "color_temp_command_topic",
    "clr_temp_k": "color_temp_kelvin",
    "clr_temp_stat_t": "color_temp_state_topic",
    "clr_temp_val_tpl": "color_temp_value_template",
    "cmd_t": "command_topic",
    "cmd_tpl": "command_template",
    "curr_temp_t": "current_temperature_topic",
    "curr_temp_tpl": "current_temperature_template",
    "dev": "device",
    "dev_cla": "device_class",
    "e": "encoding",
    "img_e": "image_encoding",
    "img_t": "image_topic",
    "max_mirs": "max_mireds",
    "min_mirs": "min_mireds",
    "mode_cmd_t": "mode_command_topic",
    "mode_cmd_tpl": "mode_command_template",
    "mode_stat_t": "mode_state_topic",
    "mode_stat_tpl": "mode_state_template",
    "o": "origin",
    "obj_id": "object_id",
    "opt": "optimistic",
    "pl_avail": "payload_available",
    "pl_cls": "payload_close",
    "pl_loc": "payload_locate",
    "pl_lock": "payload_lock",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "pl_open": "payload_open",
    "pl_paus": "payload_pause",
    "pl_ret": "payload_return_to_base",
    "pl_stop": "payload_stop",
    "pl_strt": "payload_start",
    "pl_unlk": "payload_unlock",
    "pos_clsd": "position_closed",
    "pos_open": "position_open",
    "pos_t": "position_topic",
    "pos_tpl": "position_template",
    "pow_cmd_t": "power_command_topic",
    "rgb_cmd_t": "rgb_command_topic",
    "rgb_cmd_tpl": "rgb_command_template",
    "rgb_stat_t": "rgb_state_topic",
    "rgb_val_tpl": "rgb_value_template",
    "send_cmd_t": "send_command_topic",
    "set_pos_t": "set_position_topic",
    "set_pos_tpl": "set_position_template",
    "stat_clsd": "state_closed",
    "stat_locked": "state_locked",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_open": "state_open",
    "stat_t": "state_topic",
    "stat_unlocked": "state_unlocked",
    "stat_val_tpl": "state_value_template",
    "sup_clrm": "supported_color_modes",
    "sup_feat": "supported_features",
    "t": "topic",
    "temp_cmd_t": "temperature_command_topic",
    "temp_cmd_tpl": "temperature_command_template",
    "temp_stat_t": "temperature_state_topic",
    "temp_stat_tpl": "temperature_state_template",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
    "cmps": "components",
    "p": "platform",
    "ent_cat": "entity_category",
    "en": "enabled_by_default",
}
"""Keys as they may be written shorter."""
_SHORT_DEVICE = {"ids": "identifiers", "sa": "suggested_area", "cns": "connections"}
_ALARMS = {
    "door": "open",
    "garage_door": "open",
    "window": "open",
    "opening": "open",
    "motion": "motion",
    "occupancy": "motion",
    "presence": "motion",
    "smoke": "smoke",
    "gas": "smoke",
    "moisture": "leak",
}
_MEASURES = {
    "temperature": "current_c",
    "humidity": "humidity",
    "battery": "battery",
    "illuminance": "lux",
    "power": "watts",
    "energy": "kilowatt_hours",
    "carbon_dioxide": "co2",
}
_BELLS = frozenset({"ding", "doorbell", "bell", "ring"})
_RUNNING = {"cleaning": "cleaning", "returning": "returning", "docked": "docked"} | {
    "paused": "paused",
    "idle": "idle",
    "error": "error",
    "charging": "docked",
}


class _Keys:
    """A description with its whole keys, read by type: what has another one is not there."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        whole = {_SHORT.get(str(key), str(key)): value for key, value in written.items()}
        base = whole.get("~")
        if isinstance(base, str):
            for key, value in whole.items():
                if isinstance(value, str) and key.endswith("topic"):
                    whole[key] = value.replace("~", base)
        self.all = whole

    def text(self, key: str, default: str = "") -> str:
        """A string, or a number or truth as one."""
        value = self.all.get(key, default)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else default

    def number(self, key: str, default: float) -> float:
        value = self.all.get(key, default)
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if fine and math.isfinite(value) else default

    def list(self, key: str) -> tuple[str, ...]:
        value = self.all.get(key)
        return tuple(str(v) for v in value) if isinstance(value, list) else ()


def bound(topic: str, payload: str) -> list[Bound]:
    """What homeassistant/KIND/…/config describes; empty: nothing that we know. topic is without
    the prefix. GARBLED for one that can't be read."""
    kind, *middle, _ = topic.split("/")
    written = document(payload)
    keys = _Keys(written)
    if kind != "device":
        one = _entity(kind, keys, ":".join(middle))
        return [one] if one else []
    shared = {k: v for k, v in keys.all.items() if k not in ("components", "unique_id", "name")}
    found = []
    for name, component in (keys.all.get("components") or {}).items():
        if not isinstance(component, dict):
            continue
        part = _Keys({**shared, **component})
        try:
            one = _entity(part.text("platform"), part, f"{':'.join(middle)}:{name}")
        except GARBLED:
            continue
        found += [one] if one else []
    return found


def _entity(component: str, keys: _Keys, ident: str) -> Bound | None:
    kind = KINDS.get(component)
    hidden = keys.text("entity_category") in ("config", "diagnostic")
    sort = keys.text("device_class")
    if kind is None or (hidden and sort != "battery"):
        return None
    box = keys.all.get("device")
    box = box if isinstance(box, dict) else {}
    box = {_SHORT_DEVICE.get(str(k), str(k)): v for k, v in box.items()}
    name = _named(keys, box, ident)
    if component == "event" and sort != "doorbell":
        return None
    if component == "binary_sensor" and _BELLS & set(name.casefold().split()):
        kind, component = "doorbell", "bell"
    family = json.dumps(box.get("identifiers") or box.get("connections") or ident)
    made = _MAKERS[component](keys)
    device = Device(
        f"mqtt:{keys.text('unique_id') or ident}",
        name,
        kind,
        room=name_of(box.get("suggested_area")),
        sort={"garage_door": "garage"}.get(sort, sort) or ("fan" if component == "fan" else ""),
        features=made.features,
        least_c=keys.number("min_temp", 7.0),
        most_c=keys.number("max_temp", 35.0),
        state=made.state,
    )
    return Bound(
        device,
        made.reads,
        made.write,
        _presence(keys),
        made.happens,
        made.picture,
        base64=keys.text("image_encoding") == "b64" or keys.text("encoding") == "b64",
        confirms=bool(made.reads) and not keys.all.get("optimistic"),
        family=family,
    )


def _named(keys: _Keys, box: Mapping[str, Any], ident: str) -> str:
    """The box's name and the entity's own, without saying the same twice."""
    own, whole = name_of(keys.all.get("name")), name_of(box.get("name"))
    if not own or not whole:
        return own or whole or ident
    if own.casefold().startswith(whole.casefold()) or keys.text("device_class") == own.casefold():
        return own
    return f"{whole} {own}"


class _Made:
    """What a kind's maker finds in a description."""

    def __init__(self, write: Write = never) -> None:
        self.features: frozenset[str] = frozenset()
        self.reads: dict[str, Read] = {}
        self.happens: dict[str, Callable[[str], What | None]] = {}
        self.picture = ""
        self.write: Write = write
        self.state: dict[str, Any] = {}

    def read(self, topic: str, reader: Read) -> None:
        """Also for a topic that tells something already."""
        if not topic:
            return
        before = self.reads.get(topic)
        self.reads[topic] = _both(before, reader) if before else reader


def _both(one: Read, other: Read) -> Read:
    def read(payload: str) -> State:
        told: dict[str, Any] = {}
        for reader in (one, other):
            try:
                told |= reader(payload)
            except GARBLED:
                continue
        return told

    return read


def _presence(keys: _Keys) -> dict[str, Callable[[str], bool]]:
    listed = keys.all.get("availability")
    entries = [_Keys(e) for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
    if keys.text("availability_topic"):
        entries.append(keys)
    found: dict[str, Callable[[str], bool]] = {}
    for entry in entries:
        topic = entry.text("availability_topic") or entry.text("topic")
        away = entry.text("payload_not_available", "offline")
        template = entry.text("availability_template") or (
            entry.text("value_template") if entry is not keys else ""
        )
        if topic:
            found[topic] = lambda p, a=away, t=template: render(t, p) != a  # type: ignore[misc]
    return found


def _switch(keys: _Keys) -> _Made:
    command, on, off = keys.text("command_topic"), *_on_off(keys)
    template = keys.text("command_template")

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, {"on"})
        return [Sent(command, render_value(template, on if change.on else off))]

    made = _Made(write)
    made.features = frozenset({"on"} if command else ())
    made.read(keys.text("state_topic"), _on_reader(keys))
    return made


def _light(keys: _Keys) -> _Made:
    return _json_light(keys) if keys.text("schema") == "json" else _plain_light(keys)


def _json_light(keys: _Keys) -> _Made:
    command, scale = keys.text("command_topic"), keys.number("brightness_scale", 255)
    modes = keys.list("supported_color_modes")
    in_kelvin = keys.all.get("color_temp_kelvin") is True
    features = {"on"}
    if keys.all.get("brightness", True):
        features.add("brightness")
    if "color_temp" in modes or keys.all.get("color_temp") is True:
        features.add("kelvin")
    if {"rgb", "rgbw", "rgbww", "xy", "hs"} & set(modes) or keys.all.get("rgb") is True:
        features.add("colour")

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, features)
        body: dict[str, Any] = {"state": "OFF" if change.on is False else "ON"}
        if change.brightness is not None:
            body["brightness"] = max(1, scaled(change.brightness, 0, scale))
        if change.kelvin is not None:
            body["color_temp"] = change.kelvin if in_kelvin else mired(change.kelvin)
        if change.colour is not None:
            body["color"] = dict(zip("rgb", change.colour, strict=True))
        return [Sent(command, json.dumps(body))]

    def read(payload: str) -> State:
        told = document(payload)
        state: dict[str, Any] = {}
        if "state" in told:
            state["on"] = told["state"] == "ON"
        if told.get("brightness") is not None:
            state["brightness"] = percent(told["brightness"], 0, scale)
        mode, colour = told.get("color_mode"), told.get("color")
        if told.get("color_temp") and mode in (None, "color_temp"):
            temp = float(told["color_temp"])
            state |= {"kelvin": _kelvin(temp, in_kelvin), "colour": None}
        elif isinstance(colour, dict) and "r" in colour:
            state |= {"colour": _rgb([colour[c] for c in "rgb"]), "kelvin": None}
        return state

    made = _Made(write)
    made.features = frozenset(features)
    made.read(keys.text("state_topic"), read)
    return made


def _plain_light(keys: _Keys) -> _Made:
    command, on, off = keys.text("command_topic"), *_on_off(keys)
    bright, white = keys.text("brightness_command_topic"), keys.text("color_temp_command_topic")
    colour, scale = keys.text("rgb_command_topic"), keys.number("brightness_scale", 255)
    in_kelvin = keys.all.get("color_temp_kelvin") is True
    has = {"on": command, "brightness": bright, "kelvin": white, "colour": colour}
    features = {name for name, topic in has.items() if topic}

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, features)
        sent = []
        if change.on is not None:
            sent.append(Sent(command, on if change.on else off))
        if change.brightness is not None:
            share = str(max(1, scaled(change.brightness, 0, scale)))
            sent.append(Sent(bright, render_value(keys.text("brightness_command_template"), share)))
        if change.kelvin is not None:
            sent.append(Sent(white, str(change.kelvin if in_kelvin else mired(change.kelvin))))
        if change.colour is not None:
            red, green, blue = change.colour
            template = keys.text("rgb_command_template")
            plain = f"{red},{green},{blue}"
            parts = {"red": red, "green": green, "blue": blue}
            sent.append(Sent(colour, render(template, plain, **parts) if template else plain))
        return sent

    made = _Made(write)
    made.features = frozenset(features)
    made.read(keys.text("state_topic"), _on_reader(keys))
    made.read(
        keys.text("brightness_state_topic"),
        _one(
            keys, "brightness_value_template", lambda v: {"brightness": percent(float(v), 0, scale)}
        ),
    )
    made.read(
        keys.text("color_temp_state_topic"),
        _one(
            keys,
            "color_temp_value_template",
            lambda v: {"kelvin": _kelvin(float(v), in_kelvin), "colour": None},
        ),
    )
    made.read(
        keys.text("rgb_state_topic"),
        _one(
            keys,
            "rgb_value_template",
            lambda v: {"colour": _rgb(v.strip("()[] ").split(",")), "kelvin": None},
        ),
    )
    return made


def _climate(keys: _Keys) -> _Made:
    goal, mode = keys.text("temperature_command_topic"), keys.text("mode_command_topic")
    has = {"target_c": goal, "mode": mode}
    features = {name for name, topic in has.items() if topic}

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, features)
        sent = []
        if change.mode is not None:
            template = keys.text("mode_command_template")
            sent.append(Sent(mode, render_value(template, change.mode)))
        if change.target_c is not None:
            template = keys.text("temperature_command_template")
            sent.append(Sent(goal, render_value(template, f"{change.target_c:g}")))
        return sent

    made = _Made(write)
    made.features = frozenset(features)
    for topic, template, key in (
        ("temperature_state_topic", "temperature_state_template", "target_c"),
        ("current_temperature_topic", "current_temperature_template", "current_c"),
    ):
        made.read(keys.text(topic), _one(keys, template, lambda v, k=key: {k: _finite(v)}))  # type: ignore[misc]
    made.read(
        keys.text("mode_state_topic"), _one(keys, "mode_state_template", lambda v: {"mode": v})
    )
    return made


def _cover(keys: _Keys) -> _Made:
    command, place = keys.text("command_topic"), keys.text("set_position_topic")
    shut, full = keys.number("position_closed", 0), keys.number("position_open", 100)

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, {"position"})
        at = change.position or 0
        if place and (at not in (0, 100) or not command):
            plain = str(scaled(at, shut, full))
            return [Sent(place, render_value(keys.text("set_position_template"), plain))]
        if at not in (0, 100):
            raise Refused("it only opens and closes")
        word = keys.text("payload_open", "OPEN") if at else keys.text("payload_close", "CLOSE")
        return [Sent(command, word)]

    made = _Made(write)
    made.features = frozenset({"position"} if command or place else ())
    is_open, is_shut = keys.text("state_open", "open"), keys.text("state_closed", "closed")

    def read(value: str) -> State:
        at = {is_open: 100, is_shut: 0}.get(value)
        return {} if at is None else {"position": at}

    if keys.text("position_topic"):
        made.read(
            keys.text("position_topic"),
            _one(keys, "position_template", lambda v: {"position": _share(v, shut, full)}),
        )
    else:
        made.read(keys.text("state_topic"), _one(keys, "value_template", read))
    return made


def _lock(keys: _Keys) -> _Made:
    command = keys.text("command_topic")
    locked, unlocked = keys.text("state_locked", "LOCKED"), keys.text("state_unlocked", "UNLOCKED")

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, {"locked"})
        word = ("payload_lock", "LOCK") if change.locked else ("payload_unlock", "UNLOCK")
        return [Sent(command, render_value(keys.text("command_template"), keys.text(*word)))]

    def read(value: str) -> State:
        return {"locked": value == locked} if value in (locked, unlocked) else {}

    made = _Made(write)
    made.features = frozenset({"locked"} if command else ())
    made.read(keys.text("state_topic"), _one(keys, "value_template", read))
    return made


def _vacuum(keys: _Keys) -> _Made:
    command = keys.text("command_topic")
    words = {
        "start": keys.text("payload_start", "start"),
        "pause": keys.text("payload_pause", "pause"),
        "stop": keys.text("payload_stop", "stop"),
        "dock": keys.text("payload_return_to_base", "return_to_base"),
        "locate": keys.text("payload_locate", "locate"),
    }

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, {"action"})
        return [Sent(command, words[change.action or "stop"])]

    def read(payload: str) -> State:
        told = document(payload)
        state: dict[str, Any] = {}
        if str(told.get("state")) in _RUNNING:
            state["activity"] = _RUNNING[str(told["state"])]
        if told.get("battery_level") is not None:
            state["battery"] = percent(told["battery_level"], 0, 100)
        return state

    made = _Made(write)
    made.features = frozenset({"action"} if command else ())
    made.read(keys.text("state_topic"), read)
    return made


def _camera(keys: _Keys) -> _Made:
    made = _Made()
    made.picture = keys.text("topic") or keys.text("image_topic")
    made.features = frozenset({"still"} if made.picture else ())
    return made


def _binary(keys: _Keys) -> _Made:
    made = _Made()
    sort = keys.text("device_class")
    key, (on, off) = _ALARMS.get(sort, "on"), _on_off(keys)

    def read(value: str) -> State:
        return {key: value == on} if value in (on, off) else {}

    made.read(keys.text("state_topic"), _one(keys, "value_template", read))
    if key == "motion":
        made.happens[keys.text("state_topic")] = _when(keys, {on: "motion"})
    return made


def _bell(keys: _Keys) -> _Made:
    """A doorbell that is a binary sensor."""
    made = _Made()
    topic, on = keys.text("state_topic"), keys.text("payload_on", "ON")
    made.read(topic, lambda _: {})
    made.happens[topic] = _when(keys, {on: "ring"})
    return made


def _event(keys: _Keys) -> _Made:
    made = _Made()
    made.read(keys.text("state_topic"), lambda _: {})

    def what(payload: str) -> What | None:
        told = json.loads(render(keys.text("value_template"), payload))
        return "ring" if isinstance(told, dict) and told.get("event_type") else None

    made.happens[keys.text("state_topic")] = what
    return made


def _sensor(keys: _Keys) -> _Made:
    made = _Made()
    key, unit = _MEASURES.get(keys.text("device_class")), keys.text("unit_of_measurement")

    def read(value: str) -> State:
        if key == "current_c" and unit == "°F":
            return {key: round((_finite(value) - 32) / 1.8, 1)}
        if key:
            return {key: _finite(value)}
        try:
            return {"value": _finite(value), "unit": unit}
        except ValueError:
            return {"value": name_of(value), "unit": unit}

    made.read(keys.text("state_topic"), _one(keys, "value_template", read))
    return made


def _scene(keys: _Keys) -> _Made:
    command, on = keys.text("command_topic"), keys.text("payload_on", "ON")

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        _only(change, {"on"})
        return [Sent(command, on)]

    made = _Made(write)
    made.features = frozenset({"on"} if command else ())
    return made


_MAKERS: dict[str, Callable[[_Keys], _Made]] = {
    "light": _light,
    "switch": _switch,
    "fan": _switch,
    "siren": _switch,
    "climate": _climate,
    "cover": _cover,
    "lock": _lock,
    "vacuum": _vacuum,
    "camera": _camera,
    "image": _camera,
    "binary_sensor": _binary,
    "bell": _bell,
    "event": _event,
    "sensor": _sensor,
    "scene": _scene,
}


def render_value(template: str, value: str) -> str:
    """A command by its template. Refused: the template can't be used."""
    try:
        return render(template, value) if template else value
    except ValueError as error:
        raise Refused(f"the device describes itself wrongly: {error}") from None


def _one(keys: _Keys, template: str, reader: Read) -> Read:
    """A reader of what the template makes of a payload."""
    text = keys.text(template)
    return lambda payload: reader(render(text, payload))


def _when(keys: _Keys, known: Mapping[str, What]) -> Callable[[str], What | None]:
    text = keys.text("value_template")
    return lambda payload: known.get(render(text, payload))


def _on_off(keys: _Keys) -> Iterator[str]:
    yield keys.text("payload_on", "ON")
    yield keys.text("payload_off", "OFF")


def _on_reader(keys: _Keys) -> Read:
    on = keys.text("state_on") or keys.text("payload_on", "ON")
    off = keys.text("state_off") or keys.text("payload_off", "OFF")
    template = "state_value_template" if keys.text("state_value_template") else "value_template"

    def read(value: str) -> State:
        return {"on": value == on} if value in (on, off) else {}

    return _one(keys, template, read)


def _only(change: Change, features: set[str]) -> None:
    missing = set(change.given) - features
    if missing:
        raise Refused(f"it has no {', '.join(sorted(missing))}")


def _kelvin(value: float, in_kelvin: bool) -> int:
    return round(value) if in_kelvin else round(100_000 / value) * 10


def _rgb(parts: list[Any]) -> Rgb:
    red, green, blue = (min(255, max(0, int(float(part)))) for part in parts)
    return red, green, blue


def _share(value: str, shut: float, full: float) -> int:
    low, high = min(shut, full), max(shut, full)
    share = percent(float(value), low, high)
    return share if full >= shut else 100 - share


def _finite(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number
