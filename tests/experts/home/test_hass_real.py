"""A real Home Assistant with its demo house; its own REST API says whether it worked."""

import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.experts.home.hass_house import House, house
from vivavoce.core import Refused, Retry
from vivavoce.experts.builtin.home.device import Change, Device, Happened
from vivavoce.experts.builtin.home.hass import Hass, opened
from vivavoce.experts.builtin.home.hass_line import line

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.real,
    pytest.mark.skipif(
        not os.environ.get("VIVAVOCE_TEST_HASS"),
        reason="installs 620 MB: set VIVAVOCE_TEST_HASS=1 for a real Home Assistant",
    ),
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("hass")) as made:
        yield made


class There:
    """Us at it."""

    def __init__(self, real: House, hass: Hass) -> None:
        self.real, self.hass = real, hass
        self.heard: list[Happened] = []

    def device(self, entity_id: str) -> Device:
        return self.hass.devices()[f"hass:{entity_id}"]

    async def apply(self, entity_id: str, **change: Any) -> Mapping[str, Any]:
        return await self.hass.apply(f"hass:{entity_id}", Change(**change))

    def attributes(self, entity_id: str) -> dict[str, Any]:
        return dict(self.real.state(entity_id)["attributes"])


@asynccontextmanager
async def at(real: House) -> AsyncIterator[There]:
    settings = {"hass": real.url + "/", "hass_token": real.token}
    heard: list[Happened] = []
    async with opened(settings, Path(), heard.append) as hass:
        there = There(real, hass)
        there.heard = heard
        yield there


@pytest.fixture
async def there(real: House) -> AsyncIterator[There]:
    async with at(real) as made:
        yield made


async def until(true: Callable[[], object], within_s: float = 5.0) -> None:
    with anyio.fail_after(within_s):
        while not true():  # noqa: ASYNC110  what is watched is not ours
            await anyio.sleep(0.02)


async def as_owner(real: House, kind: str, **more: Any) -> Any:
    """What somebody does on Home Assistant's own page."""
    async with line(real.url, real.token, lambda _: None) as other, anyio.create_task_group() as g:
        g.start_soon(other.read)
        try:
            return await other.ask(kind, **more)
        finally:
            g.cancel_scope.cancel()


async def test_the_demo_house_becomes_devices(there: There):
    assert not there.hass.trouble
    kinds = {d.kind for d in there.hass.devices().values()}
    assert kinds == {
        "light", "switch", "climate", "cover", "lock", "vacuum", "camera", "sensor", "scene"
    }  # fmt: skip
    assert there.device("light.ceiling_lights").features == {"on", "brightness", "colour", "kelvin"}
    assert there.device("fan.ceiling_fan").sort == "fan"
    assert there.device("switch.ac").sort == "outlet"
    assert there.device("cover.garage_door").sort == "garage"
    assert there.device("binary_sensor.movement_backyard").state == {"motion": True}
    assert there.device("sensor.outside_temperature").state["current_c"] == 15.6
    assert there.device("vacuum.0_ground_floor").state == {"activity": "docked", "battery": 100}
    assert "hass:sensor.sun_next_dawn" not in there.hass.devices()


async def test_a_light_is_dimmed_coloured_and_put_out(there: There):
    state = await there.apply("light.bed_light", brightness=30)
    assert (state["on"], state["brightness"]) == (True, 30)
    assert there.attributes("light.bed_light")["brightness"] == 76
    assert (await there.apply("light.bed_light", colour=(0, 0, 255)))["colour"] == (0, 0, 255)
    warm = await there.apply("light.bed_light", kelvin=2700)
    assert warm["kelvin"] == pytest.approx(2700, abs=20)
    assert there.attributes("light.bed_light")["color_mode"] == "color_temp"
    assert (await there.apply("light.bed_light", brightness=0))["on"] is False
    assert there.real.state("light.bed_light")["state"] == "off"


async def test_heating_takes_a_temperature_and_a_mode(there: There):
    assert (await there.apply("climate.heatpump", target_c=21.5))["target_c"] == 21.5
    assert there.attributes("climate.heatpump")["temperature"] == 21.5
    assert (await there.apply("climate.heatpump", on=False))["mode"] == "off"
    assert (await there.apply("climate.heatpump", mode="heat", target_c=19.0))["on"] is True
    assert there.real.state("climate.heatpump")["state"] == "heat"
    with pytest.raises(Refused, match="takes 7 to 35 degrees"):
        await there.apply("climate.heatpump", target_c=60.0)


async def test_a_range_of_temperatures_moves_as_a_whole(there: There):
    assert there.device("climate.ecobee").state["target_c"] == 22.5
    await there.apply("climate.ecobee", target_c=20.0)
    told = there.attributes("climate.ecobee")
    assert (told["target_temp_low"], told["target_temp_high"]) == (18.5, 21.5)


async def test_a_blind_moves_to_where_it_should_be(there: There):
    await there.apply("cover.hall_window", position=40)
    await until(lambda: there.device("cover.hall_window").state["position"] == 40, 30)
    assert there.attributes("cover.hall_window")["current_position"] == 40


