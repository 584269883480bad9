"""A home as zigbee2mqtt shows it on a real broker: devices that do what they are told."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.experts.mail.dovecot import free_port

State = dict[str, Any]
BASE = "zigbee2mqtt"
SETTLE_S = 0.15


def _binary(name: str, on: object = "ON", off: object = "OFF", access: int = 7) -> State:
    return {
        "type": "binary", "name": name, "property": name, "access": access,
        "value_on": on, "value_off": off,
    }  # fmt: skip


def _number(name: str, least: float, most: float, access: int = 7, **more: Any) -> State:
    return {
        "type": "numeric", "name": name, "property": name, "access": access,
        "value_min": least, "value_max": most, **more,
    }  # fmt: skip


_COLOUR = {
    "type": "composite", "name": "color_xy", "property": "color", "access": 7,
    "features": [_number("x", 0, 1), _number("y", 0, 1)],
}  # fmt: skip
LIGHT = [_binary("state"), _number("brightness", 0, 254)]
EXPOSES: dict[str, list[State]] = {
    "light": [{"type": "light", "features": [*LIGHT, _number("color_temp", 153, 500)]}],
    "colour": [{"type": "light", "features": [*LIGHT, _number("color_temp", 153, 500), _COLOUR]}],
    "switch": [{"type": "switch", "features": [_binary("state")]}],
    "cover": [
        {
            "type": "cover",
            "features": [
                {
                    "type": "enum", "name": "state", "property": "state", "access": 3,
                    "values": ["OPEN", "CLOSE", "STOP"],
                },
                _number("position", 0, 100),
            ],
        }
    ],
    "lock": [{"type": "lock", "features": [_binary("state", "LOCK", "UNLOCK")]}],
    "climate": [
        {
            "type": "climate",
            "features": [
                _number("occupied_heating_setpoint", 5, 30, value_step=0.5, unit="°C"),
                _number("local_temperature", -20, 60, access=1, unit="°C"),
                {
                    "type": "enum", "name": "system_mode", "property": "system_mode",
                    "access": 7, "values": ["off", "heat", "auto"],
                },
            ],
        }
    ],
    "contact": [_binary("contact", False, True, access=1)],
}  # fmt: skip


class Home:
    """Plays all devices; one client of the broker."""

    def __init__(self, port: int, devices: Mapping[str, tuple[str, State]]) -> None:
        """devices: name → (kind, state at the beginning)."""
        self._first = devices
        self.state: dict[str, State] = {}
        self._lock = threading.Lock()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._told
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(f"{BASE}/+/set")
        self._client.loop_start()
        listed: list[State] = [
            {
                "ieee_address": f"0x{n:016x}", "friendly_name": name, "type": "Router",
                "supported": True, "disabled": False,
                "definition": {"vendor": "Ours", "model": kind, "exposes": EXPOSES[kind]},
            }
            for n, (name, (kind, _)) in enumerate(devices.items(), 1)
            if kind in EXPOSES
        ]  # fmt: skip
        self._publish("bridge/devices", listed)
        self._publish("bridge/state", {"state": "online"})
        vacuum: State = {
            "~": "valetudo/robbie", "name": None, "object_id": "robbie", "unique_id": "robbie",
            "device": {"identifiers": ["robbie"], "name": "Robbie"},
            "state_topic": "~/state", "command_topic": "~/command", "schema": "state",
            "supported_features": ["start", "pause", "stop", "return_home", "locate", "battery"],
        }  # fmt: skip
        self._client.publish("homeassistant/vacuum/robbie/config", json.dumps(vacuum), 1, True)
        self._client.subscribe("valetudo/robbie/command")
        self.reset()

    def reset(self, but: Mapping[str, State] | None = None) -> None:
        """As it was at the beginning. but: devices that are otherwise."""
        with self._lock:
            other = but or {}
            self.state = {name: {**state, **other.get(name, {})} for name, (_, state) in
                          self._first.items()}  # fmt: skip
            for name, state in self.state.items():
                self._publish(name, state)
            self.state["Robbie"] = {"state": "docked"}
            self._robbie("docked")
        time.sleep(SETTLE_S)

    def close(self) -> None:
        self._client.loop_stop()
        self._client.disconnect()

    def _robbie(self, state: str) -> None:
        told = json.dumps({"state": state, "battery_level": 80})
        self._client.publish("valetudo/robbie/state", told, 1, True)

    def _publish(self, topic: str, value: object) -> None:
        self._client.publish(f"{BASE}/{topic}", json.dumps(value), 1, True)

    def _told(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.topic == "valetudo/robbie/command":
            does = {"start": "cleaning", "return_to_base": "returning", "return_home": "returning"}
            state = does.get(message.payload.decode(), message.payload.decode())
            with self._lock:
                self.state["Robbie"] = {"state": state}
                self._robbie(state)
            return
        name = message.topic.split("/")[1]
        with self._lock:
            if name not in self.state:
                return
            known = self.state[name]
            wanted = json.loads(message.payload)
            if "brightness" in wanted:
                wanted.setdefault("state", "ON" if wanted["brightness"] else "OFF")
            if "color" in wanted or "color_temp" in wanted:
                known.pop("color", None)
                wanted["color_mode"] = "xy" if "color" in wanted else "color_temp"
            if wanted.get("state") == "TOGGLE":
                wanted["state"] = "OFF" if known.get("state") == "ON" else "ON"
            if "position" in known and "position" not in wanted:
                wanted["position"] = {"OPEN": 100, "CLOSE": 0}.get(wanted.get("state"), 50)
            known.update(wanted)
            self._publish(name, known)


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """A real mosquitto; its port."""
    port = free_port()
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    conf = folder / "mosquitto.conf"
    conf.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\n"
        "persistence false\nset_tcp_nodelay true\n"
    )
    process = subprocess.Popen([program, "-c", conf], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while True:
            try:
                probe = mqtt.Client(CallbackAPIVersion.VERSION2)
                probe.connect("127.0.0.1", port)
                probe.disconnect()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)
