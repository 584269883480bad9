"""Devices on an MQTT broker: zigbee2mqtt's, and all that describe themselves as Home Assistant
has it. Keeps itself connected."""

import json
import logging
import socket
import ssl
import uuid
from base64 import b64decode
from binascii import Error as NotBase64
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiomqtt
import anyio
from aiomqtt.exceptions import MqttConnectError

from vivavoce.core import ConfigError, Image, Refused, Retry
from vivavoce.experts.builtin.home import mqtt_discovery, mqtt_zigbee
from vivavoce.experts.builtin.home.device import (
    CONFIRM_S,
    Change,
    Device,
    Happened,
    Hear,
    Rgb,
    State,
)
from vivavoce.experts.builtin.home.mqtt_bound import GARBLED, LONGEST_TOPIC, Bound

log = logging.getLogger(__name__)

DISCOVERY = "homeassistant"
READY_S = 5.0
AGAIN_S = (0.2, 0.5, 1.0, 2.0, 5.0, 15.0)
"""Between two attempts to connect; the last one stays."""
NEAR_S = 0.4
"""A device that did the most may still tell the rest; if it can't, it goes as far as it can."""
SLOW_S = 15.0
"""A lock or a cover may take so long."""
BATCH = 200
"""Topics that are subscribed to at once."""
MOST_KEPT = 50_000
"""Topics whose last message is kept for devices that are described later."""
LONGEST = 64 * 1024
"""Of a message that is kept; pictures and descriptions may be longer…"""
LONGEST_PICTURE = 8 * 2**20
LOST = "the MQTT broker is away"
AWAY = "it is switched off or out of reach"
_TOLD = ("+", "+/availability", "bridge/devices", "bridge/groups", "bridge/state")
"""Of zigbee2mqtt; not what is sent to it: an echo delays the answer behind it by 40 ms."""
_BRIDGE_AWAY = "zigbee2mqtt is not running"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is."""

    host: str
    port: int = 1883
    user: str = ""
    password: str = ""
    tls: bool = False
    bases: tuple[str, ...] = ("zigbee2mqtt",)
    """The first levels of zigbee2mqtt's topics; several if there are several networks."""


def address(setting: str, password: str = "") -> Address:
    """mqtt[s]://[user[:password]@]host[:port][/base,base]. ConfigError."""
    wrong = "home.mqtt must be like mqtt://user@host:1883, with the password in home.mqtt_password"
    text = setting if "://" in setting else f"mqtt://{setting}"
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ConfigError(wrong) from None
    if url.scheme not in ("mqtt", "mqtts") or not url.hostname:
        raise ConfigError(wrong)
    tls = url.scheme == "mqtts"
    bases = tuple(b.strip("/ ") for b in unquote(url.path).split(",") if b.strip("/ "))
    return Address(
        url.hostname,
        port or (8883 if tls else 1883),
        unquote(url.username or ""),
        password or unquote(url.password or ""),
        tls,
        bases or ("zigbee2mqtt",),
    )


@asynccontextmanager
async def opened(settings: Mapping[str, str], folder: Path, hear: Hear) -> AsyncIterator["Broker"]:  # noqa: ARG001  # an Opener
    """See device.Opener."""
    broker = Broker(address(settings["mqtt"], settings.get("mqtt_password", "")), hear)
    async with anyio.create_task_group() as group:
        group.start_soon(broker.run)
        with anyio.move_on_after(READY_S):
            await broker.ready.wait()
        try:
            yield broker
        finally:
            group.cancel_scope.cancel()


