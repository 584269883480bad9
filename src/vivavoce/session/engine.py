"""The models of one process, and the conversations that share them."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from anyio import CapacityLimiter
from anyio.abc import TaskGroup

from vivavoce.core import Event, Failed, Listener, Pcm
from vivavoce.session.config import SessionConfig
from vivavoce.session.jobs import LiveJobs
from vivavoce.session.parts import Parts
from vivavoce.session.session import Session
from vivavoce.timeline.recorder import Recorder

THREADS = 8
"""Computations under way at once, over all conversations; more would only queue for the cores."""


class Engine:
    """Opens live conversations."""

    def __init__(
        self, parts: Parts, group: TaskGroup, cfg: SessionConfig, record: Path | None
    ) -> None:
        self._parts, self._group, self._cfg, self._record = parts, group, cfg, record
        self._threads = CapacityLimiter(THREADS)

    def open(self, listener: Listener) -> Session:
        """A new conversation; close() it."""
        jobs = LiveJobs(self._group, self._threads)
        if self._record is None:
            return Session(self._parts, jobs, listener, self._cfg)
        return Recorded(self._parts, jobs, listener, self._cfg, self._record)


class Recorded(Session):
    """A conversation that its owner wants kept."""

    def __init__(
        self, parts: Parts, jobs: LiveJobs, listener: Listener, cfg: SessionConfig, root: Path
    ) -> None:
        from_thread = _to_loop(lambda e: listener(Failed(self.now, e.code, str(e))))
        self._recorder = Recorder(root, secrets.token_hex(4), from_thread)

        def both(event: Event) -> None:
            self._recorder(event)
            listener(event)

        super().__init__(parts, jobs, both, cfg)

    def hear(self, pcm: Pcm) -> None:
        """The next frame of the microphone, kept as it came."""
        self._recorder.heard(pcm)
        super().hear(pcm)

    def play(self) -> Pcm:
        """The next frame for the loudspeaker, kept as it went."""
        out = super().play()
        self._recorder.played(out)
        return out

    async def close(self) -> None:
        """Stop, and write what waits."""
        await super().close()
        await anyio.to_thread.run_sync(self._recorder.close)


def _to_loop(then: Callable[..., None]) -> Callable[..., None]:
    """A callback that may be called from any thread and runs on this loop."""
    import asyncio

    loop = asyncio.get_running_loop()

    def call(*args: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(then, *args)

    return call


@asynccontextmanager
async def engine(
    parts: Parts, cfg: SessionConfig | None = None, record: Path | None = None
) -> AsyncIterator[Engine]:
    """Lives as long as the block; leaving it ends all conversations."""
    async with anyio.create_task_group() as group:
        yield Engine(parts, group, cfg or SessionConfig(), record)
        group.cancel_scope.cancel()
