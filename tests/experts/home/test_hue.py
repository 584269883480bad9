"""Lamps, scenes and events of a Hue bridge; the bridge's own state says whether it worked."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import pytest

from tests.experts.home.hue_bridge import KEY, Bridge, bridge, free_port, serving
from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts.builtin.home import hue as hue_module
from vivavoce.experts.builtin.home.device import Change, Device, Happened
from vivavoce.experts.builtin.home.house import House as Home
from vivavoce.experts.builtin.home.hue import Hue, opened
from vivavoce.experts.builtin.home.kept import Kept
from vivavoce.experts.builtin.home.rooms import Plan

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class House:
    """A bridge, and us at it."""

    def __init__(self, bridge: Bridge, hue: Hue, heard: list[Happened]) -> None:
        self.bridge, self.hue, self.heard = bridge, hue, heard

    def device(self, name: str, kind: str = "light") -> Device:
        return next(d for d in self.hue.devices().values() if d.name == name and d.kind == kind)

    async def apply(self, name: str, kind: str = "light", **change: object) -> Mapping[str, object]:
        return await self.hue.apply(self.device(name, kind).id, Change(**change))  # type: ignore[arg-type]


@asynccontextmanager
async def at(made: Bridge, folder: Path, key: str = KEY) -> AsyncIterator[House]:
    heard: list[Happened] = []
    async with opened({"hue": made.address, "hue_key": key}, folder, heard.append) as hue:
        yield House(made, hue, heard)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with bridge(tmp_path) as made, at(made, tmp_path) as there:
        yield there


async def until(true: object, within_s: float = 5.0) -> None:
    with anyio.fail_after(within_s):
        while not true():  # noqa: ASYNC110  what is watched is not ours # type: ignore[operator]
            await anyio.sleep(0.02)


async def test_what_the_bridge_has_becomes_devices_in_their_rooms(house: House):
    lamp, plug = house.device("Reading lamp"), house.device("Coffee plug", "switch")
    assert (lamp.room, lamp.features) == (
        "Living room",
        {"on", "brightness", "colour", "kelvin"},
    )
    assert (plug.sort, plug.features) == ("outlet", {"on"})
    assert house.device("Ceiling").features == {"on", "brightness", "kelvin"}
    assert house.device("Bed lamp").floor == "Upstairs"
    assert house.device("Relax", "scene").room == "Living room"
    assert house.device("Front door", "doorbell").available
    assert {d.sort: d.state for d in house.hue.devices().values() if d.kind == "sensor"} == {
        "motion": {"motion": False},
        "temperature": {"current_c": 20.5},
        "button": {},
    }


async def test_a_lamp_is_dimmed_and_goes_on_by_that(house: House):
    state = await house.apply("Reading lamp", brightness=30)
    assert house.bridge["Reading lamp"]["on"] == {"on": True}
    assert house.bridge["Reading lamp"]["dimming"]["brightness"] == 30
    assert (state["on"], state["brightness"]) == (True, 30)
    assert house.device("Reading lamp").state == state


async def test_no_brightness_is_off(house: House):
    await house.apply("Reading lamp", on=True)
    assert (await house.apply("Reading lamp", brightness=0))["on"] is False
    assert house.bridge["Reading lamp"]["on"] == {"on": False}


async def test_a_lamp_takes_a_colour_and_then_warm_light(house: House):
    red = await house.apply("Reading lamp", colour=(255, 0, 0))
    assert red["colour"] == pytest.approx((255, 0, 0), abs=4)
    assert "kelvin" not in red
    warm = await house.apply("Reading lamp", kelvin=2700)
    assert house.bridge["Reading lamp"]["color_temperature"]["mirek"] == 370
    assert warm["kelvin"] == 2700
    assert "colour" not in warm


async def test_what_a_lamp_cannot_do_is_refused_before_anything_is_sent(house: House):
    with pytest.raises(Refused, match="Coffee plug has no brightness"):
        await house.apply("Coffee plug", "switch", brightness=10)
    assert house.bridge.puts == []


async def test_a_scene_is_applied(house: House):
    assert (await house.apply("Relax", "scene", on=True)) == {"on": True}
    assert house.bridge["Reading lamp"]["dimming"]["brightness"] == 56
    await until(lambda: house.device("Reading lamp").state.get("brightness") == 56)


async def test_a_whole_room_changes_by_one_command(house: House):
    names = {"Reading lamp": "light", "Ceiling": "light", "Coffee plug": "switch"}
    async with anyio.create_task_group() as all_at_once:
        for name, kind in names.items():
            all_at_once.start_soon(lambda n=name, k=kind: house.apply(n, k, on=True))
    assert [house.bridge[name]["on"]["on"] for name in names] == [True] * 3
    (path, body) = house.bridge.puts[0]
    assert len(house.bridge.puts) == 1
    assert "/grouped_light/" in path
    assert body == {"on": {"on": True}}


async def test_a_part_of_a_room_changes_alone(house: House):
    async with anyio.create_task_group() as both:
        for name in ("Reading lamp", "Ceiling"):
            both.start_soon(lambda n=name: house.apply(n, on=True))
    assert [path.split("/")[-2] for path, _ in house.bridge.puts] == ["light", "light"]
    assert house.bridge["Coffee plug"]["on"] == {"on": False}


async def test_a_busy_bridge_is_asked_again(house: House):
    house.bridge.busy = 1
    assert (await house.apply("Reading lamp", on=True))["on"] is True


async def test_a_lamp_without_power_is_told_of(house: House):
    house.bridge.unreachable.add("Reading lamp")
    with pytest.raises(Retry, match="switched on at the wall"):
        await house.apply("Reading lamp", on=True)
    assert house.bridge["Reading lamp"]["on"] == {"on": False}


async def test_a_lamp_that_the_bridge_lost_is_not_available(house: House):
    house.bridge.cut("Reading lamp")
    await until(lambda: not house.device("Reading lamp").available)
    assert "no power" in house.device("Reading lamp").why_not
    with pytest.raises(Retry, match="no power"):
        await house.apply("Reading lamp", on=True)
    house.bridge.cut("Reading lamp", off=False)
    await until(lambda: house.device("Reading lamp").available)


async def test_a_lamp_that_stays_silent_is_not_called_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hue_module, "CONFIRM_S", 0.3)
    house.bridge.deaf = True
    with pytest.raises(Retry, match="did not say that it changed"):
        await house.apply("Reading lamp", on=True)


async def test_what_hands_do_is_known(house: House):
    revision = house.hue.revision
    house.bridge.turn("Ceiling", on={"on": True}, dimming={"brightness": 12.0})
    await until(lambda: house.device("Ceiling").state.get("brightness") == 12)
    assert house.device("Ceiling").state["on"] is True
    assert house.hue.revision == revision


async def test_a_new_name_is_a_new_revision(house: House):
    revision = house.hue.revision
    house.bridge.rename("Ceiling", "Big lamp")
    await until(lambda: house.hue.revision > revision)
    assert house.device("Big lamp").room == "Living room"


async def test_motion_a_ring_and_a_press_are_heard_once_each(house: House):
    house.bridge.walk_by()
    house.bridge.press("Front door", "bell_button")
    house.bridge.press("Wall switch")
    await until(lambda: len(house.heard) >= 3)
    await anyio.sleep(0.1)
    assert [(h.what, house.hue.devices()[h.device_id].name) for h in house.heard] == [
        ("motion", "Hall sensor"),
        ("ring", "Front door"),
        ("press", "Wall switch"),
    ]
    assert house.device("Front door", "doorbell").state["at"].startswith("2026-11-24T12:00")


async def test_a_bridge_that_restarts_is_found_again_with_what_happened_meanwhile(tmp_path: Path):
    made, port = Bridge(), free_port()
    async with AsyncExitStack() as power:
        await power.enter_async_context(serving(made, tmp_path, port))
        async with at(made, tmp_path) as house:
            await house.apply("Ceiling", on=True)
            await power.aclose()
            await until(lambda: bool(house.hue.trouble))
            assert house.device("Ceiling").why_not == "the Hue bridge is away"
            assert not house.device("Ceiling").available
            with pytest.raises(Retry, match="the Hue bridge is away"):
                await house.apply("Ceiling", on=False)
            made["Ceiling"]["on"] = {"on": False}
            async with serving(made, tmp_path, port):
                await until(lambda: not house.hue.trouble, 15)
                assert house.device("Ceiling").state["on"] is False
                assert (await house.apply("Ceiling", on=True))["on"] is True


@pytest.mark.parametrize("name", ["Ceiling", "Relax"])
async def test_what_a_bridge_drops_in_the_middle_is_done_when_it_is_back(
    house: House, tmp_path: Path, name: str
):
    home = Home(Kept(tmp_path), Plan())
    home.join(house.hue)
    house.bridge.drops = True

    async def drop() -> None:
        await until(lambda: bool(house.hue.trouble))
        house.bridge.drops = False

    kind = "light" if name == "Ceiling" else "scene"
    async with anyio.create_task_group() as both:
        both.start_soon(drop)
        done = await home.do({house.device(name, kind).id: Change(on=True)})
    assert not done.failed
    lit = "Ceiling" if name == "Ceiling" else "Reading lamp"
    assert house.bridge[lit]["on"] == {"on": True}


async def test_a_bridge_that_is_away_at_first_is_told_of_and_found_later(tmp_path: Path):
    made = Bridge()
    port = free_port()
    made.address = f"127.0.0.1:{port}"
    async with at(made, tmp_path) as house:
        assert house.hue.trouble == "the Hue bridge is away"
        assert house.hue.devices() == {}
        async with serving(made, tmp_path, port):
            await until(lambda: not house.hue.trouble, 15)
            assert house.device("Ceiling").available


async def test_a_key_that_the_bridge_does_not_know_says_what_to_do(tmp_path: Path):
    async with bridge(tmp_path) as made, at(made, tmp_path, key="an-old-key") as house:
        assert "vivavoce setup home" in house.hue.trouble
        assert "an-old-key" not in house.hue.trouble


async def test_a_key_that_is_taken_away_says_what_to_do(house: House):
    house.bridge.keys.clear()
    with pytest.raises(Refused, match="vivavoce setup home"):
        await house.apply("Ceiling", on=True)
    house.bridge.hang_up()
    await until(lambda: "vivavoce setup home" in house.hue.trouble, 10)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"hue": "192.168.1.20"}, "press the bridge's button"),
        ({"hue": "my bridge", "hue_key": "x"}, "no address of a Hue bridge"),
    ],
)
async def test_a_setting_that_is_missing_says_so(
    tmp_path: Path, settings: dict[str, str], says: str
):
    with pytest.raises(ConfigError, match=says):
        async with opened(settings, tmp_path, lambda _: None):
            pass
