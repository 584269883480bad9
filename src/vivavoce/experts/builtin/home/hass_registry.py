"""What Home Assistant knows about its entities beside their states: names, areas, floors. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Raw = Mapping[str, Any]
"""As Home Assistant tells it: a state, or a registry's entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entity's; without one (it is from a YAML file) there is only its state."""

    area: str = ""
    """Its own or its device's; an id."""
    device: str = ""
    name: str = ""
    """Its owner's; else its state has one."""
    aliases: tuple[str, ...] = ()
    hidden: bool = False
    """By its owner; or it is about the device, not about the house (signal strength)."""
    key: str = ""
    """What its maker calls it: ding, motion."""


NOBODY = Entry()
ENDS = ("_ding", "_ring", "_doorbell", "_motion", "_person", "_button")


@dataclass(frozen=True, slots=True)
class Registry:
    """All of it."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    """By entity_id."""
    rooms: Mapping[str, str] = field(default_factory=dict)
    """Area → its name."""
    floors: Mapping[str, str] = field(default_factory=dict)
    """Area → its floor's name."""
    fahrenheit: bool = False
    cameras: Mapping[str, str] = field(default_factory=dict)
    """Device → the entity_id of its camera."""
    batteries: Mapping[str, str] = field(default_factory=dict)
    """Device → the entity_id of its battery's level."""
    doorbells: frozenset[str] = frozenset()
    """Devices that have a bell; their cameras are theirs."""

    def of(self, entity_id: str) -> Entry:
        return self.entries.get(entity_id, NOBODY)

    def camera(self, entity_id: str, states: Mapping[str, Raw]) -> str:
        """The entity_id of its device's camera; without a device, of the one that is called as it
        is (event.front_door_ding, camera.front_door). Empty: none."""
        device = self.of(entity_id).device
        if device:
            return self.cameras.get(device, "")
        name = entity_id.partition(".")[2]
        for end in ENDS:
            name = name.removesuffix(end)
        return f"camera.{name}" if f"camera.{name}" in states else ""


def registry(
    config: Raw,
    areas: Iterable[Raw],
    floors: Iterable[Raw],
    devices: Iterable[Raw],
    entities: Sequence[Raw],
    states: Mapping[str, Raw],
    aliases: Mapping[str, Raw],
) -> Registry:
    """From the answers to config/…_registry/list and get_config. states: by entity_id; aliases:
    the answer to get_entries."""
    where = {d["id"]: d.get("area_id") or "" for d in devices}
    named = {f["floor_id"]: f["name"] for f in floors}
    kept = list(areas)
    entries: dict[str, Entry] = {}
    cameras: dict[str, str] = {}
    batteries: dict[str, str] = {}
    doorbells: set[str] = set()
    for entity in sorted(entities, key=lambda e: (len(e["entity_id"]), e["entity_id"])):
        name, device = entity["entity_id"], entity.get("device_id") or ""
        known = (aliases.get(name) or {}).get("aliases") or ()
        made = entries[name] = Entry(
            area=entity.get("area_id") or where.get(device, ""),
            device=device,
            name=entity.get("name") or "",
            aliases=tuple(alias for alias in known if isinstance(alias, str)),
            hidden=bool(entity.get("hidden_by") or entity.get("entity_category")),
            key=entity.get("translation_key") or "",
        )
        if device and name in states:
            about = states[name].get("attributes", {}).get("device_class")
            if name.startswith("camera.") and not made.hidden:
                cameras.setdefault(device, name)
            elif name.startswith("sensor.") and about == "battery":
                batteries.setdefault(device, name)
            elif is_bell(states[name], made):
                doorbells.add(device)
    return Registry(
        entries,
        {area["area_id"]: area["name"] for area in kept},
        {a["area_id"]: named[a["floor_id"]] for a in kept if a.get("floor_id") in named},
        (config.get("unit_system") or {}).get("temperature") == "°F",
        cameras,
        batteries,
        frozenset(doorbells),
    )


def is_bell(state: Raw, entry: Entry) -> bool:
    """An event of the class doorbell; before those there were binary sensors."""
    domain, _, own = state["entity_id"].partition(".")
    if domain == "event":
        return bool(state["attributes"].get("device_class") == "doorbell")
    ding = entry.key == "ding" or own.endswith(("_ding", "_doorbell")) or own == "doorbell"
    return domain == "binary_sensor" and ding
