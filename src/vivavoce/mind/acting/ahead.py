"""While nobody asks anything, the model reads what it is told of each expert.

Two cores read an expert's rules and tools for half a minute. What is made of them is kept on disk
(Request.lasting), so this is done once ever, and here nobody waits for it.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic

import anyio

QUIET_S = 300.0
"""So long after the last answer."""


class Quiet:
    """Whether anybody is being answered."""

    def __init__(self) -> None:
        self._answers, self._since = 0, monotonic()
        self._scopes = set[anyio.CancelScope]()

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Somebody is; what was done meanwhile is cancelled."""
        self._answers += 1
        for scope in self._scopes:
            scope.cancel()
        try:
            yield
        finally:
            self._answers -= 1
            self._since = monotonic()

    async def lasted(self, seconds: float) -> None:
        """Wait until it has been quiet for so long."""
        while self._answers or monotonic() - self._since < seconds:
            begun = monotonic() if self._answers else self._since
            await anyio.sleep(begun + seconds - monotonic())

    @contextmanager
    def meanwhile(self) -> Iterator[anyio.CancelScope]:
        """What is done in here is cancelled as soon as somebody asks."""
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield scope
            finally:
                self._scopes.discard(scope)


async def read_ahead(
    quiet: Quiet,
    read: Callable[[str], Awaitable[None]],
    experts: Iterable[str],
    quiet_s: float = QUIET_S,
) -> None:
    """One after another; one that was broken off is begun anew."""
    for name in experts:
        done = False
        while not done:
            await quiet.lasted(quiet_s)
            with quiet.meanwhile() as scope:
                await read(name)
            done = not scope.cancelled_caught
