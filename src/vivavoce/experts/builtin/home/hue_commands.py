"""Changes of lamps as the bridge's commands: one for a whole room, where all of it is to change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aiohue.v2 import HueBridgeV2
from aiohue.v2.models.light import Light

from vivavoce.experts.builtin.home.device import Change
from vivavoce.experts.builtin.home.hue_colour import apart, mirek, xy

SAME_COLOUR = 0.06
"""Of two colours' distance: a lamp shows the nearest that it has."""


@dataclass(frozen=True, slots=True)
class Put:
    """A command."""

    kind: Literal["light", "grouped_light"]
    rid: str
    body: dict[str, Any]


def put_of(rid: str, change: Change) -> Put:
    """One lamp's. A lamp that is made brighter, or gets a colour, goes on."""
    on = _on(change)
    body: dict[str, Any] = {} if on is None else {"on": {"on": on}}
    if change.brightness and on:
        body["dimming"] = {"brightness": float(change.brightness)}
    if change.kelvin and on:
        body["color_temperature"] = {"mirek": mirek(change.kelvin)}
    elif change.colour and on:
        x, y = xy(change.colour)
        body["color"] = {"xy": {"x": x, "y": y}}
    return Put("light", rid, body)


def reached(light: Light, change: Change) -> bool:
    """Whether the lamp says that it is as it should be."""
    on = _on(change)
    if on is not None and light.is_on != on:
        return False
    if not light.is_on:
        return True
    level, white = light.dimming, light.color_temperature
    if change.brightness and level is not None and abs(level.brightness - change.brightness) > 1:
        return False
    if change.kelvin and white is not None:
        schema = white.mirek_schema
        wanted = mirek(change.kelvin, schema.mirek_minimum, schema.mirek_maximum)
        return bool(white.mirek_valid and white.mirek and abs(white.mirek - wanted) <= 2)
    if change.colour and light.color is not None:
        shown = (light.color.xy.x, light.color.xy.y)
        return not (white and white.mirek_valid) and apart(shown, xy(change.colour)) < SAME_COLOUR
    return True


def grouped(bridge: HueBridgeV2, puts: Sequence[Put]) -> list[tuple[Put, list[Put]]]:
    """What to send, each with those that it stands for: the bridge takes ten commands a second for
    lamps, and one for a room makes all its lamps change at the same moment."""
    left, made = list(puts), []
    rooms = [*bridge.groups.room, *bridge.groups.zone]
    lamps = {room.id: {light.id for light in _lights(bridge, room.id)} for room in rooms}
    for room in sorted(rooms, key=lambda room: -len(lamps[room.id])):
        members = lamps[room.id]
        if len(members) < 2 or room.grouped_light is None:
            continue
        for body in [put.body for put in left if put.rid in members]:
            alike = [put for put in left if put.rid in members and put.body == body]
            if {put.rid for put in alike} == members:
                made.append((Put("grouped_light", room.grouped_light, body), alike))
                left = [put for put in left if put not in alike]
                break
    return [*made, *((put, [put]) for put in left)]


def _on(change: Change) -> bool | None:
    """None: it stays as it is."""
    if change.brightness == 0:
        return False
    if change.on is None and (change.brightness or change.colour or change.kelvin):
        return True
    return change.on


def _lights(bridge: HueBridgeV2, room: str) -> list[Any]:
    return [*bridge.groups.room.get_lights(room), *bridge.groups.zone.get_lights(room)]
