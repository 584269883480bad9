"""Philips Hue: one bridge, by CLIP v2."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import anyio
from aiohttp import ClientConnectionError, ClientError
from aiohue.errors import AiohueException, Unauthorized
from aiohue.v2 import HueBridgeV2
from aiohue.v2.controllers.events import EventType
from aiohue.v2.models.button import ButtonEvent
from aiohue.v2.models.resource import ResourceTypes
from anyio.abc import TaskGroup

from vivavoce.core import ConfigError, Image, Refused, Retry
from vivavoce.experts.builtin.home.device import (
    CONFIRM_S,
    Change,
    Device,
    Happened,
    Hear,
    State,
)
from vivavoce.experts.builtin.home.hue_commands import Put, grouped, put_of, reached
from vivavoce.experts.builtin.home.hue_devices import devices, light_state, shapes
from vivavoce.experts.builtin.home.hue_pair import host

log = logging.getLogger(__name__)

OPEN_S = 4.0
ANSWER_S = 5.0
AGAIN_S = 2.0
"""Between two attempts to connect; doubles up to LONGEST_S."""
LONGEST_S = 30.0
TOGETHER_S = 0.02
"""Changes that are asked for within it go to the bridge as one, where a room has a command."""
AWAY = "the Hue bridge is away"
NO_KEY = "the Hue bridge does not take the key; run: vivavoce setup home, and press its button"
ODD = "the Hue bridge says what we can't read; is that address really a Hue bridge?"
ON_AT_THE_WALL = "is it switched on at the wall?"
_DOWN = (ClientError, AiohueException, TimeoutError, OSError)


class Hue:
    """The bridge, as long as `opened` runs."""

    name = "hue"

    def __init__(self, address: str, key: str, hear: Hear, group: TaskGroup) -> None:
        self.trouble = AWAY
        self._address, self._key, self._hear, self._group = address, key, hear, group
        self._bridge: HueBridgeV2 | None = None
        self._known: dict[str, Device] = {}
        self._stale = False
        self._revision = 0
        self._changed = anyio.Event()
        self._lost = anyio.Event()
        self._asked: list[tuple[Put, Change, _Done]] = []
        self.tried = anyio.Event()
        """Set once it is known whether the bridge is there."""

    @property
    def revision(self) -> int:
        self.devices()
        return self._revision

    def devices(self) -> Mapping[str, Device]:
        """By id."""
        if self._stale and self._bridge is not None:
            before = shapes(self._known)
            self._known = devices(self._bridge, self.trouble)
            self._revision += shapes(self._known) != before
            self._stale = False
        return dict(self._known)

    async def apply(self, device_id: str, change: Change) -> State:
        """See Backend.apply."""
        device = self.devices().get(device_id)
        if device is None:
            raise Refused(f"the Hue bridge has no {device_id}")
        bridge = self._connected()
        if unfit := [name for name in change.given if name not in device.features]:
            raise Refused(f"{device.name} has no {unfit[0]}")
        rid = device_id.removeprefix("hue:")
        if device.kind == "scene":
            if not change.on:
                raise Refused(f"a scene can't be taken off; change what is in {device.room}")
            await self._told(bridge.scenes.recall(rid), device)
            return {"on": True}
        if not device.available:
            raise Retry(f"{device.name} does not answer: {device.why_not}")
        await self._put_together(put_of(rid, change), change, device)
        return await self._confirmed(bridge, rid, change, device)

    async def still(self, device_id: str) -> Image:
        """None of them gives one."""
        known = self.devices().get(device_id)
        raise Refused(f"{known.name if known else device_id} gives no picture over the Hue bridge")

    async def keep(self) -> None:
        """Connected, again and again, until it is cancelled or the key is refused."""
        wait_s = AGAIN_S
        while True:
            bridge = HueBridgeV2(self._address, self._key)
            try:
                if await self._join(bridge):
                    wait_s = AGAIN_S
                    await self._lost.wait()
                self._is(AWAY)
            except Unauthorized:
                self._is(NO_KEY)
                return
            except _DOWN as error:
                log.debug("the Hue bridge: %s", type(error).__name__)
                self._is(AWAY)
            except (LookupError, TypeError, ValueError) as error:
                log.warning("the Hue bridge is not understood: %s", type(error).__name__)
                self._is(ODD)
            finally:
                with anyio.CancelScope(shield=True), suppress(*_DOWN):
                    await bridge.close()
                self.tried.set()
            await anyio.sleep(wait_s)
            wait_s = min(LONGEST_S, 2 * wait_s)

    async def _join(self, bridge: HueBridgeV2) -> bool:
        """Whether all that it has is known, and its events come."""
        self._lost, joined = anyio.Event(), anyio.Event()

        def stream(kind: EventType, _: Any) -> None:
            (self._lost if kind is EventType.DISCONNECTED else joined).set()

        bridge.events.subscribe(stream, (EventType.CONNECTED, EventType.DISCONNECTED))
        with anyio.move_on_after(ANSWER_S):
            await bridge.initialize()
            await joined.wait()
            bridge.subscribe(self._event)
            self._bridge = bridge
            self._is("")
            self.tried.set()
            return True
        return False

    def _is(self, trouble: str) -> None:
        self.trouble, self._stale = trouble, True
        self.devices()
        if trouble:
            self._wake()

    def _lose(self, error: Exception) -> None:
        """At once, whenever its events end: what failed with it is tried again when it is back."""
        if isinstance(error, ClientConnectionError) and not self.trouble:
            self._is(AWAY)
            self._lost.set()

    def _event(self, kind: EventType, item: Any) -> None:
        self._stale = True
        self._wake()
        if kind is EventType.RESOURCE_UPDATED and (what := _happened(item)):
            self._hear(what)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    def _connected(self) -> HueBridgeV2:
        if self.trouble == NO_KEY:
            raise Refused(self.trouble)
        if self._bridge is None or self.trouble:
            raise Retry(f"{self.trouble or AWAY}; check its power and network cable")
        return self._bridge

    async def _put_together(self, put: Put, change: Change, device: Device) -> None:
        """Sent with what others ask for in this moment."""
        done = _Done()
        self._asked.append((put, change, done))
        if len(self._asked) == 1:
            self._group.start_soon(self._send)
        with anyio.move_on_after(ANSWER_S + TOGETHER_S):
            await done.event.wait()
        if done.error is not None:
            raise _failure(device, done.error) from done.error
        if not done.event.is_set():
            raise Retry(f"the Hue bridge did not take the change of {device.name} in time")

    async def _send(self) -> None:
        await anyio.sleep(TOGETHER_S)
        asked, self._asked = self._asked, []
        bridge = self._bridge
        if bridge is None:
            return
        async with anyio.create_task_group() as puts:
            for put, members in grouped(bridge, [put for put, _, _ in asked]):
                waiting = [done for one, _, done in asked if one in members]
                puts.start_soon(self._put, bridge, put, waiting)

    async def _put(self, bridge: HueBridgeV2, put: Put, waiting: Sequence["_Done"]) -> None:
        error: Exception | None = None
        try:
            with anyio.fail_after(ANSWER_S):
                await bridge.request("put", f"clip/v2/resource/{put.kind}/{put.rid}", json=put.body)
        except _DOWN as failed:
            error = failed
            self._lose(failed)
        for done in waiting:
            done.error = error
            done.event.set()

    async def _told(self, request: Any, device: Device) -> None:
        try:
            with anyio.fail_after(ANSWER_S):
                await request
        except _DOWN as error:
            self._lose(error)
            raise _failure(device, error) from error

    async def _confirmed(
        self, bridge: HueBridgeV2, rid: str, change: Change, device: Device
    ) -> State:
        """What the lamp says in the end."""
        light = bridge.lights[rid]  # aiohue keeps it up to date
        with anyio.move_on_after(CONFIRM_S):
            while not reached(light, change):
                await self._changed.wait()
                self._connected()
        if not reached(light, change):
            raise Retry(f"{device.name} did not say that it changed; {ON_AT_THE_WALL}")
        return light_state(light)


class _Done:
    """Of one change: sent, or why not."""

    def __init__(self) -> None:
        self.event = anyio.Event()
        self.error: Exception | None = None


def _failure(device: Device, error: Exception) -> Retry | Refused:
    """What the bridge's error means."""
    if isinstance(error, Unauthorized):
        return Refused(NO_KEY)
    if "communication issues" in str(error):
        return Retry(f"{device.name} does not answer; {ON_AT_THE_WALL}")
    if isinstance(error, AiohueException):
        return Refused(f"the Hue bridge says no for {device.name}: {error}")
    return Retry(f"{AWAY}; check its power and network cable")


