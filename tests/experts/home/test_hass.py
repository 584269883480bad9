"""Home Assistant's protocol, every day; test_hass_real.py has the real one."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.experts.home.hass_server import NOW, PICTURE, TOKEN, Server, demo, serving
from tests.experts.home.hue_bridge import free_port
from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Context, Setup, Unclear
from vivavoce.experts.builtin.home import hass as hass_module
from vivavoce.experts.builtin.home.device import Change, Device, Happened
from vivavoce.experts.builtin.home.hass import Hass, opened
from vivavoce.experts.builtin.home.house import House as Home
from vivavoce.experts.builtin.home.kept import Kept
from vivavoce.experts.builtin.home.rooms import Plan
from vivavoce.experts.builtin.home.tools import opened as opened_tools

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class House:
    """A server, and us at it."""

    def __init__(self, server: Server, hass: Hass, heard: list[Happened]) -> None:
        self.server, self.hass, self.heard = server, hass, heard

    def device(self, entity_id: str) -> Device:
        return self.hass.devices()[f"hass:{entity_id}"]

    async def apply(self, entity_id: str, **change: Any) -> Mapping[str, Any]:
        return await self.hass.apply(f"hass:{entity_id}", Change(**change))


@asynccontextmanager
async def at(server: Server, token: str = TOKEN) -> AsyncIterator[House]:
    heard: list[Happened] = []
    settings = {"hass": server.url, "hass_token": token}
    async with opened(settings, Path(), heard.append) as hass:
        yield House(server, hass, heard)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    server = demo()
    async with serving(server), at(server) as made:
        yield made


async def until(true: Callable[[], object], within_s: float = 5.0) -> None:
    with anyio.fail_after(within_s):
        while not true():  # noqa: ASYNC110  what is watched is not ours
            await anyio.sleep(0.02)


async def test_names_rooms_floors_and_aliases_come_from_the_registries(house: House):
    table, bed = house.device("light.kitchen_table"), house.device("light.bed")
    assert (table.name, table.room, table.aliases) == ("table", "Kitchen", ("dinner lamp",))
    assert (bed.room, bed.floor, bed.features) == ("Bedroom", "Upstairs", {"on"})
    assert house.device("light.attic").name == "Attic"


async def test_what_its_owner_hid_stays_hidden(house: House):
    assert "hass:switch.secret" not in house.hass.devices()
    assert "hass:sensor.robot_battery" not in house.hass.devices()


async def test_a_house_without_floors_is_read_too():
    server = demo()
    server.floors = None
    async with serving(server), at(server) as house:
        assert house.device("light.bed").floor == ""
        assert house.device("light.bed").room == "Bedroom"


async def test_a_battery_is_told_by_the_thing_that_it_is_in(house: House):
    assert house.device("vacuum.robot").state == {"activity": "docked", "battery": 80}
    house.server.change("sensor.robot_battery", "42")
    await until(lambda: house.device("vacuum.robot").state["battery"] == 42)


async def test_a_change_is_a_service_and_its_new_state_comes_back(house: House):
    assert (await house.apply("light.kitchen_table", brightness=40))["brightness"] == 40
    assert house.server.calls == [("light.turn_on", {"brightness_pct": 40}, "light.kitchen_table")]


async def test_many_changes_at_once_each_reach_their_device(house: House):
    async with anyio.create_task_group() as all_at_once:
        for entity_id in ("light.kitchen_table", "light.bed", "light.attic"):
            all_at_once.start_soon(lambda e=entity_id: house.apply(e, on=False))
    now = [s["state"] for key, s in house.server.states.items() if key.startswith("light.")]
    assert now == ["off"] * 3


async def test_degrees_of_another_country_are_converted_both_ways():
    server = demo()
    server.unit = "°F"
    server.change(
        "climate.bedroom", temperature=70, current_temperature=68, min_temp=45, max_temp=95
    )
    async with serving(server), at(server) as house:
        heating = house.device("climate.bedroom")
        assert (heating.state["target_c"], heating.state["current_c"]) == (21.1, 20.0)
        assert heating.least_c == 7.2
        assert (await house.apply("climate.bedroom", target_c=22.0))["target_c"] == 22.0
        assert server.states["climate.bedroom"]["attributes"]["temperature"] == 71.6


async def test_what_home_assistant_refuses_is_told_in_its_words(house: House):
    house.server.refuses = "Code for lock.front_door is missing"
    with pytest.raises(Refused, match=r"Code for lock\.front_door is missing"):
        await house.apply("lock.front_door", locked=False)


@pytest.mark.parametrize("how", ["deaf", "stalls"])
async def test_a_device_that_stays_silent_is_not_called_changed(
    house: House, monkeypatch: pytest.MonkeyPatch, how: str
):
    monkeypatch.setattr(hass_module, "CONFIRM_S", 0.3)
    setattr(house.server, how, True)
    with pytest.raises(Retry, match="did not say that it changed"):
        await house.apply("lock.front_door", locked=False)
    assert house.device("lock.front_door").state["locked"] is True


async def test_a_device_that_is_away_is_not_asked(house: House):
    house.server.change("light.bed", "unavailable")
    await until(lambda: not house.device("light.bed").available)
    with pytest.raises(Retry, match="does not answer"):
        await house.apply("light.bed", on=True)
    assert house.server.calls == []


async def test_a_ring_comes_with_a_picture(house: House):
    house.server.change("event.front_door_ding", "2026-11-24T12:05:00+00:00", event_type="ring")
    await until(lambda: house.heard)
    (ring,) = house.heard
    assert (ring.what, ring.device_id) == ("ring", "hass:event.front_door_ding")
    assert ring.at.isoformat()[14:16] == "05"
    assert ring.still is not None
    assert (ring.still.data, ring.still.media_type) == (PICTURE, "image/jpeg")


async def test_a_ring_is_told_even_if_the_camera_fails(house: House):
    house.server.camera_works = False
    house.server.change("event.front_door_ding", "2026-11-24T12:05:00+00:00", event_type="ring")
    await until(lambda: house.heard)
    assert house.heard[0].still is None
    with pytest.raises(Retry, match="no picture now"):
        await house.hass.still("hass:event.front_door_ding")


async def test_motion_is_heard_and_its_end_is_not(house: House):
    for state in ("on", "off"):
        house.server.change("binary_sensor.hall_motion", state)
    house.server.change("binary_sensor.front_door_motion", "on")
    await until(lambda: len(house.heard) == 2)
    await anyio.sleep(0.1)
    assert {h.device_id: h.still is not None for h in house.heard} == {
        "hass:binary_sensor.hall_motion": False,
        "hass:binary_sensor.front_door_motion": True,
    }


async def test_an_old_ring_that_comes_back_with_its_integration_is_no_ring(house: House):
    house.server.change("event.front_door_ding", "unavailable")
    house.server.change("event.front_door_ding", NOW)
    house.server.change("binary_sensor.hall_motion", "on")
    await until(lambda: house.heard)
    await anyio.sleep(0.1)
    assert [h.what for h in house.heard] == ["motion"]


async def test_a_doorbell_has_its_camera_for_itself(house: House):
    assert "hass:camera.front_door" not in house.hass.devices()
    assert (await house.hass.still("hass:event.front_door_ding")).data == PICTURE


async def test_a_new_name_is_a_new_revision_and_a_new_state_is_none(house: House):
    revision = house.hass.revision
    house.server.change("light.bed", "on")
    await until(lambda: house.device("light.bed").state["on"])
    assert house.hass.revision == revision
    house.server.rename("light.bed", name="Night light", area_id="kitchen")
    await until(lambda: house.hass.revision > revision)
    assert (house.device("light.bed").name, house.device("light.bed").room) == (
        "Night light",
        "Kitchen",
    )


async def test_a_thing_that_tells_nonsense_takes_nothing_else_away(house: House):
    house.server.change("light.attic", "on", brightness="very", supported_color_modes=7)
    await until(lambda: "hass:light.attic" not in house.hass.devices())
    assert (await house.apply("light.bed", on=True))["on"] is True
    house.server.change("light.attic", "on", brightness=255, supported_color_modes=["brightness"])
    await until(lambda: "hass:light.attic" in house.hass.devices())


async def test_what_is_taken_out_is_gone(house: House):
    revision = house.hass.revision
    house.server.remove("light.attic")
    await until(lambda: house.hass.revision > revision)
    with pytest.raises(Refused, match="has no"):
        await house.apply("light.attic", on=True)


async def test_a_drop_is_survived_with_what_changed_meanwhile():
    server, port = demo(), free_port()
    async with AsyncExitStack() as power:
        await power.enter_async_context(serving(server, port))
        async with at(server) as house:
            await power.aclose()
            await until(lambda: house.hass.trouble)
            assert house.device("light.bed").why_not == "Home Assistant is away"
            with pytest.raises(Retry, match="Home Assistant is away"):
                await house.apply("light.bed", on=True)
            server.change("light.bed", "on")
            async with serving(server, port):
                await until(lambda: not house.hass.trouble, 10)
                assert house.device("light.bed").state["on"] is True
                assert (await house.apply("light.bed", on=False))["on"] is False


async def test_a_drop_in_the_middle_of_a_change_is_told(house: House):
    house.server.stalls = True

    async def drop() -> None:
        await until(lambda: house.server.stalls)
        await anyio.sleep(0.1)
        await house.server.hang_up()

    async with anyio.create_task_group() as both:
        both.start_soon(drop)
        with pytest.raises(Retry, match="Home Assistant"):
            await house.apply("light.bed", on=True)


async def test_a_scene_in_whose_middle_home_assistant_drops_is_done_when_it_is_back(
    house: House, tmp_path: Path
):
    home = Home(Kept(tmp_path), Plan())
    home.join(house.hass)
    house.server.stalls = True

    async def drop() -> None:
        await until(lambda: len(house.server.calls) == 2)
        house.server.stalls = False
        await house.server.hang_up()

    async with anyio.create_task_group() as both:
        both.start_soon(drop)
        wanted = {"light.bed": True, "light.attic": False}
        done = await home.do({f"hass:{key}": Change(on=on) for key, on in wanted.items()})
    assert not done.failed
    assert house.server.states["light.bed"]["state"] == "on"
    assert house.server.states["light.attic"]["state"] == "off"


async def test_a_scene_that_unlocks_is_applied_by_unlock_alone(tmp_path: Path):
    server = demo()
    server.entity("scene.arriving", NOW, {"entity_id": ["light.bed", "lock.front_door"]})
    server.entity("scene.reading", NOW, {"entity_id": ["light.bed", "cover.blind"]})
    async with serving(server):
        settings = {"hass": server.url, "hass_token": TOKEN}
        async with opened_tools(Setup(settings, tmp_path)) as tools:
            by = {tool.name: tool for tool in tools}
            for name, arguments in (
                ("scene", {"name": "arriving"}),
                ("switch", {"target": "the arriving scene", "on": True}),
            ):
                with pytest.raises(Unclear, match=r"Arriving may let somebody in: .*tool unlock"):
                    await by[name].run(arguments, Context())
            assert server.calls == []
            await by["scene"].run({"name": "reading"}, Context())
            unlock = by["unlock"]
            assert (unlock.effect, unlock.plan is not None) == ("danger", True)
            assert unlock.plan
            asked = await unlock.plan({"target": "arriving"}, Context())
            assert asked == "apply the scene Arriving"
            done = await unlock.run({"target": "arriving"}, Context())
            assert (done.say, done.undo) == ("Arriving is set.", None)
    assert [entity for _, _, entity in server.calls] == ["scene.reading", "scene.arriving"]


async def test_a_token_that_expires_says_what_to_do_and_is_not_tried_again(house: House):
    house.server.token = "another"
    await house.server.hang_up()
    await until(lambda: "long-lived access token" in house.hass.trouble)
    with pytest.raises(Refused, match="vivavoce setup home"):
        await house.apply("light.bed", on=True)
    assert TOKEN not in house.hass.trouble


async def test_three_thousand_entities_with_rooms_are_there_within_two_seconds():
    server = demo()
    about = {"supported_color_modes": ["brightness"], "color_mode": "brightness", "brightness": 9}
    for i in range(3000):
        server.device(f"d{i}", "kitchen")
        server.entity(f"light.many_{i}", "on", about, device_id=f"d{i}")
    async with serving(server):
        began = time.process_time()  # what others do on this machine does not count
        async with at(server) as house:
            took_s = time.process_time() - began
            assert house.device("light.many_2999").room == "Kitchen"
    print(f"3,000 entities in {took_s:.2f} s")
    assert took_s < 2


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"hass": "http://house:8123"}, "long-lived access token"),
        ({"hass": "house:8123", "hass_token": "x"}, "Home Assistant's address"),
        ({"hass": "http://me:secret@house:8123", "hass_token": "x"}, "Home Assistant's address"),
    ],
)
async def test_a_setting_that_is_missing_or_wrong_says_so(settings: dict[str, str], says: str):
    with pytest.raises(ConfigError, match=says) as told:
        async with opened(settings, Path(), lambda _: None):
            pass
    assert "secret" not in str(told.value)


async def test_what_is_not_home_assistant_is_told(tmp_path: Path):
    server = Server()
    async with serving(server):
        server.url += "/elsewhere"
        async with at(server) as house:
            assert house.hass.trouble == hass_module.STRANGE
