"""One task owns all that will ring."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import anyio
from anyio import to_thread

from vivavoce.core import Refused
from vivavoce.experts.announcer import Announce
from vivavoce.experts.builtin.time.items import Item, Items, after, jumped, step, wait_s
from vivavoce.experts.builtin.time.store import Store
from vivavoce.experts.builtin.time.wording import LOST, said
from vivavoce.experts.when import here

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""The clock is looked at so often even if nothing is due: it may have been set."""
JUMP_S = 5.0
"""A smaller difference is a clock that is put right slowly."""
MOST = 500
"""Items."""


def steady() -> float:
    """Seconds that go on while the machine sleeps and that nobody can set."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()


class Keeper:
    """On the event loop only. now: the wall clock; steady: a clock that nobody sets."""

    def __init__(
        self,
        store: Store,
        announce: Announce,
        now: Callable[[], datetime],
        steady: Callable[[], float] = steady,
    ) -> None:
        self._store, self._announce, self._wall, self._steady = store, announce, now, steady
        self._items: Items = ()
        self._cancelled: Items = ()
        self._numbered = 0
        self._changed = anyio.Event()
        self._lock = anyio.Lock()
        self._ahead = self.now().timestamp() - steady()
        """Of the wall clock, before the steady one."""

    @property
    def items(self) -> Items:
        return self._items

    def now(self) -> datetime:
        """In the zone of this house."""
        return here(self._wall())

    def load(self) -> None:
        """What was kept."""
        self._items, whole = self._store.load()
        self._numbered = max((item.number for item in self._items), default=0)
        if not whole:
            log.warning("the list of timers was damaged; it lies beside the new one")
            self._announce(LOST)

    async def run(self) -> None:
        """Say what is due when it is; ends by being cancelled."""
        while True:
            await self.look()
            self._changed = anyio.Event()
            with anyio.move_on_after(wait_s(self._items, self.now(), LOOK_S)):
                await self._changed.wait()

    async def look(self) -> None:
        """What is due now is said, and its next time set."""
        async with self._lock:
            now = self.now()
            ahead = now.timestamp() - self._steady()
            items, jump = self._items, ahead - self._ahead
            if abs(jump) > JUMP_S:
                log.info("the clock was set by %.0f s", jump)
                items = jumped(items, jump, now)
                self._ahead = ahead
            items, due = step(items, now)
            if items == self._items:
                return
            self._items = items
            for one in due:
                self._announce(said(one, now), about=_about(one.item))
            try:
                await to_thread.run_sync(self._store.save, items)
            except OSError as error:
                log.warning("the timers can't be kept: %s", error.strerror)

    async def add(self, item: Item) -> Item:
        """With a number of its own. Refused: there are too many, or the disk is full."""
        async with self._lock:
            if len(self._items) >= MOST:
                raise Refused(f"there are {MOST} timers and reminders; cancel some first")
            item = replace(item, number=self._numbered + 1)
            await self._commit((*self._items, item))
            self._numbered += 1
        return item

    async def change(self, item: Item) -> None:
        """In the place of the one with its number."""
        async with self._lock:
            await self._commit(
                tuple(item if one.number == item.number else one for one in self._items)
            )
        self._announce("", about=_about(item))

    async def cancel(self, chosen: Sequence[Item]) -> None:
        """Away with them; one that rings and repeats stays for its next time."""
        async with self._lock:
            numbers, now = {item.number for item in chosen}, self.now()
            kept: list[Item] = []
            for item in self._items:
                if item.number not in numbers:
                    kept.append(item)
                elif item.rung:
                    kept += after(item, now)
            await self._commit(tuple(kept))
            self._cancelled = tuple(item for item in chosen if not item.rung)
        for item in chosen:
            self._announce("", about=_about(item))

    async def bring_back(self) -> Items:
        """What was cancelled last, as far as it is still to come."""
        async with self._lock:
            now = self.now()
            held = {item.number for item in self._items}
            back: list[Item] = []
            for item in self._cancelled:
                if item.at > now.timestamp() and item.number not in held:
                    back.append(item)
                elif item.repeat and item.number not in held:
                    back += after(item, now)
            await self._commit((*self._items, *back))
            self._cancelled = ()
        return tuple(back)

    async def _commit(self, items: Items) -> None:
        try:
            await to_thread.run_sync(self._store.save, items)
        except OSError as error:
            raise Refused(f"it can't be kept: {error.strerror}; see to the disk") from None
        self._items = items
        self._changed.set()


def _about(item: Item) -> str:
    return f"{item.kind} {item.number}"
