"""What a kind of device is found to be able to, and how its words are read. Pure."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vivavoce.core import Refused
from vivavoce.experts.builtin.home.device import Change, State
from vivavoce.experts.builtin.home.mqtt_bound import (
    GARBLED,
    Read,
    What,
    Write,
    never,
    percent,
)
from vivavoce.experts.builtin.home.mqtt_keys import Keys
from vivavoce.experts.builtin.home.mqtt_template import render


class Made:
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


def render_value(template: str, value: str) -> str:
    """A command by its template. Refused: the template can't be used."""
    try:
        return render(template, value) if template else value
    except ValueError as error:
        raise Refused(f"the device describes itself wrongly: {error}") from None


def templated(keys: Keys, template: str, reader: Read) -> Read:
    """A reader of what the template makes of a payload."""
    text = keys.text(template)
    return lambda payload: reader(render(text, payload))


def happening(keys: Keys, known: Mapping[str, What]) -> Callable[[str], What | None]:
    """What a payload says has happened, by its word; None: nothing."""
    text = keys.text("value_template")
    return lambda payload: known.get(render(text, payload))


def on_off(keys: Keys) -> Iterator[str]:
    """The two words that switch it."""
    yield keys.text("payload_on", "ON")
    yield keys.text("payload_off", "OFF")


def on_reader(keys: Keys) -> Read:
    """Whether it is on, by the words that it tells it with."""
    on = keys.text("state_on") or keys.text("payload_on", "ON")
    off = keys.text("state_off") or keys.text("payload_off", "OFF")
    template = "state_value_template" if keys.text("state_value_template") else "value_template"

    def read(value: str) -> State:
        return {"on": value == on} if value in (on, off) else {}

    return templated(keys, template, read)


def refuse_others(change: Change, features: set[str]) -> None:
    """Refused: the change asks for more than these."""
    missing = set(change.given) - features
    if missing:
        raise Refused(f"it has no {', '.join(sorted(missing))}")


def share(value: str, shut: float, full: float) -> int:
    """How far it is open, in percent; some count the other way round."""
    at = percent(float(value), min(shut, full), max(shut, full))
    return at if full >= shut else 100 - at


def finite(value: str) -> float:
    """ValueError: it is no number."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number
