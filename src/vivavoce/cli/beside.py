"""An event loop beside the main thread: it lives on while somebody thinks what to type."""

from collections.abc import Coroutine
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar

from anyio.from_thread import start_blocking_portal

Made = TypeVar("Made")


class Beside:
    """Use it as a block, in the main thread. What the loop's tasks began goes on between runs."""

    def __init__(self) -> None:
        self._opened = start_blocking_portal("asyncio")

    def __enter__(self) -> Self:
        self._portal = self._opened.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, traceback)

    def run(self, work: Coroutine[Any, Any, Made]) -> Made:
        """To its end. Ctrl-C cancels it, and is raised when it has ended; a second one does not
        wait for that."""
        over = Event()

        async def whole() -> Made:
            try:
                return await work
            finally:
                over.set()

        ended = self._portal.start_task_soon(whole)
        try:
            return ended.result()
        except KeyboardInterrupt:
            ended.cancel()
            over.wait()
            raise