class Broker:
    """A Backend; `opened` runs it."""

    name = "mqtt"

    def __init__(self, at: Address, hear: Hear) -> None:
        self.ready = anyio.Event()
        """All retained messages were read once."""
        self.trouble = LOST
        self.revision = 0
        self.garbled = 0
        """Messages that could not be read."""
        self._at, self._hear = at, hear
        self._client: aiomqtt.Client | None = None
        self._bound: dict[str, Bound] = {}
        self._devices: dict[str, Device] = {}
        self._from: dict[str, set[str]] = defaultdict(set)
        """A describing topic → ids of the devices that it describes."""
        self._routes: dict[str, list[str]] = {}
        """Topic → ids."""
        self._last: dict[str, str] = {}
        self._pictures: dict[str, bytes] = {}
        self._absent: dict[str, set[str]] = defaultdict(set)
        """Id → topics that say that it is away."""
        self._down: set[str] = set()
        """Bases whose zigbee2mqtt is not running."""
        self._told: dict[str, anyio.Event] = {}
        """Id → set when it tells something."""
        self._new_topics: set[str] = set()
        self._me = f"vivavoce/{uuid.uuid4().hex[:12]}"

    def devices(self) -> Mapping[str, Device]:
        """By id."""
        return self._devices

    async def apply(self, device_id: str, change: Change) -> State:
        """See Backend."""
        bound = self._bound.get(device_id)
        if bound is None:
            raise Refused("there is no such device on the MQTT broker any more")
        client, device = self._client, self._devices[device_id]
        if client is None:
            raise Retry(self.trouble or LOST)
        if not device.available:
            raise Retry(device.why_not)
        sent = bound.write(change, device.state)
        holds = _reached(device.state, change)
        told = self._told[device_id] = anyio.Event()
        try:
            for message in sent:
                await client.publish(
                    message.topic,
                    message.payload,
                    qos=0 if bound.confirms else 1,
                    timeout=CONFIRM_S,
                )
        except aiomqtt.MqttError:
            raise Retry(LOST) from None
        if holds or not bound.confirms:
            return self._assume(device_id, change)
        started = anyio.current_time()
        limit = SLOW_S if device.kind in ("lock", "cover") else CONFIRM_S
        with anyio.move_on_after(limit) as waiting:
            while True:
                await told.wait()
                if self._client is not client:
                    raise Retry(LOST)
                state = self._devices[device_id].state
                if _reached(state, change) or change.position is not None:
                    return state
                if _reached(state, change, only=_EXACT):
                    waiting.deadline = min(waiting.deadline, anyio.current_time() + NEAR_S)
                told = self._told[device_id] = anyio.Event()
        state = self._devices[device_id].state
        if waiting.deadline < started + limit and _reached(state, change, only=_EXACT):
            return state
        raise Retry("it did not answer")

    async def still(self, device_id: str) -> Image:
        """The last picture that came."""
        bound = self._bound.get(device_id)
        if bound is None or not bound.picture:
            raise Refused("it has no camera")
        picture = self._pictures.get(bound.picture)
        if picture is None:
            raise Retry("it has sent no picture yet")
        return _image(picture, bound.base64)

    async def run(self) -> None:
        """Connected, again and again, until it is cancelled."""
        failed = 0
        while True:
            try:
                async with self._new_client() as client:
                    failed = 0
                    await self._listen(client)
            except MqttConnectError:
                self.trouble = "the MQTT broker refuses the user or the password: set it up anew"
            except aiomqtt.MqttError:
                self.trouble = LOST
            except (ssl.SSLError, OSError):
                self.trouble = "the MQTT broker's certificate or address can't be used"
            finally:
                self._lost()
            await anyio.sleep(AGAIN_S[min(failed, len(AGAIN_S) - 1)])
            failed += 1

    def _new_client(self) -> aiomqtt.Client:
        at = self._at
        client = aiomqtt.Client(
            at.host,
            at.port,
            username=at.user or None,
            password=at.password or None,
            identifier=self._me.replace("/", "-"),
            tls_context=ssl.create_default_context() if at.tls else None,
            timeout=READY_S,
            keepalive=15,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],  # else each waits 40 ms
            logger=log.getChild("client"),
        )
        client.pending_calls_threshold = MOST_KEPT
        return client

    async def _listen(self, client: aiomqtt.Client) -> None:
        """All messages until the connection ends. A marker that we send ourselves comes back after
        the retained ones: then all is known."""
        told = [f"{base}/{what}" for base in self._at.bases for what in _TOLD]
        described = [f"{DISCOVERY}/+/+/config", f"{DISCOVERY}/+/+/+/config"]
        for topic in (*told, *described, self._me):
            await client.subscribe(topic)
        self._new_topics |= set(self._routes)
        await client.publish(self._me, "described")
        async for message in client.messages:
            topic, payload = message.topic.value, message.payload
            if topic == self._me:
                await self._marked(client, bytes(payload))
                continue
            self._take(topic, bytes(payload), retained=message.retain)
            if self._new_topics and self._client is not None:
                await self._subscribe(client)

    async def _marked(self, client: aiomqtt.Client, payload: bytes) -> None:
        if payload == b"described":
            await self._subscribe(client)
            await client.publish(self._me, "told")
            return
        self._client, self.trouble = client, ""
        self._refresh()
        self.ready.set()
        log.info("mqtt: connected, %d devices", len(self._devices))

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """To what the bases' own subscriptions don't have."""
        topics = sorted(t for t in self._new_topics if not self._covered(t) and _fine(t))
        self._new_topics.clear()
        for i in range(0, len(topics), BATCH):
            await client.subscribe([(topic, 0) for topic in topics[i : i + BATCH]])

    def _covered(self, topic: str) -> bool:
        """By a base's own subscriptions, which have no names with a slash."""
        for base in self._at.bases:
            if topic.startswith(f"{base}/"):
                return "/" not in topic[len(base) + 1 :].removesuffix("/availability")
        return False

    def _lost(self) -> None:
        """All that wait for an answer learn that none will come."""
        self._client = None
        self.trouble = self.trouble or LOST
        self._refresh()
        for told in self._told.values():
            told.set()
        self._told.clear()

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        """One message, whatever it is."""
        ids = self._routes.get(topic, ())
        if any(self._bound[i].picture == topic for i in ids):
            if 0 < len(payload) <= LONGEST_PICTURE:
                self._pictures[topic] = payload
            return
        text = payload.decode("utf-8", "replace")
        try:
            if self._describes(topic, text):
                return
        except GARBLED as error:
            self._complain(topic, error)
            return
        if len(payload) <= LONGEST and (topic in self._last or len(self._last) < MOST_KEPT):
            self._last[topic] = text
        for device_id in ids:
            self._tell(device_id, topic, text, retained)

    def _describes(self, topic: str, text: str) -> bool:
        """Whether the message is about what there is, rather than how it is."""
        if topic.startswith(f"{DISCOVERY}/") and topic.endswith("/config"):
            own = tuple(f"{base}/" for base in self._at.bases)
            found = mqtt_discovery.bound(topic.removeprefix(f"{DISCOVERY}/"), text) if text else []
            kept = {b.device.id: b for b in found if not any(t.startswith(own) for t in b.topics)}
            self._bind(topic, kept)
            return True
        for base in self._at.bases:
            if topic == f"{base}/bridge/devices":
                self._bind(topic, mqtt_zigbee.bound(json.loads(text), base))
            elif topic == f"{base}/bridge/groups":
                self._bind(topic, mqtt_zigbee.groups(json.loads(text), base, self._bound))
            elif topic == f"{base}/bridge/state":
                here = mqtt_zigbee.present(text)
                (self._down.discard if here else self._down.add)(base)
                self._refresh()
            elif not topic.startswith(f"{base}/bridge/"):
                continue
            return True
        return False

    def _bind(self, topic: str, found: Mapping[str, Bound]) -> None:
        """These are the devices that the topic describes; others that it did are gone."""
        before = {i: self._bound[i] for i in self._from[topic] if i in self._bound}
        changed = before.keys() != found.keys() or any(
            _facts(before[i]) != _facts(found[i]) for i in found
        )
        for device_id in before.keys() - found.keys():
            self._unroute(self._bound.pop(device_id))
            self._devices.pop(device_id, None)
            self._absent.pop(device_id, None)
        for device_id, bound in found.items():
            old = self._devices.get(device_id)
            if device_id in self._bound:
                self._unroute(self._bound[device_id])
            self._bound[device_id] = bound
            state = {**bound.device.state, **(old.state if old else {})}
            self._devices[device_id] = replace(bound.device, state=state)
            self._route(bound)
        self._from[topic] = set(found)
        self._refresh(found)
        self.revision += changed

    def _route(self, bound: Bound) -> None:
        for topic in bound.topics:
            ids = self._routes.setdefault(topic, [])
            if not ids:
                self._new_topics.add(topic)
            ids.append(bound.device.id)
            if topic in self._last:
                self._tell(bound.device.id, topic, self._last[topic], retained=True)

    def _unroute(self, bound: Bound) -> None:
        for topic in bound.topics:
            left = [i for i in self._routes.get(topic, ()) if i != bound.device.id]
            if left:
                self._routes[topic] = left
            else:
                self._routes.pop(topic, None)

    def _tell(self, device_id: str, topic: str, text: str, retained: bool) -> None:
        """A device's own message."""
        bound = self._bound[device_id]
        try:
            if topic in bound.presence:
                here = bound.presence[topic](text)
                (self._absent[device_id].discard if here else self._absent[device_id].add)(topic)
                self._refresh([device_id])
            if topic in bound.reads:
                told = bound.reads[topic](text)
                device = self._devices[device_id]
                self._devices[device_id] = device.with_state(told)
            if topic in bound.happens and not retained and self.ready.is_set():
                self._happen(bound, bound.happens[topic](text))
        except GARBLED as error:
            self._complain(topic, error)
            return
        waiting = self._told.pop(device_id, None)
        if waiting is not None:
            waiting.set()

    def _happen(self, bound: Bound, what: Any) -> None:
        if what is None:
            return
        now = datetime.now().astimezone()
        device = self._devices[bound.device.id]
        if what == "ring":
            self._devices[device.id] = device.with_state({"at": now.isoformat()})
        self._hear(Happened(device.id, what, now, self._seen_with(bound)))

    def _seen_with(self, bound: Bound) -> Image | None:
        """The last picture of a camera in the same box."""
        for other in self._bound.values():
            if other.family == bound.family and other.picture in self._pictures:
                with suppress(Retry):
                    return _image(self._pictures[other.picture], other.base64)
        return None

    def _refresh(self, ids: Iterable[str] | None = None) -> None:
        """Whether devices can be reached, and why not."""
        for device_id in list(self._devices if ids is None else ids):
            device, bound = self._devices[device_id], self._bound[device_id]
            why = self.trouble if self._client is None and self.ready.is_set() else ""
            if not why and any(t.startswith(f"{b}/") for b in self._down for t in bound.reads):
                why = _BRIDGE_AWAY
            if not why and self._absent.get(device_id):
                why = AWAY
            if why != device.why_not:
                self._devices[device_id] = replace(device, available=not why, why_not=why)

    def _assume(self, device_id: str, change: Change) -> State:
        """What a device that doesn't tell is like now."""
        told = {k: v for k, v in change.given.items() if k != "action"}
        device = self._devices.get(device_id)
        if device is None:
            raise Retry("it has just been taken away")
        self._devices[device_id] = device.with_state(told)
        return self._devices[device_id].state

    def _complain(self, topic: str, error: Exception) -> None:
        self.garbled += 1
        log.debug("mqtt: a message of %s can't be read (%s)", topic, type(error).__name__)


