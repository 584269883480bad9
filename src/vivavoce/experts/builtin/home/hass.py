"""Home Assistant: all that it knows, by its WebSocket; pictures by its REST API."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
from anyio.abc import TaskGroup
from websockets.exceptions import WebSocketException

from vivavoce.core import ConfigError, Image, Refused, Retry, VivavoceError
from vivavoce.experts.builtin.home.device import (
    CONFIRM_S,
    Change,
    Device,
    Happened,
    Hear,
    State,
)
from vivavoce.experts.builtin.home.hass_commands import Service, reached, services
from vivavoce.experts.builtin.home.hass_devices import CALLED, device
from vivavoce.experts.builtin.home.hass_events import happened
from vivavoce.experts.builtin.home.hass_line import AWAY, NO_TOKEN, Line, TokenRefused, line
from vivavoce.experts.builtin.home.hass_registry import Raw, Registry, registry

log = logging.getLogger(__name__)

OPEN_S = 4.5
AGAIN_S = 1.0
"""Between two attempts to connect; doubles up to LONGEST_S."""
LONGEST_S = 30.0
QUIET_S = 0.3
"""Names and rooms are read again once they have not changed for so long."""
STILL_S = 4.0
NEWS = (
    "state_changed",
    *(f"{what}_registry_updated" for what in ("area", "device", "entity", "floor")),
)
ONCE = timedelta(seconds=2)
"""The same of the same device within it is one."""
STRANGE = "what answers there is not Home Assistant; check VIVAVOCE_HOME_HASS"


class Hass:
    """The house, as long as `opened` runs."""

    name = "hass"

    def __init__(
        self, url: str, token: str, hear: Hear, web: httpx.AsyncClient, group: TaskGroup
    ) -> None:
        self.trouble = AWAY
        self.revision = 0
        self.tried = anyio.Event()
        """Set once it is known whether Home Assistant is there."""
        self._url, self._token, self._hear = url, token, hear
        self._web, self._group = web, group
        self._line: Line | None = None
        self._states: dict[str, Raw] = {}
        self._early: list[Raw] | None = None
        """Changes that come before the states themselves."""
        self._registry = Registry()
        self._known: dict[str, Device] = {}
        self._told: dict[tuple[str, str], datetime] = {}
        self._changed = anyio.Event()
        self._moved = anyio.Event()
        """Somebody changed a name or a room."""

    def devices(self) -> Mapping[str, Device]:
        """By id."""
        return dict(self._known)

    async def apply(self, device_id: str, change: Change) -> State:
        """See Backend.apply."""
        known, state = self._known.get(device_id), self._states.get(device_id[len("hass:") :])
        if known is None or state is None:
            raise Refused(f"Home Assistant has no {device_id}")
        line = self._connected()
        if not known.available:
            raise Retry(f"{known.name}: {known.why_not}")
        calls = services(state, known, change, self._registry.fahrenheit)
        sent = _Sent()
        self._group.start_soon(self._send, line, state["entity_id"], calls, sent)
        with anyio.move_on_after(CONFIRM_S):
            while not (sent.done and self._reached(device_id, change)):
                await self._changed.wait()
                if sent.error is not None:
                    raise self._failure(known, sent.error)
                self._connected()
        now = self._states.get(state["entity_id"], state)["state"]
        if self._reached(device_id, change):
            return self._known[device_id].state
        if now == "jammed":
            raise Refused(f"{known.name} is jammed; somebody has to look")
        if now in ("locking", "unlocking"):
            raise Retry(f"{known.name} is still {now}; ask again in a moment")
        raise Retry(f"{known.name} did not say that it changed; look, or try again")

    async def still(self, device_id: str) -> Image:
        """See Backend.still."""
        known = self._known.get(device_id)
        if known is None or "still" not in known.features:
            raise Refused(f"{known.name if known else device_id} has no camera")
        self._connected()
        return await self._picture(self._camera(device_id), known.name)

    async def keep(self) -> None:
        """Connected, again and again, until it is cancelled or the token is refused."""
        wait_s = AGAIN_S
        while True:
            trouble = AWAY
            try:
                async with line(self._url, self._token, self._heard) as there:
                    await self._live(there)
                wait_s = AGAIN_S
            except TokenRefused:
                self._is(NO_TOKEN)
                return
            except (OSError, TimeoutError, Retry) as error:
                log.debug("Home Assistant: %s", type(error).__name__)
            except (WebSocketException, LookupError, TypeError, ValueError) as error:
                log.warning("Home Assistant: %s", type(error).__name__)
                trouble = STRANGE
            self._is(trouble)
            await anyio.sleep(wait_s)
            wait_s = min(LONGEST_S, 2 * wait_s)

    async def _live(self, there: Line) -> None:
        """Until the connection ends."""
        lost = anyio.Event()
        self._group.start_soon(self._read, there, lost)
        for event in NEWS:
            await there.ask("subscribe_events", event_type=event)
        await self._load(there)
        self._line = there
        self._is("")
        while not lost.is_set():
            await self._moved.wait()
            self._moved = anyio.Event()
            await anyio.sleep(QUIET_S)
            if not lost.is_set():
                await self._load(there)

    async def _read(self, there: Line, lost: anyio.Event) -> None:
        try:
            await there.read()
        except (WebSocketException, LookupError, TypeError, ValueError) as error:
            log.warning("Home Assistant's connection ends: %s", type(error).__name__)
        if self._line is there:  # at once: what failed with it is tried again when it is back
            self._is(AWAY)
        lost.set()
        self._moved.set()

    async def _load(self, there: Line) -> None:
        """States, names, rooms."""
        answers: dict[str, Any] = {}
        self._early = []

        async def ask(kind: str) -> None:
            try:
                answers[kind] = await there.ask(kind)
            except Refused:
                answers[kind] = ()  # floors are newer than some houses
            except Retry as error:
                answers["failed"] = error

        lists = [f"config/{what}_registry/list" for what in ("area", "floor", "device", "entity")]
        async with anyio.create_task_group() as all_at_once:
            for kind in ("get_config", "get_states", *lists):
                all_at_once.start_soon(ask, kind)
        if "failed" in answers:
            raise answers["failed"]
        self._states = {state["entity_id"]: state for state in answers["get_states"]}
        areas, floors, devices, entities = (answers[kind] for kind in lists)
        ids = [e["entity_id"] for e in entities if e["entity_id"].partition(".")[0] in CALLED]
        aliases = await there.ask("config/entity_registry/get_entries", entity_ids=ids)
        for state in self._early:
            self._take(state)
        self._early = None
        self._registry = registry(
            answers["get_config"], areas, floors, devices, entities, self._states, aliases
        )
        self._read_all()

    def _read_all(self) -> None:
        before = {_shape(d) for d in self._known.values()}
        made = (self._device(state) for state in self._states.values())
        self._known = {d.id: d for d in made if d is not None}
        self.revision += before != {_shape(d) for d in self._known.values()}

    def _is(self, trouble: str) -> None:
        self.trouble = trouble
        if trouble:
            self._line = None
            self._known = {
                key: replace(d, available=False, why_not=trouble) for key, d in self._known.items()
            }
        self.tried.set()
        self._wake()

    def _heard(self, event: Raw) -> None:
        """What Home Assistant tells by itself."""
        if event["event_type"] != "state_changed":
            self._moved.set()
            return
        data = event["data"]
        new = data["new_state"] or {"entity_id": data["entity_id"], "state": None}
        if self._early is not None:
            self._early.append(new)
        if self._line is None:
            return
        old = self._states.get(data["entity_id"])
        self._take(new)
        made = self._device(new) if data["new_state"] else None
        self._put(f"hass:{data['entity_id']}", made)
        if data["new_state"] and new["attributes"].get("device_class") == "battery":
            self._charge(data["entity_id"])
        self._wake()
        if old and made and (what := happened(old, new, made)) and self._is_new(what):
            self._group.start_soon(self._tell, what)

    def _device(self, state: Raw) -> Device | None:
        """None also for one whose integration tells nonsense: the others are there."""
        try:
            return device(state, self._registry, self._states)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            log.warning("%s is not understood: %s", state.get("entity_id"), type(error).__name__)
            return None

    def _charge(self, battery: str) -> None:
        """A battery's level is told by its device's other entities too."""
        owner = self._registry.of(battery).device
        for entity_id, entry in self._registry.entries.items():
            if owner and entry.device == owner and entity_id in self._states:
                self._put(f"hass:{entity_id}", self._device(self._states[entity_id]))

    def _is_new(self, what: Happened) -> bool:
        """One thing that happens may be told by two entities of a device."""
        entity_id = what.device_id[len("hass:") :]
        key = (self._registry.of(entity_id).device or entity_id, what.what)
        before, self._told[key] = self._told.get(key), what.at
        return before is None or what.at - before >= ONCE

    def _take(self, state: Raw) -> None:
        if state["state"] is None:
            self._states.pop(state["entity_id"], None)
        else:
            self._states[state["entity_id"]] = state

    def _put(self, key: str, made: Device | None) -> None:
        before = self._known.get(key)
        if made is None:
            self._known.pop(key, None)
        else:
            self._known[key] = made
        if (before and _shape(before)) != (made and _shape(made)):
            self.revision += 1

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    def _reached(self, device_id: str, change: Change) -> bool:
        known, state = self._known.get(device_id), self._states.get(device_id[len("hass:") :])
        return known is not None and state is not None and reached(known, state, change)

    def _connected(self) -> Line:
        if self.trouble == NO_TOKEN:
            raise Refused(NO_TOKEN)
        if self._line is None:
            raise Retry(f"{self.trouble}; is it running?")
        return self._line

    async def _send(
        self, there: Line, entity_id: str, calls: Sequence[Service], sent: "_Sent"
    ) -> None:
        try:
            for call in calls:
                await there.ask(
                    "call_service",
                    domain=call.domain,
                    service=call.name,
                    service_data=call.data,
                    target={"entity_id": entity_id},
                )
            sent.done = True
        except VivavoceError as error:
            sent.error = error
        self._wake()

    def _failure(self, known: Device, error: VivavoceError) -> VivavoceError:
        if isinstance(error, Refused):
            return Refused(f"Home Assistant says no for {known.name}: {error}")
        return error

    def _camera(self, device_id: str) -> str:
        """The entity_id of the device's own, or of the one beside it; empty: none."""
        entity_id = device_id[len("hass:") :]
        if entity_id.startswith("camera."):
            return entity_id
        return self._registry.camera(entity_id, self._states)

    async def _picture(self, camera: str, name: str) -> Image:
        try:
            answer = await self._web.get(f"/api/camera_proxy/{camera}")
        except httpx.HTTPError as error:
            raise Retry(f"the camera of {name} gives no picture; is it on?") from error
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise Refused(NO_TOKEN)
        if not answer.is_success or not kind.startswith("image/"):
            raise Retry(f"the camera of {name} gives no picture now ({answer.status_code})")
        return Image(answer.content, "image/jpeg" if kind == "image/jpg" else kind)

    async def _tell(self, what: Happened) -> None:
        """With a picture, where there is a camera."""
        camera = self._camera(what.device_id)
        if camera and what.what != "press":
            try:
                still = await self._picture(camera, what.device_id)
                what = replace(what, still=still)
            except VivavoceError as error:
                log.info("no picture of %s: %s", what.device_id, error.code)
        self._hear(what)


