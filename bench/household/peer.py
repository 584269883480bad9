"""Home Assistant's own sentence matching on the same house: hassil and home-assistant-intents.

Its intents are not run by a Home Assistant: what they mean for the house is worked out here, in the
sense of its documentation, in its favour where it is doubtful.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hassil import Intents, recognize_best
from hassil.intents import SlotList, TextSlotList
from home_assistant_intents import get_intents

from bench.household.house import DEVICES, ROOMS

DOMAINS = {"light": "light", "colour": "light", "switch": "switch", "cover": "cover",
           "lock": "lock", "climate": "climate", "contact": "binary_sensor"}  # fmt: skip
ANSWERS = {
    "HassGetState", "HassClimateGetTemperature", "HassGetCurrentTime", "HassGetCurrentDate",
    "HassTimerStatus", "HassGetWeather",
}  # fmt: skip
BY_EXPERT = {
    "media": {"HassMediaPause", "HassMediaNext", "HassSetVolume", "HassSetVolumeRelative",
              "HassMediaSearchAndPlay", "HassMediaUnpause", "HassMediaPrevious", "HassTurnOff"},
    "time": {"HassStartTimer", "HassGetCurrentTime", "HassGetCurrentDate", "HassTimerStatus"},
    "lists": {"HassShoppingListAddItem", "HassListAddItem", "HassListCompleteItem",
              "HassShoppingListCompleteItem"},
    "weather": {"HassGetWeather"},
}  # fmt: skip
"""Intents that are right for an area whose state is not on the broker."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What Home Assistant takes a sentence for."""

    intent: str
    slots: Mapping[str, Any]


@cache
def _matcher() -> tuple[Intents, dict[str, SlotList]]:
    intents = Intents.from_dict(get_intents("en") or {})
    names = [
        (name, name, {"domain": DOMAINS[kind]})
        for name, (kind, _) in DEVICES.items()
        if kind in DOMAINS
    ]
    more = {"Robbie": "vacuum", "shopping": "todo", "player": "media_player"}
    names += [(name, name, {"domain": domain}) for name, domain in more.items()]
    areas = [(room, room) for room in ROOMS]
    lists: dict[str, SlotList] = {
        "name": TextSlotList.from_tuples(names, name="name"),
        "area": TextSlotList.from_tuples(areas, name="area"),
        "floor": TextSlotList.from_tuples([], name="floor"),
    }
    return intents, lists


def meant(text: str) -> Meant | None:
    """The best match; None: it is no sentence of Home Assistant's."""
    intents, lists = _matcher()
    found = recognize_best(text, intents, slot_lists=lists, best_slot_name="name")
    if found is None:
        return None
    return Meant(found.intent.name, {name: e.value for name, e in found.entities.items()})


def right(request: Mapping[str, Any], found: Meant | None) -> bool:
    """Whether the match would have done what was asked. Who asks is nothing to it: a request that
    must be refused is wrong as soon as it is understood."""
    if found is None:
        return bool(request.get("verdict") == "refuse" or request["area"] == "talk")
    if request.get("verdict") or request["area"] == "talk":
        return False
    if wanted := request.get("devices"):
        return all(_does(found, name, state) for name, state in wanted.items())
    if request["area"] == "home":  # a question
        return found.intent in ANSWERS
    return found.intent in BY_EXPERT.get(request["area"], set()) and request["area"] != "several"


def _does(found: Meant, name: str, state: Mapping[str, Any]) -> bool:
    kind = DEVICES[name][0] if name in DEVICES else "vacuum"
    room = next((r for r, devices in ROOMS.items() if name in devices), "")
    slots = found.slots
    domain = slots.get("domain", "")
    named = slots.get("name") in (name, "all")
    placed = slots.get("area") == room and domain in ("", DOMAINS.get(kind, kind))
    everywhere = "name" not in slots and "area" not in slots and domain == DOMAINS.get(kind, kind)
    if not (named or placed or everywhere):
        return False
    key, value = next(iter(state.items()))
    match found.intent:
        case "HassTurnOn":
            return value in ("ON", "LOCK", 100, "cleaning") or (kind == "cover" and value == 100)
        case "HassTurnOff":
            return value in ("OFF", 0)
        case "HassOpenCover":
            return bool(value == 100)
        case "HassCloseCover":
            return bool(value == 0)
        case "HassLightSet":
            return "brightness" in slots or "color" in slots or key == "colour"
        case "HassSetPosition":
            return bool(slots.get("position") == value)
        case "HassClimateSetTemperature":
            return bool(slots.get("temperature") == value)
        case "HassVacuumStart":
            return bool(value == "cleaning")
        case "HassVacuumReturnToBase":
            return bool(value == "returning")
        case "HassMediaPause":
            return False
    return False