def _reached(state: State, change: Change, only: frozenset[str] | None = None) -> bool:
    """Whether the state is what was asked for, as near as devices tell it."""
    asked = {k: v for k, v in change.given.items() if only is None or k in only}
    return all(_near(key, state.get(key), value, state) for key, value in asked.items())


def _near(key: str, now: Any, value: Any, state: State) -> bool:
    if key == "action":
        return value not in _AFTER or state.get("activity") in _AFTER[value]
    if key in _EXACT or now is None:
        return bool(now == value)
    if key == "colour":
        return max(abs(a - b) for a, b in zip(_bright(now), _bright(value), strict=True)) <= 40
    far = {"kelvin": 0.05 * value, "target_c": 0.3}.get(key, 2.0)
    return bool(abs(now - value) <= far)


_EXACT = frozenset({"on", "locked", "mode"})
_AFTER: dict[str, tuple[Any, ...]] = {
    "start": ("cleaning",),
    "pause": ("paused", "idle"),
    "stop": ("idle", "paused", "docked"),
    "dock": ("returning", "docked"),
}


def _bright(colour: Rgb) -> tuple[float, ...]:
    """As bright as it can be: lamps tell their hue apart from their brightness."""
    most = max(*colour, 1)
    return tuple(255 * part / most for part in colour)


def _facts(bound: Bound) -> Device:
    """What of a device is in its description."""
    return replace(bound.device, state={}, available=True, why_not="")


def _fine(topic: str) -> bool:
    """Whether one may subscribe to it."""
    return 0 < len(topic) < LONGEST_TOPIC and not any(c in topic for c in "+#\0")


def _image(data: bytes, base64: bool) -> Image:
    """JPEG or PNG. Retry: it is neither."""
    if base64:
        try:
            data = b64decode(data, validate=False)
        except NotBase64:
            data = b""
    if data.startswith(b"\xff\xd8"):
        return Image(data, "image/jpeg")
    if data.startswith(b"\x89PNG"):
        return Image(data, "image/png")
    raise Retry("its last picture can't be read")
