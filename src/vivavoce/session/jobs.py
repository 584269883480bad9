"""How model work is done: live, in threads; or in a replay, at once and on modelled time.

A conversation never waits: it starts a job and is called back. That makes it one synchronous
object whose behaviour is a function of the order of its calls.
"""

import heapq
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from itertools import count
from typing import Any, Protocol, TypeVar

import anyio
from anyio import CancelScope, CapacityLimiter, to_thread
from anyio.abc import TaskGroup

T = TypeVar("T")
Fail = Callable[[Exception], None]


class Job(Protocol):
    """Work that is under way."""

    def cancel(self) -> None:
        """Stop it; it will not call back."""
        ...


class Jobs(Protocol):
    """Starts work; calls back on the conversation's own thread."""

    def call(
        self, work: Callable[[], T], cost_s: float, then: Callable[[T], None], fail: Fail
    ) -> Job:
        """A computation; cost_s is what it takes on modelled time."""
        ...

    def stream(
        self,
        items: AsyncIterator[T],
        first_s: float,
        each_s: float,
        then: Callable[[T], None],
        fail: Fail,
    ) -> Job:
        """Many results; on modelled time the first takes first_s, each further one each_s."""
        ...

    def tick(self, t: float) -> None:
        """The conversation reached t seconds of audio."""
        ...

    def now(self) -> float:
        """Seconds on the conversation's clock."""
        ...

    def close(self) -> None:
        """Cancel all that is under way."""
        ...


class LiveJobs:
    """One conversation's work: threads for computations, tasks for streams."""

    def __init__(self, group: TaskGroup, threads: CapacityLimiter) -> None:
        self._group = group
        self._threads = threads
        self._live: set[CancelScope] = set()
        self._t, self._at = 0.0, time.monotonic()

    def call(
        self, work: Callable[[], T], cost_s: float, then: Callable[[T], None], fail: Fail
    ) -> Job:
        """Runs in a thread; a cancelled computation is left to finish unheard."""
        del cost_s  # it takes what it takes
        scope = CancelScope()

        async def run() -> None:
            with scope:
                try:
                    done = await to_thread.run_sync(
                        work, abandon_on_cancel=True, limiter=self._threads
                    )
                    if not scope.cancel_called:  # it may come when the result is already here
                        then(done)
                except Exception as broken:  # noqa: BLE001  the conversation decides what it means
                    if not scope.cancel_called:
                        fail(broken)
            self._live.discard(scope)

        return self._start(scope, run)

    def stream(
        self,
        items: AsyncIterator[T],
        first_s: float,
        each_s: float,
        then: Callable[[T], None],
        fail: Fail,
    ) -> Job:
        """A task that reads the iterator; cancelling closes it."""
        del first_s, each_s
        scope = CancelScope()

        async def run() -> None:
            with scope:
                try:
                    async for item in items:
                        if scope.cancel_called:  # by then(): items that wait come without an await
                            break
                        then(item)
                except Exception as broken:  # noqa: BLE001  the conversation decides what it means
                    if not scope.cancel_called:
                        fail(broken)
                finally:
                    await _close(items)
            self._live.discard(scope)

        return self._start(scope, run)

    def _start(
        self, scope: CancelScope, run: Callable[[], Coroutine[Any, Any, None]]
    ) -> CancelScope:
        self._live.add(scope)
        self._group.start_soon(run)
        return scope

    def close(self) -> None:
        """Cancel all that is under way."""
        for scope in list(self._live):
            scope.cancel()

    def tick(self, t: float) -> None:
        """Audio time, and when it was."""
        self._t, self._at = t, time.monotonic()

    def now(self) -> float:
        """Audio time plus what the wall clock says has passed since, for reports only."""
        return self._t + min(time.monotonic() - self._at, 1.0)


class ModelledJobs:
    """Replay: a job is done when audio time has reached its cost, however long it really takes."""

    def __init__(self) -> None:
        self._order = count()
        self._due: list[tuple[float, int, _Modelled]] = []
        self._t = 0.0

    def call(
        self, work: Callable[[], T], cost_s: float, then: Callable[[T], None], fail: Fail
    ) -> Job:
        """Computed when it is due, and not at all if cancelled before."""

        async def run() -> float | None:
            try:
                then(work())
            except Exception as broken:  # noqa: BLE001  the conversation decides what it means
                fail(broken)
            return None

        return self._add(run, cost_s)

    def stream(
        self,
        items: AsyncIterator[T],
        first_s: float,
        each_s: float,
        then: Callable[[T], None],
        fail: Fail,
    ) -> Job:
        """Pulled item by item, each when it is due."""

        async def run() -> float | None:
            try:
                item = await anext(items)
            except StopAsyncIteration:
                return None
            except Exception as broken:  # noqa: BLE001  the conversation decides what it means
                fail(broken)
                return None
            then(item)
            return each_s

        return self._add(run, first_s, items)

    def _add(self, run: Any, after_s: float, items: Any = None) -> "_Modelled":
        job = _Modelled(run, items)
        heapq.heappush(self._due, (self._t + after_s, next(self._order), job))
        return job

    async def advance(self, t: float) -> None:
        """Do all that is due by t, in order."""
        while self._due and self._due[0][0] <= t + 1e-9:
            due, _, job = heapq.heappop(self._due)
            self._t = max(self._t, due)
            again = None if job.cancelled else await job.run()
            if again is not None and not job.cancelled:
                heapq.heappush(self._due, (due + again, next(self._order), job))
            elif job.items is not None:
                await _close(job.items)
        self._t = max(self._t, t)

    def tick(self, t: float) -> None:
        """Audio time."""
        self._t = max(self._t, t)

    def now(self) -> float:
        """Audio time."""
        return self._t

    def close(self) -> None:
        """Cancel all that is under way."""
        for _, _, job in self._due:
            job.cancel()

    @property
    def busy(self) -> bool:
        """Something is still to come."""
        return any(not job.cancelled for _, _, job in self._due)


class _Modelled:
    def __init__(self, run: Any, items: Any) -> None:
        self.run = run
        self.items = items
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


async def _close(items: Any) -> None:
    close = getattr(items, "aclose", None)
    if close is not None:
        with anyio.CancelScope(shield=True):
            await close()
