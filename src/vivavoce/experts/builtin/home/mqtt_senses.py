"""Sensors, doorbells and cameras, as they describe themselves. Pure."""

import json

from vivavoce.experts.builtin.home.device import State
from vivavoce.experts.builtin.home.mqtt_bound import What, name_of
from vivavoce.experts.builtin.home.mqtt_keys import Keys
from vivavoce.experts.builtin.home.mqtt_made import Made, finite, happening, on_off, templated
from vivavoce.experts.builtin.home.mqtt_template import render

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


def camera(keys: Keys) -> Made:
    made = Made()
    made.picture = keys.text("topic") or keys.text("image_topic")
    made.features = frozenset({"still"} if made.picture else ())
    return made


def binary(keys: Keys) -> Made:
    made = Made()
    sort = keys.text("device_class")
    key, (on, off) = _ALARMS.get(sort, "on"), on_off(keys)

    def read(value: str) -> State:
        return {key: value == on} if value in (on, off) else {}

    made.read(keys.text("state_topic"), templated(keys, "value_template", read))
    if key == "motion":
        made.happens[keys.text("state_topic")] = happening(keys, {on: "motion"})
    return made


def bell(keys: Keys) -> Made:
    """A doorbell that is a binary sensor."""
    made = Made()
    topic, on = keys.text("state_topic"), keys.text("payload_on", "ON")
    made.read(topic, lambda _: {})
    made.happens[topic] = happening(keys, {on: "ring"})
    return made


def event(keys: Keys) -> Made:
    made = Made()
    made.read(keys.text("state_topic"), lambda _: {})

    def what(payload: str) -> What | None:
        told = json.loads(render(keys.text("value_template"), payload))
        return "ring" if isinstance(told, dict) and told.get("event_type") else None

    made.happens[keys.text("state_topic")] = what
    return made


def sensor(keys: Keys) -> Made:
    made = Made()
    key, unit = _MEASURES.get(keys.text("device_class")), keys.text("unit_of_measurement")

    def read(value: str) -> State:
        if key == "current_c" and unit == "°F":
            return {key: round((finite(value) - 32) / 1.8, 1)}
        if key:
            return {key: finite(value)}
        try:
            return {"value": finite(value), "unit": unit}
        except ValueError:
            return {"value": name_of(value), "unit": unit}

    made.read(keys.text("state_topic"), templated(keys, "value_template", read))
    return made
