"""An event loop beside the main thread: it lives on while somebody thinks what to type."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self, TypeVar

Made = TypeVar("Made")


class Beside:
    """Use it as a block, in the main thread. What the loop's tasks began goes on between runs."""

    def __init__(self) -> None:
        self._ready = Event()
        self._thread = Thread(target=asyncio.run, args=(self._live(),), name="loop", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def run(self, work: Coroutine[Any, Any, Made]) -> Made:
        """To its end. Ctrl-C cancels it, and is raised when it has ended; a second one does not
        wait for that."""
        ended: Future[Made] = Future()
        begun: list[asyncio.Task[None]] = []

        async def whole() -> None:
            try:
                ended.set_result(await work)
            except BaseException as error:  # noqa: BLE001  it is raised where run was called
                ended.set_exception(error)

        self._loop.call_soon_threadsafe(lambda: begun.append(self._loop.create_task(whole())))
        try:
            return ended.result()
        except KeyboardInterrupt:
            self._loop.call_soon_threadsafe(lambda: begun[0].cancel())
            wait([ended])
            raise

    async def _live(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._over.wait()
