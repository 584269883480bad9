"""A Hue bridge of our own: HTTPS with a certificate that nobody signed, CLIP v2, events by SSE.

Its lamps are what tests look at: `bridge["Reading lamp"]` is the light's resource as it stands.
"""

import asyncio
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from aiohttp import web

KEY = "a-key-that-the-bridge-made"
NOW = "2026-11-24T12:00:00.000Z"
WARMEST, COLDEST = 500, 153
GAMUT = {
    "red": {"x": 0.6915, "y": 0.3083},
    "green": {"x": 0.17, "y": 0.7},
    "blue": {"x": 0.1532, "y": 0.0475},
}
Resource = dict[str, Any]


def certificate(folder: Path) -> ssl.SSLContext:
    """Made in a moment, signed by itself, as a bridge's is."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [*made.split(), "-subj", "/CN=001788fffe112233", "-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def free_port() -> int:
    """Where nobody listens now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _id(of: str) -> str:
    return str(uuid5(NAMESPACE_DNS, of))


class Bridge:
    """The bridge's memory, its routes, and what hands and feet do to its devices."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self.button_pressed = False
        """The round one on top, that lets a new program in."""
        self.keys = {KEY}
        self.unreachable: set[str] = set()
        """Names of lamps whose power is cut."""
        self.deaf = False
        """It takes every command and does nothing."""
        self.drops = False
        """It hangs up on every command."""
        self.busy = 0
        """So many requests are still answered with 429."""
        self.puts: list[tuple[str, Resource]] = []
        """Path and body of every change that was asked for."""
        self.address = ""
        self._streams: set[asyncio.Queue[str | None]] = set()
        self._count = 0
        self._build()

    def __getitem__(self, name: str) -> Resource:
        """A light by its device's name."""
        return next(
            r
            for r in self.resources.values()
            if r["type"] == "light" and r["metadata"]["name"] == name
        )

    # What a house has.

    def _add(self, kind: str, name: str, **more: Any) -> Resource:
        made = {"id": _id(f"{kind} {name}"), "type": kind, **more}
        self.resources[made["id"]] = made
        return made

    def _device(self, name: str, product: str, *services: Resource) -> Resource:
        device = self._add(
            "device",
            name,
            product_data={
                "model_id": product,
                "manufacturer_name": "Signify Netherlands B.V.",
                "product_name": product,
                "product_archetype": "sultan_bulb",
                "certified": True,
                "software_version": "1.104.2",
            },
            metadata={"name": name, "archetype": "sultan_bulb"},
            identify={},
            services=[{"rid": s["id"], "rtype": s["type"]} for s in services],
        )
        for service in services:
            service["owner"] = {"rid": device["id"], "rtype": "device"}
        return device

    def lamp(self, name: str, *, white: bool = True, color: bool = True, dims: bool = True) -> str:
        """A lamp, off; the id of its device."""
        made: Resource = {"on": {"on": False}, "mode": "normal", "alert": {"action_values": []}}
        if dims:
            made["dimming"] = {"brightness": 100.0, "min_dim_level": 0.2}
            made["dimming_delta"] = {}
        if white:
            made["color_temperature"] = {
                "mirek": 366,
                "mirek_valid": True,
                "mirek_schema": {"mirek_minimum": COLDEST, "mirek_maximum": WARMEST},
            }
        if color:
            made["color"] = {"xy": {"x": 0.4573, "y": 0.41}, "gamut": GAMUT, "gamut_type": "C"}
        light = self._add(
            "light", name, metadata={"name": name, "archetype": "sultan_bulb"}, **made
        )
        zigbee = self._add("zigbee_connectivity", name, status="connected", mac_address="00:17")
        return str(self._device(name, "LCA001", light, zigbee)["id"])

    def room(self, name: str, *devices: str, kind: str = "room") -> Resource:
        """A room with its grouped light."""
        group = self._add(
            "grouped_light", name, on={"on": False}, dimming={"brightness": 100.0}, alert={}
        )
        room = self._add(
            kind,
            name,
            metadata={"name": name, "archetype": "other"},
            children=[{"rid": device, "rtype": "device"} for device in devices],
            services=[{"rid": group["id"], "rtype": "grouped_light"}],
        )
        group["owner"] = {"rid": room["id"], "rtype": kind}
        return room

    def scene(self, name: str, room: Resource, **lamps: Resource) -> Resource:
        """lamps: name (_ for a space) → its action."""
        actions = [
            {"target": {"rid": self[lamp.replace("_", " ")]["id"], "rtype": "light"}, "action": do}
            for lamp, do in lamps.items()
        ]
        return self._add(
            "scene",
            f"{room['metadata']['name']} {name}",
            metadata={"name": name},
            group={"rid": room["id"], "rtype": room["type"]},
            actions=actions,
            palette={"color": [], "dimming": [], "color_temperature": []},
            speed=0.5,
            auto_dynamic=False,
            status={"active": "inactive"},
        )

    def _build(self) -> None:
        """Two rooms, four lamps, a plug, a motion sensor, a switch, a bell, two scenes."""
        own = self._add(
            "bridge",
            "bridge",
            bridge_id="001788fffe112233",
            time_zone={"time_zone": "Europe/Berlin"},
        )
        bridge = self._device("Hue Bridge", "BSB002", own)
        bridge["product_data"] |= {
            "software_version": "1.68.1968096020",
            "product_archetype": "bridge_v2",
        }
        reading, ceiling = self.lamp("Reading lamp"), self.lamp("Ceiling", color=False)
        plug = self.lamp("Coffee plug", white=False, color=False, dims=False)
        self.resources[plug]["metadata"]["archetype"] = "plug"
        bed = self.lamp("Bed lamp")
        motion = self._add(
            "motion",
            "Hall sensor",
            enabled=True,
            motion={"motion_report": {"changed": NOW, "motion": False}, "motion_valid": True},
            sensitivity={"status": "set", "sensitivity": 2, "sensitivity_max": 4},
        )
        warmth = self._add(
            "temperature",
            "Hall sensor",
            enabled=True,
            temperature={
                "temperature_report": {"changed": NOW, "temperature": 20.5},
                "temperature_valid": True,
                "temperature": 20.5,
            },
        )
        sensor = self._device("Hall sensor", "SML001", motion, warmth)
        key = self._add(
            "button",
            "Wall switch",
            metadata={"control_id": 1},
            button={"event_values": ["initial_press", "short_release"], "repeat_interval": 800},
        )
        switch = self._device("Wall switch", "RWL022", key)
        bell = self._add(
            "bell_button",
            "Front door",
            metadata={"control_id": 1},
            button={"event_values": ["initial_press", "short_release"]},
        )
        self._device("Front door", "Hue Secure doorbell", bell)
        living = self.room("Living room", reading, ceiling, plug)
        bedroom = self.room("Bedroom", bed, sensor["id"], switch["id"])
        upstairs = self.room("Upstairs", kind="zone")
        upstairs["metadata"]["archetype"] = "upstairs"
        upstairs["children"] = [{"rid": self["Bed lamp"]["id"], "rtype": "light"}]
        self.scene(
            "Relax",
            living,
            Reading_lamp={
                "on": {"on": True},
                "dimming": {"brightness": 56.0},
                "color_temperature": {"mirek": 447},
            },
            Ceiling={"on": {"on": False}},
        )
        self.scene("Night", bedroom, Bed_lamp={"on": {"on": True}, "dimming": {"brightness": 2.0}})
        home = self._add("bridge_home", "home", children=[], services=[])
        home["children"] = [{"rid": r["id"], "rtype": "room"} for r in (living, bedroom)]

    # What hands and feet do.

    def turn(self, name: str, **change: Any) -> None:
        """Somebody at the lamp's own app or switch."""
        light = self[name]
        _merge(light, change)
        self._tell({"id": light["id"], "type": "light", "owner": light["owner"], **change})

    def cut(self, name: str, off: bool = True) -> None:
        """Its wall switch; the bridge notices."""
        radio = self.resources[_id(f"zigbee_connectivity {name}")]
        radio["status"] = "connectivity_issue" if off else "connected"
        self._tell({"id": radio["id"], "type": radio["type"], "status": radio["status"]})

    def walk_by(self, name: str = "Hall sensor") -> None:
        """Motion, and its end."""
        motion = self.resources[_id(f"motion {name}")]
        for moves in (True, False):
            change = {"motion_report": {"changed": NOW, "motion": moves}, "motion_valid": True}
            _merge(motion, {"motion": change})
            self._tell({"id": motion["id"], "type": "motion", "motion": change})

    def press(self, name: str, kind: str = "button") -> None:
        """A short press of a switch's key, or of a bell (kind bell_button)."""
        key = self.resources[_id(f"{kind} {name}")]
        for event in ("initial_press", "short_release"):
            report = {"button_report": {"updated": NOW, "event": event}, "last_event": event}
            _merge(key, {"button": report})
            self._tell({"id": key["id"], "type": kind, "button": report})

    def rename(self, name: str, to: str) -> None:
        """In the maker's app: the device's name, and its light's."""
        light = self[name]
        for of in (light, self.resources[light["owner"]["rid"]]):
            of["metadata"]["name"] = to
            self._tell({"id": of["id"], "type": of["type"], "metadata": of["metadata"]})

    def hang_up(self) -> None:
        """All event streams end, as when the bridge restarts."""
        for stream in self._streams:
            stream.put_nowait(None)

    # What it answers.

    def routes(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/clip/v2/resource", self._get)
        app.router.add_get("/clip/v2/resource/{type}", self._get)
        app.router.add_get("/clip/v2/resource/{type}/{id}", self._get)
        app.router.add_put("/clip/v2/resource/{type}/{id}", self._put)
        app.router.add_get("/eventstream/clip/v2", self._stream)
        app.router.add_post("/api", self._pair)
        app.router.add_get("/api/0/config", self._config)
        return app

    async def _config(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"name": "Hue Bridge", "bridgeid": "001788FFFE112233", "swversion": "1968096020"}
        )

    async def _pair(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if not self.button_pressed:
            error = {"type": 101, "address": "", "description": "link button not pressed"}
            return web.json_response([{"error": error}])
        key = f"key-of-{asked['devicetype']}"
        self.keys.add(key)
        return web.json_response([{"success": {"username": key}}])

    def _gate(self, request: web.Request) -> web.Response | None:
        if request.headers.get("hue-application-key") not in self.keys:
            return web.Response(status=403, text="Forbidden", content_type="text/html")
        if self.busy:
            self.busy -= 1
            return web.Response(status=429, text="Too Many Requests", content_type="text/html")
        return None

    async def _get(self, request: web.Request) -> web.Response:
        if closed := self._gate(request):
            return closed
        kind, one = request.match_info.get("type"), request.match_info.get("id")
        found = [
            r
            for r in self.resources.values()
            if kind in (None, r["type"]) and one in (None, r["id"])
        ]
        if one and not found:
            return _failed(404, "Not Found")
        return web.json_response({"errors": [], "data": found})

    async def _put(self, request: web.Request) -> web.Response:
        if closed := self._gate(request):
            return closed
        asked = await request.json()
        self.puts.append((request.path, asked))
        if self.drops and request.transport:
            request.transport.close()
            return web.Response()
        resource = self.resources.get(request.match_info["id"])
        if resource is None or resource["type"] != request.match_info["type"]:
            return _failed(404, "Not Found")
        if wrong := _wrong(resource, asked):
            return _failed(400, wrong)
        done = {"rid": resource["id"], "rtype": resource["type"]}
        problems: list[str] = []
        if resource["type"] == "light":
            problems = self._change(resource, asked)
        elif resource["type"] == "grouped_light":
            _merge(resource, asked)
            for light in self._lights(resource["owner"]["rid"]):
                self._change(light, {k: v for k, v in asked.items() if k == "on" or k in light})
        elif resource["type"] == "scene":
            for action in resource["actions"]:
                self._change(self.resources[action["target"]["rid"]], action["action"])
            resource["status"] = {"active": "static", "last_recall": NOW}
        errors = [{"description": problem} for problem in problems]
        return web.json_response({"data": [done], "errors": errors}, status=207 if errors else 200)

    def _change(self, light: Resource, asked: Resource) -> list[str]:
        """The light's new state, told to all; what may not have had an effect."""
        if light["metadata"]["name"] in self.unreachable:
            first = next(iter(asked))
            return [
                f"device (light) has communication issues, command (.{first}) may not have effect"
            ]
        if self.deaf:
            return []
        change = {key: value for key, value in asked.items() if key != "dynamics"}
        if delta := change.pop("dimming_delta", None):
            step = delta["brightness_delta"] * (1 if delta["action"] == "up" else -1)
            level = min(100.0, max(1.0, light["dimming"]["brightness"] + step))
            change["dimming"] = {"brightness": level}
        dark = not {**light["on"], **change.get("on", {})}["on"]
        if dark and "dimming" in change:
            return ['device (light) is "soft off", command (.dimming) may not have effect']
        if "color" in change and "color_temperature" in light:
            change["color_temperature"] = {"mirek": None, "mirek_valid": False}
        elif "color_temperature" in change:
            change["color_temperature"] = {**change["color_temperature"], "mirek_valid": True}
        _merge(light, change)
        self._tell({"id": light["id"], "type": "light", "owner": light["owner"], **change})
        return []

    def _lights(self, room: str) -> list[Resource]:
        devices = {child["rid"] for child in self.resources[room]["children"]}
        return [
            r
            for r in self.resources.values()
            if r["type"] == "light" and r["owner"]["rid"] in devices
        ]

    def _tell(self, *data: Resource) -> None:
        self._count += 1
        event = {
            "creationtime": NOW,
            "data": list(data),
            "id": _id(f"event {self._count}"),
            "type": "update",
        }
        for stream in self._streams:
            stream.put_nowait(f"id: 1764000000:{self._count}\ndata: {json.dumps([event])}\n\n")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if closed := self._gate(request):
            return closed
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": hi\n\n")
        events: asyncio.Queue[str | None] = asyncio.Queue()
        self._streams.add(events)
        try:
            while (event := await events.get()) is not None:
                await response.write(event.encode())
        finally:
            self._streams.discard(events)
        return response

    @property
    def listeners(self) -> int:
        return len(self._streams)


