"""One task owns all that will ring."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import anyio
from anyio import to_thread

from vivavoce.core import Refused
from vivavoce.experts.announcer import Announce
from vivavoce.experts.builtin.time.items import Due, Item, Items, after, jumped, step, wait_s
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
Dues = tuple[Due, ...]


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
        self._said: deque[tuple[int, float]] = deque(maxlen=MOST)
        """Which rings: number and time."""
        self._changed = anyio.Event()
        self._lock = anyio.Lock()
        self._unread = False
        self._ahead = self.now().timestamp() - steady()
        """Of the wall clock, before the steady one."""

    @property
    def items(self) -> Items:
        return self._items

    def now(self) -> datetime:
        """In the zone of this house."""
        return here(self._wall())

    def load(self) -> None:
        """What was kept; what can't be read now is taken up when it can."""
        try:
            self._items, whole = self._store.load()
        except OSError as error:
            self._tell(error)
            return
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
        """What is due now is said, by every process; the first of them sets its next time. What
        others set is taken up."""
        async with self._lock:
            now = self.now()
            ahead = now.timestamp() - self._steady()
            jump = ahead - self._ahead
            set_by = jump if abs(jump) > JUMP_S else 0.0
            if set_by:
                log.info("the clock was set by %.0f s", jump)
                self._ahead = ahead

            def turned(items: Items) -> tuple[Items, Dues]:
                return step(jumped(items, set_by, now) if set_by else items, now)

            first = await to_thread.run_sync(self._store.rings)
            if not first:
                self._say(turned(self._items)[1], now)
            self._take_up(await self._news(), now, first)
            if first and turned(self._items)[0] != self._items:
                self._say(await self._turn(turned), now)

    async def _news(self) -> Items:
        """As others left them; what can't be read now changes nothing."""
        try:
            found = await to_thread.run_sync(self._store.news, self._items)
        except OSError as error:
            self._tell(error)
            return self._items
        self._unread = False
        return found

    def _tell(self, error: OSError) -> None:
        """Once, until it can be read again."""
        if not self._unread:
            log.warning("the timers can't be read now: %s", error)
        self._unread = True

    async def _turn(self, turned: Callable[[Items], tuple[Items, Dues]]) -> Dues:
        """What is due; the rest is kept."""
        due: Dues = ()

        def left(items: Items) -> Items:
            nonlocal due
            left, due = turned(items)
            return left

        try:
            self._items = await to_thread.run_sync(self._store.change, self._items, left)
        except OSError as error:
            log.warning("the timers can't be kept: %s", error.strerror)
            self._items = left(self._items)
        return due

    def _say(self, due: Dues, now: datetime) -> None:
        """Each ring once."""
        for one in due:
            ring = one.item.number, one.item.at
            if ring not in self._said:
                self._said.append(ring)
                self._announce(said(one, now), about=_about(one.item))

    def _take_up(self, items: Items, now: datetime, first: bool) -> None:
        """As others left them; what they stopped need not be said any more. What was due may have
        been let go by the first, as it has rung enough."""
        ring = {item.number for item in items if item.rung}
        for item in self._items:
            stopped = item.rung and item.number not in ring
            if stopped and (first or item.at > now.timestamp()):
                self._announce("", about=_about(item))
        self._items = items

    async def add(self, item: Item) -> Item:
        """With a number of its own. Refused: there are too many, or the disk is full."""

        def added(items: Items) -> Items:
            if len(items) >= MOST:
                raise Refused(f"there are {MOST} timers and reminders; cancel some first")
            return (*items, replace(item, number=self._store.last + 1))

        async with self._lock:
            await self._commit(added)
            return self._items[-1]

    async def change(self, item: Item) -> None:
        """In the place of the one with its number."""
        async with self._lock:
            await self._commit(
                lambda items: tuple(item if one.number == item.number else one for one in items)
            )
        self._announce("", about=_about(item))

    async def cancel(self, chosen: Sequence[Item]) -> None:
        """Away with them; one that rings and repeats stays for its next time."""
        numbers, now = {item.number for item in chosen}, self.now()

        def left(items: Items) -> Items:
            kept: list[Item] = []
            for item in items:
                if item.number not in numbers:
                    kept.append(item)
                elif item.rung:
                    kept += after(item, now)
            return tuple(kept)

        async with self._lock:
            await self._commit(left)
        for item in chosen:
            self._announce("", about=_about(item))

    async def bring_back(self, cancelled: Sequence[Item]) -> Items:
        """Set these again, as far as they are still to come."""
        now = self.now()

        def missing(items: Items) -> Items:
            held = {item.number for item in items}
            back: list[Item] = []
            for item in cancelled:
                if item.at > now.timestamp() and item.number not in held:
                    back.append(item)
                elif item.repeat and item.number not in held:
                    back += after(item, now)
            return tuple(back)

        async with self._lock:
            before = {item.number for item in self._items}
            await self._commit(lambda items: (*items, *missing(items)))
            return tuple(item for item in self._items if item.number not in before)

    async def _commit(self, change: Callable[[Items], Items]) -> None:
        try:
            changed = await to_thread.run_sync(self._store.change, self._items, change)
        except OSError as error:
            raise Refused(f"it can't be kept: {error.strerror}; see to the disk") from None
        self._items = changed
        self._changed.set()


def _about(item: Item) -> str:
    return f"{item.kind} {item.number}"
