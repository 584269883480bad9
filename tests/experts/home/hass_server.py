"""Home Assistant's protocol without Home Assistant: messages as a real 2024.3 sends them, and the
floors of newer ones. Its states are what tests look at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

TOKEN = "a-long-lived-token"
NOW = "2026-11-24T12:00:00+00:00"
PICTURE = b"\xff\xd8\xff\xe0 what the door's camera sees"
Raw = dict[str, Any]
SETS: dict[str, str] = {
    "turn_on": "on",
    "turn_off": "off",
    "lock": "locked",
    "unlock": "unlocked",
    "open_cover": "open",
    "close_cover": "closed",
    "start": "cleaning",
    "return_to_base": "returning",
}
"""Service → the state that it leads to."""


class Server:
    """What the house knows, and what happens in it."""

    def __init__(self) -> None:
        self.url = ""
        self.token = TOKEN
        self.states: dict[str, Raw] = {}
        self.entities: dict[str, Raw] = {}
        self.devices: dict[str, Raw] = {}
        self.areas: dict[str, Raw] = {}
        self.floors: dict[str, str] | None = {"up": "Upstairs"}
        """None: as houses before 2024.4, which don't know the command."""
        self.unit = "°C"
        self.calls: list[tuple[str, Raw, str]] = []
        """Service, its data, the entity."""
        self.deaf = False
        """It says yes to every service, and nothing happens."""
        self.refuses = ""
        """What it says to every service instead of yes."""
        self.stalls = False
        """It does not answer services at all."""
        self.camera_works = True
        self._lines: dict[web.WebSocketResponse, dict[str, int]] = {}
        """By connection: event → the subscription's number."""
        self._tasks: set[asyncio.Task[None]] = set()

    # What a house has.

    def area(self, area_id: str, name: str, floor: str | None = None) -> None:
        self.areas[area_id] = {"area_id": area_id, "name": name, "aliases": [], "picture": None}
        if floor:
            self.areas[area_id]["floor_id"] = floor

    def device(self, device_id: str, area: str | None = None) -> None:
        self.devices[device_id] = {"id": device_id, "area_id": area, "name": device_id}

    def entity(
        self,
        entity_id: str,
        state: str,
        about: Raw | None = None,
        *,
        registered: bool = True,
        **entry: Any,
    ) -> None:
        """entry: what its registry's entry has beside its names."""
        name = entity_id.partition(".")[2].replace("_", " ").capitalize()
        self.states[entity_id] = {
            "entity_id": entity_id,
            "state": state,
            "attributes": {"friendly_name": name, **(about or {})},
            "last_changed": NOW,
            "last_updated": NOW,
            "context": {"id": "01M878NW0HJWCPW5QH5H5MCTJ7", "parent_id": None, "user_id": None},
        }
        if registered:
            kept = {"area_id": None, "device_id": None, "hidden_by": None, "name": None}
            more = {"entity_category": None, "translation_key": None, "aliases": []}
            self.entities[entity_id] = {"entity_id": entity_id, **kept, **more, **entry}

    # What happens.

    def change(self, entity_id: str, state: str | None = None, **about: Any) -> None:
        """A state changes, by whatever."""
        old = self.states[entity_id]
        new = {**old, "attributes": {**old["attributes"], **about}, "last_updated": NOW}
        new["state"] = old["state"] if state is None else state
        self.states[entity_id] = new
        self._fire("state_changed", {"entity_id": entity_id, "old_state": old, "new_state": new})

    def remove(self, entity_id: str) -> None:
        """Its integration is taken out."""
        old = self.states.pop(entity_id)
        self._fire("state_changed", {"entity_id": entity_id, "old_state": old, "new_state": None})

    def rename(self, entity_id: str, **entry: Any) -> None:
        """Somebody at its settings' page."""
        self.entities[entity_id] |= entry
        self._fire("entity_registry_updated", {"action": "update", "entity_id": entity_id})

    async def hang_up(self) -> None:
        """All connections end, as when it restarts."""
        for socket in list(self._lines):
            await socket.close()

    def _fire(self, kind: str, data: Raw) -> None:
        event = {"event_type": kind, "data": data, "origin": "LOCAL", "time_fired": NOW}
        for socket, wanted in self._lines.items():
            if kind in wanted:
                said = {"id": wanted[kind], "type": "event", "event": event}
                task = asyncio.ensure_future(socket.send_json(said))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    # What it answers.

    def routes(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/websocket", self._socket)
        app.router.add_get("/api/camera_proxy/{entity}", self._camera)
        return app

    async def _camera(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401, text="401: Unauthorized")
        if request.match_info["entity"] not in self.states:
            return web.Response(status=404)
        if not self.camera_works:
            return web.Response(status=500)
        return web.Response(body=PICTURE, content_type="image/jpg")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"type": "auth_required", "ha_version": "2024.3.3"})
        if (await socket.receive_json()).get("access_token") != self.token:
            said = {"type": "auth_invalid", "message": "Invalid access token or password"}
            await socket.send_json(said)
            await socket.close()
            return socket
        await socket.send_json({"type": "auth_ok", "ha_version": "2024.3.3"})
        self._lines[socket] = {}
        last = 0
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                asked = message.json()
                assert asked["id"] > last, "identifiers must grow"
                last = asked["id"]
                if answer := self._answer(socket, asked):
                    await socket.send_json({"id": last, "type": "result", **answer})
        finally:
            del self._lines[socket]
        return socket

    def _answer(self, socket: web.WebSocketResponse, asked: Raw) -> Raw | None:
        kind = asked["type"]
        if kind == "call_service":
            return self._serve(asked)
        if kind == "subscribe_events":
            self._lines[socket][asked["event_type"]] = asked["id"]
            return _yes(None)
        plain = [
            {key: value for key, value in entry.items() if key != "aliases"}
            for entry in self.entities.values()
        ]
        known: dict[str, Any] = {
            "get_states": list(self.states.values()),
            "get_config": {"unit_system": {"temperature": self.unit}, "version": "2024.3.3"},
            "config/area_registry/list": list(self.areas.values()),
            "config/device_registry/list": list(self.devices.values()),
            "config/entity_registry/list": plain,
        }
        if self.floors is not None:
            floors = [{"floor_id": key, "name": name} for key, name in self.floors.items()]
            known["config/floor_registry/list"] = floors
        if kind == "config/entity_registry/get_entries":
            return _yes({key: self.entities.get(key) for key in asked["entity_ids"]})
        return _yes(known[kind]) if kind in known else _no("unknown_command", "Unknown command.")

    def _serve(self, asked: Raw) -> Raw | None:
        entity_id, service = asked["target"]["entity_id"], asked["service"]
        data = dict(asked.get("service_data") or {})
        self.calls.append((f"{asked['domain']}.{service}", data, entity_id))
        if self.stalls:
            return None
        if self.refuses:
            return _no("home_assistant_error", self.refuses)
        if not self.deaf and entity_id in self.states:
            about = {}
            if "brightness_pct" in data:
                about["brightness"] = round(data["brightness_pct"] * 2.55)
            if "temperature" in data:
                about["temperature"] = data["temperature"]
            if "position" in data:
                about["current_position"] = data["position"]
            self.change(entity_id, SETS.get(service), **about)
        return _yes({"context": {"id": "01M878QPYD7B90CE9XKA8K8ETT"}})


