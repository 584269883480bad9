"""The log of what was done, written by a thread of its own: the conversation never waits for it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from threading import BoundedSemaphore

import anyio
from anyio import to_thread

from vivavoce.core import Speaker
from vivavoce.mind.audit import Audit, Entry, Kept, row_of

log = logging.getLogger(__name__)

WAITING = 1000
"""Entries that wait for a slow disk; a further one is lost, and counted."""
STOP_S = 10.0
"""For what waits at the end."""


class Keeping:
    """In the order in which it is called. Use it inside the block that `keeping` gives."""

    def __init__(self, audit: Audit, waiting: int = WAITING) -> None:
        self.audit = audit
        self.lost = 0
        """Entries for which there was no room, beside those that the audit could not keep."""
        self._thread = ThreadPoolExecutor(1, "audit")
        self._room = BoundedSemaphore(waiting)

    def done(self, entry: Entry) -> None:
        """Written soon. Never raises, never waits."""
        if not self._room.acquire(blocking=False):
            if not self.lost:
                log.error("the disk is too slow: what is done is not written down any more")
            self.lost += 1
            return
        written = self._thread.submit(self.audit.write, row_of(entry))
        written.add_done_callback(lambda _: self._room.release())

    async def last_change(self, speaker: Speaker) -> Kept | None:
        """The newest that this speaker changed and that was not put back."""
        found = self._thread.submit(self.audit.last_change, speaker)
        return await asyncio.wrap_future(found)

    async def close(self) -> None:
        """Write what waits, as long as the disk takes it."""
        closed = self._thread.submit(self.audit.close)
        with anyio.CancelScope(shield=True):
            whole = await to_thread.run_sync(_over, closed)
        self._thread.shutdown(wait=whole, cancel_futures=True)
        if not whole:
            log.error("the disk is too slow: the last of what was done is not written down")


def _over(last: Future[None]) -> bool:
    """Whether it was done in time."""
    try:
        last.result(STOP_S)
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def keeping(audit: Audit) -> AsyncIterator[Keeping]:
    """Leaving it writes what waits; nothing is lost."""
    made = Keeping(audit)
    try:
        yield made
    finally:
        await made.close()
