"""Heating, blinds, locks, vacuum cleaners and scenes, as they describe themselves. Pure."""

from typing import Any

from vivavoce.core import Refused
from vivavoce.experts.builtin.home.device import Change, State
from vivavoce.experts.builtin.home.mqtt_bound import Sent, document, percent, scaled
from vivavoce.experts.builtin.home.mqtt_keys import Keys
from vivavoce.experts.builtin.home.mqtt_made import (
    Made,
    finite,
    refuse_others,
    render_value,
    share,
    templated,
)

_RUNNING = {"cleaning": "cleaning", "returning": "returning", "docked": "docked"} | {
    "paused": "paused",
    "idle": "idle",
    "error": "error",
    "charging": "docked",
}


def climate(keys: Keys) -> Made:
    goal, mode = keys.text("temperature_command_topic"), keys.text("mode_command_topic")
    has = {"target_c": goal, "mode": mode}
    features = {name for name, topic in has.items() if topic}

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        refuse_others(change, features)
        sent = []
        if change.mode is not None:
            template = keys.text("mode_command_template")
            sent.append(Sent(mode, render_value(template, change.mode)))
        if change.target_c is not None:
            template = keys.text("temperature_command_template")
            sent.append(Sent(goal, render_value(template, f"{change.target_c:g}")))
        return sent

    made = Made(write)
    made.features = frozenset(features)
    for topic, template, key in (
        ("temperature_state_topic", "temperature_state_template", "target_c"),
        ("current_temperature_topic", "current_temperature_template", "current_c"),
    ):
        made.read(keys.text(topic), templated(keys, template, lambda v, k=key: {k: finite(v)}))  # type: ignore[misc]
    made.read(
        keys.text("mode_state_topic"), templated(keys, "mode_state_template", lambda v: {"mode": v})
    )
    return made


def cover(keys: Keys) -> Made:
    command, place = keys.text("command_topic"), keys.text("set_position_topic")
    shut, full = keys.number("position_closed", 0), keys.number("position_open", 100)

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        refuse_others(change, {"position"})
        at = change.position or 0
        if place and (at not in (0, 100) or not command):
            plain = str(scaled(at, shut, full))
            return [Sent(place, render_value(keys.text("set_position_template"), plain))]
        if at not in (0, 100):
            raise Refused("it only opens and closes")
        word = keys.text("payload_open", "OPEN") if at else keys.text("payload_close", "CLOSE")
        return [Sent(command, word)]

    made = Made(write)
    made.features = frozenset({"position"} if command or place else ())
    is_open, is_shut = keys.text("state_open", "open"), keys.text("state_closed", "closed")

    def read(value: str) -> State:
        at = {is_open: 100, is_shut: 0}.get(value)
        return {} if at is None else {"position": at}

    if keys.text("position_topic"):
        made.read(
            keys.text("position_topic"),
            templated(keys, "position_template", lambda v: {"position": share(v, shut, full)}),
        )
    else:
        made.read(keys.text("state_topic"), templated(keys, "value_template", read))
    return made


def lock(keys: Keys) -> Made:
    command = keys.text("command_topic")
    locked, unlocked = keys.text("state_locked", "LOCKED"), keys.text("state_unlocked", "UNLOCKED")

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        refuse_others(change, {"locked"})
        word = ("payload_lock", "LOCK") if change.locked else ("payload_unlock", "UNLOCK")
        return [Sent(command, render_value(keys.text("command_template"), keys.text(*word)))]

    def read(value: str) -> State:
        return {"locked": value == locked} if value in (locked, unlocked) else {}

    made = Made(write)
    made.features = frozenset({"locked"} if command else ())
    made.read(keys.text("state_topic"), templated(keys, "value_template", read))
    return made


def vacuum(keys: Keys) -> Made:
    command = keys.text("command_topic")
    words = {
        "start": keys.text("payload_start", "start"),
        "pause": keys.text("payload_pause", "pause"),
        "stop": keys.text("payload_stop", "stop"),
        "dock": keys.text("payload_return_to_base", "return_to_base"),
        "locate": keys.text("payload_locate", "locate"),
    }

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        refuse_others(change, {"action"})
        return [Sent(command, words[change.action or "stop"])]

    def read(payload: str) -> State:
        told = document(payload)
        state: dict[str, Any] = {}
        if str(told.get("state")) in _RUNNING:
            state["activity"] = _RUNNING[str(told["state"])]
        if told.get("battery_level") is not None:
            state["battery"] = percent(told["battery_level"], 0, 100)
        return state

    made = Made(write)
    made.features = frozenset({"action"} if command else ())
    made.read(keys.text("state_topic"), read)
    return made


def scene(keys: Keys) -> Made:
    command, on = keys.text("command_topic"), keys.text("payload_on", "ON")

    def write(change: Change, state: State) -> list[Sent]:  # noqa: ARG001  # a Write
        refuse_others(change, {"on"})
        return [Sent(command, on)]

    made = Made(write)
    made.features = frozenset({"on"} if command else ())
    return made
