"""Music grows quiet while we speak."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import anyio

from vivavoce.experts.opened import Opened

log = logging.getLogger(__name__)

AFTER_S = 0.6
"""Of silence, until what was quiet grows loud again: an answer has pauses."""
Ducked = Callable[[], AbstractAsyncContextManager[None]]


class Ducking:
    """Call it with whether our voice sounds, as often as you like; run it in a task of its own."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._sounding = 0
        self._changed = anyio.Event()

    def __call__(self, sounds: bool) -> None:
        """One conversation's voice begins or ends."""
        self._sounding = max(0, self._sounding + (1 if sounds else -1))
        self._changed.set()

    async def run(self) -> None:
        """Until it is cancelled; then all is loud again."""
        while True:
            await self._wait(lambda: self._sounding > 0)
            try:
                await self._quiet()
            except Exception:  # what plays may be anybody's
                log.exception("what plays can't be made quiet")
                await self._wait(lambda: self._sounding == 0)

    async def _quiet(self) -> None:
        """Until our voice ends."""
        async with AsyncExitStack() as quiet:
            for ducked in self._opened.ducked():
                await quiet.enter_async_context(ducked())
            while self._sounding > 0:
                await self._wait(lambda: self._sounding == 0)
                with anyio.move_on_after(AFTER_S):
                    await self._wait(lambda: self._sounding > 0)

    async def _wait(self, true: Callable[[], bool]) -> None:
        while not true():
            self._changed = anyio.Event()
            await self._changed.wait()