class _Sent:
    """How far a change's calls are."""

    done = False
    error: VivavoceError | None = None


def _shape(d: Device) -> tuple[object, ...]:
    """What a revision is about."""
    return (
        d.id,
        d.name,
        d.kind,
        d.room,
        d.floor,
        d.sort,
        d.features,
        d.aliases,
        d.least_c,
        d.most_c,
    )


def address(url: str) -> str:
    """Without a slash at its end. ConfigError if it can't be one."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ConfigError(
            "home's hass is Home Assistant's address, like http://homeassistant.local:8123 "
            "(VIVAVOCE_HOME_HASS, or run: vivavoce setup home)"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


@asynccontextmanager
async def opened(settings: Mapping[str, str], folder: Path, hear: Hear) -> AsyncIterator[Hass]:
    """The one at settings["hass"], with settings["hass_token"]. ConfigError: one is missing or
    wrong."""
    del folder
    url, token = address(settings.get("hass", "")), settings.get("hass_token", "").strip()
    if not token:
        raise ConfigError(
            "Home Assistant needs a long-lived access token: make one on its profile page, under "
            "Security, and run: vivavoce setup home (or set VIVAVOCE_HOME_HASS_TOKEN)"
        )
    async with AsyncExitStack() as ends:
        head = {"Authorization": f"Bearer {token}"}
        web = await ends.enter_async_context(
            httpx.AsyncClient(base_url=url, headers=head, timeout=STILL_S)
        )
        group = await ends.enter_async_context(anyio.create_task_group())
        hass = Hass(url, token, hear, web, group)
        ends.callback(group.cancel_scope.cancel)
        group.start_soon(hass.keep)
        with anyio.move_on_after(OPEN_S):
            await hass.tried.wait()
        yield hass