def _happened(item: Any) -> Happened | None:
    """What a sensor's news means to people."""
    what: Literal["ring", "motion", "press"] | None = None
    if item.type in (ResourceTypes.MOTION, ResourceTypes.CAMERA_MOTION):
        what = "motion" if item.motion and item.motion.value else None
    elif item.type in (ResourceTypes.BUTTON, ResourceTypes.BELL_BUTTON) and item.button:
        pressed = item.button.value is ButtonEvent.INITIAL_PRESS
        bell = item.type is ResourceTypes.BELL_BUTTON
        what = None if not pressed else "ring" if bell else "press"
    return Happened(f"hue:{item.id}", what, datetime.now(UTC).astimezone()) if what else None


@asynccontextmanager
async def opened(settings: Mapping[str, str], folder: Path, hear: Hear) -> AsyncIterator[Hue]:
    """The bridge at settings["hue"], with settings["hue_key"]. ConfigError: no key, or no
    address."""
    del folder
    address, key = host(settings.get("hue", "")), settings.get("hue_key", "")
    if not key:
        raise ConfigError(
            "the Hue bridge needs a key: run: vivavoce setup home, and press the bridge's button "
            "(or set VIVAVOCE_HOME_HUE_KEY)"
        )
    async with AsyncExitStack() as ends:
        group = await ends.enter_async_context(anyio.create_task_group())
        ends.callback(group.cancel_scope.cancel)
        hue = Hue(address, key, hear, group)
        group.start_soon(hue.keep)
        with anyio.move_on_after(OPEN_S):
            await hue.tried.wait()
        yield hue
