"""All devices of the house, whoever reaches them, and changes of several at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

import anyio

from vivavoce.core import Image, Refused, Retry
from vivavoce.experts.announcer import Announce, silent
from vivavoce.experts.builtin.home.device import Backend, Change, Device, Happened
from vivavoce.experts.builtin.home.kept import Kept, back
from vivavoce.experts.builtin.home.naming import Names
from vivavoce.experts.builtin.home.rooms import Plan, placed

AT_ONCE = 32
TOTAL_S = 12.0
"""Somebody waits for an answer: what is not done by then is told as not done."""
COMES_BACK_S = 5.0
"""A connection that drops is waited for so long."""
POLL_S = 0.05
RING_AGAIN_S = 10.0
RING_GOOD_S = 180.0
"""Whoever rang is gone by then."""


@dataclass(slots=True)
class Done:
    """What became of some changes, by device."""

    did: dict[str, Change] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Why not, in words."""
    before: dict[str, Change] = field(default_factory=dict)
    """What puts back what was done."""


class House:
    """Backends come in with `join`; the rest is asked and told."""

    def __init__(
        self,
        kept: Kept,
        plan: Plan,
        announce: Announce = silent,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self.kept = kept
        self.last_ring: dict[str, Happened] = {}
        """By doorbell."""
        self._plan, self._announce, self._now = plan, announce, now
        self._backends: dict[str, Backend] = {}
        self._failed: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        self._placed: dict[str, Device] = {}
        self._names = Names.of(())
        self._locks: dict[str, anyio.Lock] = defaultdict(anyio.Lock)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why some devices may be missing, in words."""
        away = (backend.trouble for backend in self._backends.values())
        return tuple(t for t in (*self._failed.values(), *away) if t)

    @property
    def names(self) -> Names:
        """Of the devices that there are now."""
        seen = {name: backend.revision for name, backend in self._backends.items()}
        if seen != self._seen:
            everything = (d for b in self._backends.values() for d in b.devices().values())
            self._placed = placed(everything, self._plan)
            self._names = Names.of(self._placed.values())
            self._seen = seen
        return self._names

    def join(self, backend: Backend) -> None:
        """Its devices belong to the house from now on."""
        self._backends[backend.name] = backend

    def miss(self, name: str, why: str) -> None:
        """A backend that can't be opened."""
        self._failed[name] = why

    def knows(self, device_id: str) -> bool:
        """Whether a device is (still) there."""
        backend = self._backends.get(device_id.partition(":")[0])
        return backend is not None and device_id in backend.devices()

    def device(self, device_id: str) -> Device:
        """As it is now. Refused: it is gone."""
        now = self._backend(device_id).devices().get(device_id)
        if now is None:
            raise Refused("that device is not there any more")
        at = self._placed.get(device_id)
        if at is None:
            return now
        return replace(now, name=at.name, room=at.room, floor=at.floor, aliases=at.aliases)

    def devices(self, ids: Sequence[str]) -> list[Device]:
        """Those that are still there."""
        return [self.device(i) for i in ids if self.knows(i)]

    def hear(self, happened: Happened) -> None:
        """A backend's event."""
        if happened.what != "ring":
            return
        before = self.last_ring.get(happened.device_id)
        self.last_ring[happened.device_id] = happened
        if before and (happened.at - before.at).total_seconds() < RING_AGAIN_S:
            return
        where = self.names.spoken(happened.device_id)
        at = where.removesuffix(" doorbell").removesuffix(" ding").removesuffix(" bell")
        text = f"Somebody is at {at if at != 'the' else 'the door'}."
        self._announce(text, about=happened.device_id, good_s=RING_GOOD_S)

    async def still(self, device_id: str) -> Image:
        """What a camera sees."""
        return await self._backend(device_id).still(device_id)

    async def do(self, changes: Mapping[str, Change]) -> Done:
        """All of them, as far as possible; two who change the same devices take turns."""
        done = Done()
        limit = anyio.CapacityLimiter(AT_ONCE)
        async with AsyncExitStack() as stack:
            for device_id in sorted(changes):
                await stack.enter_async_context(self._locks[device_id])
            late = anyio.current_time() + COMES_BACK_S
            with anyio.move_on_after(TOTAL_S):
                async with anyio.create_task_group() as group:
                    for device_id, change in changes.items():
                        group.start_soon(self._one, device_id, change, done, limit, late)
        for device_id in changes.keys() - done.did.keys() - done.failed.keys():
            done.failed[device_id] = "there was no time left for it"
        return done

    async def _one(
        self,
        device_id: str,
        change: Change,
        done: Done,
        limit: anyio.CapacityLimiter,
        late: float,
    ) -> None:
        """One change; again if its connection dropped and came back before late."""
        async with limit:
            try:
                before = self.device(device_id)
                backend = self._backend(device_id)
                try:
                    await backend.apply(device_id, change)
                except Retry:
                    if not backend.trouble or not await _back_again(backend, late):
                        raise
                    await backend.apply(device_id, change)
            except (Retry, Refused) as error:
                done.failed[device_id] = str(error)
                return
        done.did[device_id] = change
        undo = back(before, change)
        if undo is not None:
            done.before[device_id] = undo

    def _backend(self, device_id: str) -> Backend:
        backend = self._backends.get(device_id.partition(":")[0])
        if backend is None:
            raise Refused("that device is not there any more")
        return backend


async def _back_again(backend: Backend, late: float) -> bool:
    """Whether it is connected again in time."""
    while backend.trouble:
        if anyio.current_time() > late:
            return False
        await anyio.sleep(POLL_S)
    return True
