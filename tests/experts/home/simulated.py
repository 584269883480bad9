"""A simulated home on a real mosquitto: devices that answer as zigbee2mqtt and others do.

Reusable: `broker(folder)` starts the server, `Simulated(port, house(3000))` the devices.
"""

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt

BASE = "zigbee2mqtt"
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
START_S = 10.0
NODELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
SMALL = (
    ("Kitchen Ceiling Light", "colour"),
    ("Kitchen Counter Lamp", "white"),
    ("Kitchen Coffee Machine", "plug"),
    ("Kitchen Fridge", "plug"),
    ("Kitchen Back Door Lock", "lock"),
    ("Kitchen Window", "contact"),
    ("Living Room Ceiling Light", "white"),
    ("Living Room Sofa Lamp", "colour"),
    ("Living Room Floor Lamp", "dim"),
    ("Living Room Thermostat", "climate"),
    ("Living Room Blinds", "cover"),
    ("Living Room TV", "plug"),
    ("Hall Light", "dim"),
    ("Hall Front Door Lock", "lock"),
    ("Hall Motion", "motion"),
    ("Bedroom Ceiling Light", "white"),
    ("Bedroom Bedside Lamp", "colour"),
    ("Bedroom Radiator", "climate"),
    ("Bedroom Blinds", "cover"),
    ("Bedroom Window", "contact"),
    ("Guest Room Bedside Lamp", "dim"),
    ("Guest Room Climate Sensor", "sensor"),
    ("Bathroom Mirror Light", "dim"),
    ("Bathroom Fan", "fan"),
    ("Bathroom Climate Sensor", "sensor"),
    ("Office Desk Lamp", "colour"),
    ("Office Plug", "plug"),
    ("Garage Door", "cover"),
    ("Garage Light", "switch_light"),
    ("Garden Lights", "dim"),
)
"""Thirty devices of a usual house."""


def _feature(name: str, access: int = 7, **more: Any) -> dict[str, Any]:
    return {"name": name, "property": more.pop("property", name), "access": access, **more}


_STATE = _feature("state", type="binary", value_on="ON", value_off="OFF")
_BRIGHTNESS = _feature("brightness", type="numeric", value_min=0, value_max=254)
_TEMP = _feature("color_temp", type="numeric", unit="mired", value_min=153, value_max=500)
_XY = _feature("color_xy", property="color", type="composite", features=[])
_BATTERY = _feature("battery", 1, type="numeric", unit="%")


