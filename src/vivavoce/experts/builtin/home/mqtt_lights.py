"""Lamps and switches, as they describe themselves. Pure."""

import json
from typing import Any

from vivavoce.experts.builtin.home.device import Change, Rgb, State
from vivavoce.experts.builtin.home.mqtt_bound import Sent, document, mired, percent, scaled
from vivavoce.experts.builtin.home.mqtt_keys import Keys
from vivavoce.experts.builtin.home.mqtt_made import (
    Made,
    on_off,
    on_reader,
    refuse_others,
    render_value,
    templated,
)
from vivavoce.experts.builtin.home.mqtt_template import render


def switch(keys: Keys) -> Made:
    command, on, off = keys.text("command_topic"), *on_off(keys)
    template = keys.text("command_template")

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        refuse_others(change, {"on"})
        return [Sent(command, render_value(template, on if change.on else off))]

    made = Made(write)
    made.features = frozenset({"on"} if command else ())
    made.read(keys.text("state_topic"), on_reader(keys))
    return made


def light(keys: Keys) -> Made:
    return _json_light(keys) if keys.text("schema") == "json" else _plain_light(keys)


def _json_light(keys: Keys) -> Made:
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
        refuse_others(change, features)
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

    made = Made(write)
    made.features = frozenset(features)
    made.read(keys.text("state_topic"), read)
    return made


def _plain_light(keys: Keys) -> Made:
    command, on, off = keys.text("command_topic"), *on_off(keys)
    bright, white = keys.text("brightness_command_topic"), keys.text("color_temp_command_topic")
    colour, scale = keys.text("rgb_command_topic"), keys.number("brightness_scale", 255)
    in_kelvin = keys.all.get("color_temp_kelvin") is True
    has = {"on": command, "brightness": bright, "kelvin": white, "colour": colour}
    features = {name for name, topic in has.items() if topic}

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        refuse_others(change, features)
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

    made = Made(write)
    made.features = frozenset(features)
    made.read(keys.text("state_topic"), on_reader(keys))
    made.read(
        keys.text("brightness_state_topic"),
        templated(
            keys, "brightness_value_template", lambda v: {"brightness": percent(float(v), 0, scale)}
        ),
    )
    made.read(
        keys.text("color_temp_state_topic"),
        templated(
            keys,
            "color_temp_value_template",
            lambda v: {"kelvin": _kelvin(float(v), in_kelvin), "colour": None},
        ),
    )
    made.read(
        keys.text("rgb_state_topic"),
        templated(
            keys,
            "rgb_value_template",
            lambda v: {"colour": _rgb(v.strip("()[] ").split(",")), "kelvin": None},
        ),
    )
    return made


def _kelvin(value: float, in_kelvin: bool) -> int:
    return round(value) if in_kelvin else round(100_000 / value) * 10


def _rgb(parts: list[Any]) -> Rgb:
    red, green, blue = (min(255, max(0, int(float(part)))) for part in parts)
    return red, green, blue