def _yes(result: Any) -> Raw:
    return {"success": True, "result": result}


def _no(code: str, message: str) -> Raw:
    return {"success": False, "error": {"code": code, "message": message}}


def demo() -> Server:
    """A small house: two rooms, a doorbell with its camera, a vacuum whose battery is a sensor."""
    made = Server()
    made.area("kitchen", "Kitchen")
    made.area("bedroom", "Bedroom", "up")
    made.device("bell")
    made.device("robot")
    dims = {"supported_color_modes": ["brightness"], "color_mode": "brightness", "brightness": 255}
    made.entity("light.kitchen_table", "on", dims, area_id="kitchen", aliases=["dinner lamp"])
    made.entity("light.bed", "off", {"supported_color_modes": ["onoff"]}, area_id="bedroom")
    made.entity(
        "climate.bedroom",
        "heat",
        {
            "hvac_modes": ["off", "heat"],
            "min_temp": 7,
            "max_temp": 35,
            "current_temperature": 20.0,
            "temperature": 21.0,
            "supported_features": 385,
        },
        area_id="bedroom",
    )
    made.entity("lock.front_door", "locked", {"supported_features": 0})
    made.entity("cover.blind", "open", {"current_position": 100, "supported_features": 15})
    made.entity("vacuum.robot", "docked", {"supported_features": 8 + 16 + 8192}, device_id="robot")
    charge = {"device_class": "battery", "unit_of_measurement": "%"}
    made.entity(
        "sensor.robot_battery", "80", charge, device_id="robot", entity_category="diagnostic"
    )
    rings = {"device_class": "doorbell", "event_types": ["ring"], "event_type": None}
    made.entity("event.front_door_ding", NOW, rings, device_id="bell")
    made.entity("camera.front_door", "idle", {}, device_id="bell")
    walks = {"device_class": "motion"}
    made.entity("binary_sensor.front_door_motion", "off", walks, device_id="bell")
    made.entity("binary_sensor.hall_motion", "off", walks)
    made.entity("light.attic", "on", dims, registered=False)
    made.entity("switch.secret", "on", hidden_by="user")
    return made


@asynccontextmanager
async def serving(made: Server, port: int = 0) -> AsyncIterator[None]:
    """It runs, on loopback."""
    runner = web.AppRunner(made.routes(), shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await made.hang_up()
        await runner.cleanup()