def _merge(into: Resource, change: Resource) -> None:
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _failed(status: int, why: str) -> web.Response:
    return web.json_response({"data": [], "errors": [{"description": why}]}, status=status)


def _wrong(resource: Resource, asked: Resource) -> str:
    """What a real bridge refuses."""
    if resource["type"] == "scene":
        return "" if asked.get("recall", {}).get("action") == "active" else "no such action"
    if resource["type"] not in ("light", "grouped_light"):
        return f"{resource['type']} can't be set here"
    for key in asked:
        if resource["type"] == "light" and key not in (*resource, "dynamics"):
            return f"attribute ({key}) not supported"
    if not 0 <= asked.get("dimming", {}).get("brightness", 50) <= 100:
        return "invalid value for dimming.brightness"
    if not COLDEST <= asked.get("color_temperature", {}).get("mirek", 200) <= WARMEST:
        return "invalid value for color_temperature.mirek"
    return ""


@asynccontextmanager
async def bridge(folder: Path, port: int = 0) -> AsyncIterator[Bridge]:
    """A running one on loopback."""
    made = Bridge()
    async with serving(made, folder, port):
        yield made


@asynccontextmanager
async def serving(made: Bridge, folder: Path, port: int = 0) -> AsyncIterator[None]:
    """The bridge has power."""
    runner = web.AppRunner(made.routes(), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=certificate(folder))
    await site.start()
    made.address = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        made.hang_up()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(runner.cleanup(), 5)
