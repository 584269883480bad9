"""Home Assistant's MQTT discovery: descriptions of devices, written by the devices. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from vivavoce.experts.builtin.home import mqtt_lights, mqtt_machines, mqtt_senses
from vivavoce.experts.builtin.home.device import Device, Kind
from vivavoce.experts.builtin.home.mqtt_bound import GARBLED, Bound, document, name_of
from vivavoce.experts.builtin.home.mqtt_keys import SHORT_DEVICE, Keys
from vivavoce.experts.builtin.home.mqtt_made import Made
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
_BELLS = frozenset({"ding", "doorbell", "bell", "ring"})
_MAKERS: dict[str, Callable[[Keys], Made]] = {
    "light": mqtt_lights.light,
    "switch": mqtt_lights.switch,
    "fan": mqtt_lights.switch,
    "siren": mqtt_lights.switch,
    "climate": mqtt_machines.climate,
    "cover": mqtt_machines.cover,
    "lock": mqtt_machines.lock,
    "vacuum": mqtt_machines.vacuum,
    "camera": mqtt_senses.camera,
    "image": mqtt_senses.camera,
    "binary_sensor": mqtt_senses.binary,
    "bell": mqtt_senses.bell,
    "event": mqtt_senses.event,
    "sensor": mqtt_senses.sensor,
    "scene": mqtt_machines.scene,
}


def bound(topic: str, payload: str) -> list[Bound]:
    """What homeassistant/KIND/…/config describes; empty: nothing that we know. topic is without
    the prefix. GARBLED for one that can't be read."""
    kind, *middle, _ = topic.split("/")
    written = document(payload)
    keys = Keys(written)
    if kind != "device":
        one = _entity(kind, keys, ":".join(middle))
        return [one] if one else []
    shared = {k: v for k, v in keys.all.items() if k not in ("components", "unique_id", "name")}
    found = []
    for name, component in (keys.all.get("components") or {}).items():
        if not isinstance(component, dict):
            continue
        part = Keys({**shared, **component})
        try:
            one = _entity(part.text("platform"), part, f"{':'.join(middle)}:{name}")
        except GARBLED:
            continue
        found += [one] if one else []
    return found


def _entity(component: str, keys: Keys, ident: str) -> Bound | None:
    kind = KINDS.get(component)
    hidden = keys.text("entity_category") in ("config", "diagnostic")
    sort = keys.text("device_class") if kind != "scene" else ""
    if kind is None or (hidden and sort != "battery"):
        return None
    box = keys.all.get("device")
    box = box if isinstance(box, dict) else {}
    box = {SHORT_DEVICE.get(str(k), str(k)): v for k, v in box.items()}
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


def _named(keys: Keys, box: Mapping[str, Any], ident: str) -> str:
    """The box's name and the entity's own, without saying the same twice."""
    own, whole = name_of(keys.all.get("name")), name_of(box.get("name"))
    if not own or not whole:
        return own or whole or ident
    if own.casefold().startswith(whole.casefold()) or keys.text("device_class") == own.casefold():
        return own
    return f"{whole} {own}"


def _presence(keys: Keys) -> dict[str, Callable[[str], bool]]:
    listed = keys.all.get("availability")
    entries = [Keys(e) for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
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