def exposes(sort: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What a device of a sort exposes, and its first state."""
    light = {
        "dim": [_STATE, _BRIGHTNESS],
        "white": [_STATE, _BRIGHTNESS, _TEMP],
        "colour": [_STATE, _BRIGHTNESS, _TEMP, _XY],
        "switch_light": [_STATE],
    }
    if sort in light:
        first: dict[str, Any] = {"state": "OFF"}
        if sort != "switch_light":
            first["brightness"] = 127
        if sort in ("white", "colour"):
            first |= {"color_temp": 370, "color_mode": "color_temp"}
        return [{"type": "light", "features": light[sort]}], first
    match sort:
        case "plug":
            power = _feature("power", 1, type="numeric", unit="W")
            return [{"type": "switch", "features": [_STATE]}, power], {"state": "ON", "power": 12.5}
        case "fan":
            return [{"type": "fan", "features": [_STATE]}], {"state": "OFF"}
        case "double":
            parts = [
                {
                    "type": "switch",
                    "endpoint": end,
                    "features": [_feature("state", property=f"state_{end}", value_on="ON")],
                }
                for end in ("left", "right")
            ]
            return parts, {"state_left": "OFF", "state_right": "OFF"}
        case "lock":
            state = _feature("state", type="binary", value_on="LOCK", value_off="UNLOCK")
            told = _feature("lock_state", 1, type="enum")
            lock = {"type": "lock", "features": [state, told]}
            return [lock, _BATTERY], {"state": "LOCK", "lock_state": "locked", "battery": 80}
        case "cover":
            features = [
                _feature("state", type="enum", values=["OPEN", "CLOSE", "STOP"]),
                _feature("position", type="numeric", value_min=0, value_max=100),
            ]
            return [{"type": "cover", "features": features}], {"state": "CLOSE", "position": 0}
        case "climate":
            features = [
                _feature("occupied_heating_setpoint", type="numeric", value_min=5, value_max=30),
                _feature("local_temperature", 1, type="numeric"),
                _feature("system_mode", type="enum", values=["off", "heat", "auto"]),
            ]
            first = {
                "occupied_heating_setpoint": 20,
                "local_temperature": 19.5,
                "system_mode": "heat",
            }
            return [{"type": "climate", "features": features}], first
        case "contact":
            contact = _feature("contact", 1, type="binary")
            return [contact, _BATTERY], {"contact": True, "battery": 15}
        case "motion":
            return [_feature("occupancy", 1, type="binary"), _BATTERY], {
                "occupancy": False,
                "battery": 90,
            }
    features = [
        _feature("temperature", 1, type="numeric"),
        _feature("humidity", 1, type="numeric"),
        _BATTERY,
    ]
    return features, {"temperature": 21.5, "humidity": 45, "battery": 70}


def house(count: int = 30) -> list[tuple[str, str]]:
    """Names and sorts; from the thirty-first on in numbered rooms."""
    sorts = ("white", "colour", "dim", "plug", "cover", "climate", "lock", "sensor", "contact")
    names = ("Ceiling Light", "Sofa Lamp", "Desk Lamp", "Plug", "Blinds", "Radiator", "Door Lock")
    names += ("Climate Sensor", "Window")
    found = list(SMALL[:count])
    for i in range(max(0, count - len(SMALL))):
        room, which = divmod(i, len(sorts))
        found.append((f"Office {room + 100} {names[which]}", sorts[which]))
    return found


@dataclass
class Simulated:
    """Devices that answer; states are as the real ones would be, whoever commands."""

    port: int
    devices: list[tuple[str, str]]
    deaf: set[str] = field(default_factory=set)
    """These don't answer."""
    away: set[str] = field(default_factory=set)
    """These are told to be offline."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Topic → a retained message more."""
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[tuple[str, str]] = field(default_factory=list)
    """All commands, in order."""
    client: aiomqtt.Client | None = None

    def __post_init__(self) -> None:
        self.states = {name: dict(exposes(sort)[1]) for name, sort in self.devices}

    def listed(self) -> list[dict[str, Any]]:
        """zigbee2mqtt/bridge/devices."""
        return [
            {
                "ieee_address": f"0x{i:016x}",
                "friendly_name": name,
                "type": "Router",
                "disabled": False,
                "definition": {"model": sort, "vendor": "Test", "exposes": exposes(sort)[0]},
            }
            for i, (name, sort) in enumerate(self.devices)
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Simulated"]:
        """Answers until the block ends, through restarts of the broker."""
        ready = asyncio.Event()
        task = asyncio.create_task(self._run(ready))
        await asyncio.wait_for(ready.wait(), 30)
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def publish(self, topic: str, payload: str | bytes, retain: bool = False) -> None:
        """As somebody on the broker."""
        assert self.client is not None
        await self.client.publish(topic, payload, qos=1, retain=retain)

    async def _run(self, ready: asyncio.Event) -> None:
        while True:
            try:
                async with aiomqtt.Client(
                    "127.0.0.1", self.port, timeout=5, socket_options=NODELAY
                ) as client:
                    client.pending_calls_threshold = 100_000
                    self.client = client
                    await client.subscribe(f"{BASE}/+/set")
                    await client.subscribe("home/+/set")
                    await self._tell_all(client)
                    ready.set()
                    async for message in client.messages:
                        await self._take(client, message.topic.value, message.payload.decode())
            except aiomqtt.MqttError:
                await asyncio.sleep(0.1)

    async def _tell_all(self, client: aiomqtt.Client) -> None:
        for name, state in self.states.items():
            await client.publish(f"{BASE}/{name}", json.dumps(state), retain=True)
            here = "offline" if name in self.away else "online"
            payload = json.dumps({"state": here})
            await client.publish(f"{BASE}/{name}/availability", payload, retain=True)
        for topic, payload in self.extra.items():
            await client.publish(topic, payload, retain=True)
        await client.publish(f"{BASE}/bridge/state", '{"state": "online"}', retain=True)
        listed = json.dumps(self.listed())
        await client.publish(f"{BASE}/bridge/devices", listed, qos=1, retain=True)

    async def _take(self, client: aiomqtt.Client, topic: str, payload: str) -> None:
        self.heard.append((topic, payload))
        name = topic.removeprefix(f"{BASE}/").removesuffix("/set")
        if name not in self.states or name in self.deaf:
            return
        state = self.states[name]
        for key, value in json.loads(payload).items():
            match key:
                case "color":
                    state |= {"color": _xy(value["hex"]), "color_mode": "xy"}
                case "color_temp":
                    state |= {"color_temp": value, "color_mode": "color_temp"}
                case "state" if "lock_state" in state:
                    state |= {
                        "state": value,
                        "lock_state": "locked" if value == "LOCK" else "unlocked",
                    }
                case "position":
                    state |= {"position": value, "state": "OPEN" if value else "CLOSE"}
                case _:
                    state[key] = value
        await client.publish(f"{BASE}/{name}", json.dumps(state), retain=True)


def _xy(colour: str) -> dict[str, float]:
    """As a lamp would tell it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    x = 0.4124 * r + 0.3576 * g + 0.1805 * b
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = 0.0193 * r + 0.1192 * g + 0.9505 * b
    total = (x + y + z) or 1.0
    return {"x": round(x / total, 4), "y": round(y / total, 4)}


@dataclass
class Server:
    """A mosquitto of our own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    config: str = "allow_anonymous true\n"

    def start(self) -> None:
        """Until it answers."""
        written = self.folder / "mosquitto.conf"
        written.write_text(f"listener {self.port} 127.0.0.1\n{self.config}")
        assert MOSQUITTO
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(written)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        late = time.monotonic() + START_S
        while time.monotonic() < late:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.02)
        raise TimeoutError("mosquitto did not start")

    def stop(self) -> None:
        """At once, as if its power was cut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def broker(folder: Path, config: str = "allow_anonymous true\n") -> Iterator[Server]:
    """On a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(folder, port, config=config)
    server.start()
    try:
        yield server
    finally:
        server.stop()
