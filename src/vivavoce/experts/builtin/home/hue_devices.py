"""A Hue bridge's resources as devices of the house. Pure: reads what aiohue holds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aiohue.v2 import HueBridgeV2
from aiohue.v2.models.light import Light
from aiohue.v2.models.scene import Scene
from aiohue.v2.models.smart_scene import SmartScene, SmartSceneState

from vivavoce.experts.builtin.home.device import Device, State
from vivavoce.experts.builtin.home.hue_colour import kelvin, rgb

FLOORS = frozenset({"downstairs", "upstairs", "top_floor", "attic"})
"""Kinds of zones that are a floor."""
UNREACHABLE = "it has no power, or is too far away"


class Plan:
    """Where things are: device id → room and floor."""

    def __init__(self, bridge: HueBridgeV2) -> None:
        self.room = {
            device: room.metadata.name for room in bridge.groups.room for device in room.devices
        }
        self.floor: dict[str, str] = {}
        for zone in bridge.groups.zone:
            if zone.metadata.archetype.value in FLOORS:
                self.floor |= {child.rid: zone.metadata.name for child in zone.children}


def devices(bridge: HueBridgeV2, trouble: str = "") -> dict[str, Device]:
    """By id. trouble: why none of them can be reached."""
    plan = Plan(bridge)
    found = [*_lights(bridge, plan), *_sensors(bridge, plan), *_scenes(bridge)]
    away = {
        radio.owner.rid
        for radio in bridge.sensors.zigbee_connectivity
        if radio.status.value in ("disconnected", "connectivity_issue")
    }
    made = {}
    for owner, device in found:
        why = trouble or (UNREACHABLE if owner in away else "")
        made[device.id] = replace(device, available=not why, why_not=why)
    return made


def light_state(light: Light) -> State:
    """Of a lamp or plug."""
    state: dict[str, Any] = {"on": light.is_on}
    if light.dimming is not None:
        state["brightness"] = round(light.dimming.brightness)
    white = light.color_temperature
    if white is not None and white.mirek_valid and white.mirek:
        state["kelvin"] = kelvin(white.mirek)
    elif light.color is not None:
        state["colour"] = rgb((light.color.xy.x, light.color.xy.y))
    return state


def _lights(bridge: HueBridgeV2, plan: Plan) -> Iterator[tuple[str, Device]]:
    for light in bridge.lights:
        device = bridge.devices.get(light.owner.rid)
        name = light.metadata.name if light.metadata else (device.metadata.name if device else "")
        plug = device is not None and device.metadata.archetype.value == "plug"
        features = {
            "on": True,
            "brightness": light.supports_dimming,
            "colour": light.supports_color,
            "kelvin": light.supports_color_temperature,
        }
        yield (
            light.owner.rid,
            Device(
                f"hue:{light.id}",
                name,
                "switch" if plug else "light",
                room=plan.room.get(light.owner.rid, ""),
                floor=plan.floor.get(light.owner.rid) or plan.floor.get(light.id, ""),
                sort="outlet" if plug else "",
                features=frozenset(name for name, has in features.items() if has),
                state=light_state(light),
            ),
        )


def _sensors(bridge: HueBridgeV2, plan: Plan) -> Iterator[tuple[str, Device]]:
    power = {
        p.owner.rid: p.power_state.battery_level
        for p in bridge.sensors.device_power
        if p.power_state.battery_level is not None
    }
    for sort, sensor, state in _readings(bridge):
        owner = sensor.owner.rid
        device = bridge.devices.get(owner)
        if owner in power:
            state = {**state, "battery": power[owner]}
        yield (
            owner,
            Device(
                f"hue:{sensor.id}",
                device.metadata.name if device else sort,
                "doorbell" if sort == "doorbell" else "sensor",
                room=plan.room.get(owner, ""),
                floor=plan.floor.get(owner, ""),
                sort="" if sort == "doorbell" else sort,
                state=state,
            ),
        )


def _readings(bridge: HueBridgeV2) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Sort, resource, what it says; an unknown value says nothing."""
    sensors = bridge.sensors
    for motion in [*sensors.motion, *sensors.camera_motion]:
        value = motion.motion.value if motion.motion else None
        yield "motion", motion, {} if value is None else {"motion": value}
    for warmth in sensors.temperature:
        value = warmth.temperature.value
        yield "temperature", warmth, {} if value is None else {"current_c": round(value, 1)}
    for contact in sensors.contact:
        report = contact.contact_report
        yield "contact", contact, {"open": report.state.value == "no_contact"} if report else {}
    for key in sensors.button:
        yield "button", key, {}
    for bell in sensors.bell_button:
        report = bell.button.button_report if bell.button else None
        yield "doorbell", bell, {"at": report.updated.isoformat()} if report else {}


def _scenes(bridge: HueBridgeV2) -> Iterator[tuple[str, Device]]:
    rooms = {group.id: group.metadata.name for group in [*bridge.groups.room, *bridge.groups.zone]}
    for scene in bridge.scenes:
        yield (
            "",
            Device(
                f"hue:{scene.id}",
                scene.metadata.name,
                "scene",
                room=rooms.get(scene.group.rid, ""),
                sort="harmless",  # a bridge has only lamps
                features=frozenset({"on"}),
                state={"on": scene_is_on(scene)},
            ),
        )


def scene_is_on(scene: Scene | SmartScene) -> bool:
    """Whether it was the last that was applied, unchanged since."""
    if isinstance(scene, SmartScene):
        return bool(scene.state is SmartSceneState.ACTIVE)
    return scene.status is not None and scene.status.active.value in ("static", "dynamic_palette")


def shapes(found: Mapping[str, Device]) -> dict[str, tuple[object, ...]]:
    """What a revision is about: all but states and availability."""
    return {
        key: (d.name, d.kind, d.room, d.floor, d.sort, d.features, d.least_c, d.most_c, d.aliases)
        for key, d in found.items()
    }