async def test_a_garage_door_has_no_position_between(there: There):
    with pytest.raises(Refused, match="only opens and closes"):
        await there.apply("cover.garage_door", position=40)
    await there.apply("cover.garage_door", position=100)
    await until(lambda: there.real.state("cover.garage_door")["state"] == "open", 30)


async def test_a_door_is_locked_only_when_it_says_so(there: There):
    assert (await there.apply("lock.kitchen_door", locked=True))["locked"] is True
    assert there.real.state("lock.kitchen_door")["state"] == "locked"
    with pytest.raises(Refused, match="jammed"):
        await there.apply("lock.poorly_installed_door", locked=True)


async def test_a_vacuum_cleans_and_comes_home(there: There):
    assert (await there.apply("vacuum.0_ground_floor", action="start"))["activity"] == "cleaning"
    assert (await there.apply("vacuum.0_ground_floor", action="pause"))["activity"] == "paused"
    assert (await there.apply("vacuum.0_ground_floor", action="dock"))["activity"] in (
        "returning",
        "docked",
    )
    with pytest.raises(Refused, match="no action"):
        await there.apply("vacuum.4_fourth_floor", action="start")


async def test_a_player_is_turned_down(there: There):
    assert (await there.apply("media_player.living_room", volume=25))["volume"] == 25
    assert there.attributes("media_player.living_room")["volume_level"] == 0.25


async def test_a_scene_changes_its_lights(there: There):
    await there.apply("scene.film", on=True)
    assert there.attributes("light.bed_light")["brightness"] == 26
    assert there.real.state("light.ceiling_lights")["state"] == "off"


async def test_a_camera_gives_a_picture(there: There):
    image = await there.hass.still("hass:camera.demo_camera")
    assert image.media_type == "image/jpeg"
    assert image.data[:2] == b"\xff\xd8"
    with pytest.raises(Refused, match="has no camera"):
        await there.hass.still("hass:light.bed_light")


async def test_a_ring_is_heard_with_the_picture_of_the_door(there: There):
    def tell(at: str, kind: str | None) -> None:
        about = {"device_class": "doorbell", "event_types": ["ring"], "event_type": kind}
        there.real.put_state("event.demo_camera_doorbell", at, about)

    tell("unknown", None)
    await until(lambda: "hass:event.demo_camera_doorbell" in there.hass.devices())
    tell("2026-11-24T12:00:00.000+00:00", "ring")
    await until(lambda: there.heard)
    (ring,) = there.heard
    assert (ring.what, ring.at.isoformat()[14:19]) == ("ring", "00:00")
    assert ring.still is not None
    assert ring.still.data[:2] == b"\xff\xd8"
    bell = there.device("event.demo_camera_doorbell")
    assert (bell.kind, bell.features) == ("doorbell", {"still"})
    assert bell.state["at"].startswith("2026-11-24T12:00")


async def test_a_room_that_is_given_on_its_page_arrives_here(there: There):
    revision = there.hass.revision
    await as_owner(
        there.real,
        "config/entity_registry/update",
        entity_id="light.kitchen_lights",
        area_id="kitchen",
        aliases=["worktop lamp"],
    )
    await until(lambda: there.hass.revision > revision)
    lamp = there.device("light.kitchen_lights")
    assert (lamp.room, lamp.name, lamp.aliases) == ("Kitchen", "Lights", ("worktop lamp",))


async def test_a_wrong_token_says_what_to_do(real: House):
    settings = {"hass": real.url, "hass_token": "not-a-token"}
    async with opened(settings, Path(), lambda _: None) as hass:
        assert "long-lived access token" in hass.trouble
        assert "not-a-token" not in hass.trouble


async def test_three_thousand_entities_are_there_within_two_seconds(
    real: House, capsys: pytest.CaptureFixture[str]
):
    about = {"supported_color_modes": ["brightness"], "color_mode": "brightness", "brightness": 9}
    with real.owner() as client:
        for i in range(3000):
            said = {"state": "on", "attributes": {**about, "friendly_name": f"Lamp {i}"}}
            client.post(f"/api/states/light.many_{i}", json=said).raise_for_status()
    began = time.monotonic()
    async with at(real) as there:
        took_s = time.monotonic() - began
        assert not there.hass.trouble
        assert len(there.hass.devices()) > 3000
    with capsys.disabled():
        print(json.dumps({"hass_entities": 3000, "load_s": round(took_s, 2)}))
    assert took_s < 2


async def test_a_restart_is_survived(real: House):
    async with at(real) as there:
        real.stop()
        await until(lambda: there.hass.trouble, 10)
        assert not there.device("light.bed_light").available
        with pytest.raises(Retry, match="Home Assistant is away"):
            await there.apply("light.bed_light", on=True)
        await anyio.to_thread.run_sync(real.restart)
        await until(lambda: not there.hass.trouble, 40)
        assert (await there.apply("light.bed_light", on=True))["on"] is True
