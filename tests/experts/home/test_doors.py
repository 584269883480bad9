"""What lets somebody in, by what is known of it."""

import pytest

from vivavoce.experts.builtin.home.device import Change, Device, Kind
from vivavoce.experts.builtin.home.doors import guarded, lets_in
from vivavoce.experts.builtin.home.hass_devices import device
from vivavoce.experts.builtin.home.hass_registry import Entry, Raw, Registry


@pytest.mark.parametrize(
    ("name", "opens"),
    [
        ("Garage opener", True),
        ("Front gate", True),
        ("front_lock", True),
        ("Buzzer", True),
        ("Intercom", True),
        ("Back door latch", True),
        ("Electric strike", True),
        ("Deadbolt", True),
        ("Unlock", True),
        ("Child's room lock", True),
        ("Child lock", False),
        ("Keypad lock 2", False),
        ("Garage light", False),
        ("Intercom speaker", False),
        ("Block heater", False),
        ("Clock", False),
        ("Coffee machine", False),
    ],
)
def test_a_switch_tells_by_its_name_whether_it_opens(name: str, opens: bool):
    switch = Device("x:1", name, "switch")
    assert guarded(switch) == opens
    assert lets_in(switch, Change(on=True)) == opens
    assert not lets_in(switch, Change(on=False))


@pytest.mark.parametrize(
    ("name", "room", "opens"),
    [
        ("Unlock the front door", "", True),
        ("Lights and front door", "", True),
        ("open", "Garage", True),
        ("Buzzer", "", True),
        ("Movie night", "Living room", False),
        ("Child lock", "", False),
    ],
)
def test_a_scene_that_nobody_can_look_into_tells_by_its_name(name: str, room: str, opens: bool):
    assert guarded(Device("mqtt:1", name, "scene", room)) == opens


def test_a_scene_that_was_looked_into_is_believed():
    assert not guarded(Device("hue:1", "Bright", "scene", "Garage", sort="harmless"))
    assert guarded(Device("hass:scene.x", "Arriving", "scene", sort="door"))


def state(entity_id: str, *held: str, **about: object) -> Raw:
    given = {**about, **({"entity_id": list(held)} if held else {})}
    return {"entity_id": entity_id, "state": "off", "attributes": given}


HOUSE = {
    one["entity_id"]: one
    for one in (
        state("light.bed"),
        state("lock.front"),
        state("cover.blind", device_class="blind"),
        state("cover.big", device_class="garage"),
        state("cover.hall_gate"),
        state("switch.garage_opener"),
        state("switch.garage_light"),
        state("group.all", "light.bed", "group.ways"),
        state("group.ways", "group.all", "lock.front"),
        state("cover.every", "cover.blind", "cover.big"),
        state("switch.every", "switch.garage_light", "switch.garage_opener"),
    )
}


@pytest.mark.parametrize(
    ("held", "opens"),
    [
        (["light.bed", "lock.front"], True),
        (["lock.gone"], True),
        (["cover.big"], True),
        (["cover.hall_gate"], True),
        (["switch.garage_opener"], True),
        (["group.all"], True),
        (["cover.every"], True),
        (["light.bed", "cover.blind", "switch.garage_light", "light.gone"], False),
    ],
)
def test_a_scene_of_home_assistant_tells_by_what_is_in_it(held: list[str], opens: bool):
    hidden = Registry({"cover.big": Entry(hidden=True)})
    for name in ("arriving", "garage"):
        scene = device(state(f"scene.{name}", *held), hidden, HOUSE)
        assert scene is not None
        assert (scene.sort, guarded(scene)) == (("door", True) if opens else ("harmless", False))


def test_a_scene_of_home_assistant_that_tells_nothing_goes_by_its_name():
    for name, opens in (("arriving", False), ("open_the_gate", True)):
        scene = device(state(f"scene.{name}"), Registry(), HOUSE)
        assert scene is not None
        assert guarded(scene) == opens


@pytest.mark.parametrize(
    ("entity_id", "kind", "opens"),
    [
        ("cover.every", "cover", True),
        ("switch.every", "switch", True),
        ("switch.garage_light", "switch", False),
        ("cover.blind", "cover", False),
    ],
)
def test_a_group_is_what_is_in_it(entity_id: str, kind: Kind, opens: bool):
    group = device(HOUSE[entity_id], Registry(), HOUSE)
    assert group is not None
    assert (group.kind, guarded(group)) == (kind, opens)
