"""Long jobs: they go on while the conversation does, can be asked about, and stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import anyio
from anyio.abc import TaskGroup

from vivavoce.core import VivavoceError
from vivavoce.experts import Announce, Context, Result, Tool
from vivavoce.mind.acting.aloud import spoken

SOON_S = 2.0
"""A job that is done by then is an ordinary call."""
MOST = 16
"""Jobs at once; a further one is refused."""


@dataclass(slots=True)
class Job:
    """One that runs."""

    number: int
    tool: str
    scope: anyio.CancelScope
    text: str = "it has begun"
    """How far it is, in its own words."""
    share: float | None = None
    """0…1, if it is known."""
    result: Result | None = None
    told: bool = False
    """Its end was the call's own result."""

    @property
    def line(self) -> str:
        """A sentence for whoever asks."""
        share = "" if self.share is None else f", {self.share:.0%} done"
        return f"{self.tool.replace('_', ' ')}: {self.text}{share}"


class Jobs:
    """Of all conversations."""

    def __init__(
        self,
        group: TaskGroup,
        announce: Announce,
        progress: Callable[[Job], None] = lambda _: None,
    ) -> None:
        self._group, self._announce, self._progress = group, announce, progress
        self._running: dict[int, Job] = {}
        self._numbers = count(1)

    def running(self) -> list[Job]:
        """The newest last."""
        return list(self._running.values())

    def stop(self) -> list[Job]:
        """Stop all of them; those that were."""
        stopped = self.running()
        for job in stopped:
            job.scope.cancel()
        return stopped

    async def begin(
        self, name: str, tool: Tool, arguments: Mapping[str, Any], context: Context
    ) -> Result:
        """Its result if it is quickly done; else that it goes on: its end is announced."""
        if len(self._running) >= MOST:
            return Result(f"{MOST} long jobs are under way already; stop one first", failed=True)
        job = Job(next(self._numbers), name, anyio.CancelScope())
        self._running[job.number] = job
        over = anyio.Event()

        def progress(text: str, share: float | None) -> None:
            job.text, job.share = text, share
            self._progress(job)

        async def run() -> None:
            with job.scope:
                try:
                    job.result = await tool.run(arguments, replace(context, progress=progress))
                except VivavoceError as error:
                    job.result = Result(str(error), failed=True)
                except Exception as broken:  # noqa: BLE001  a tool may be anybody's
                    job.result = Result(f"it broke ({type(broken).__name__})", failed=True)
            self._running.pop(job.number, None)
            over.set()
            if job.told and job.result is not None:
                self._announce(spoken(job.result, name), about=f"job {job.number}")

        self._group.start_soon(run)
        with anyio.move_on_after(SOON_S):
            await over.wait()
        if job.result is not None:
            return job.result
        job.told = True
        return Result(f"It is under way; I tell you when it is done ({job.line}).")
