"""Long jobs: they go on while the conversation does, can be asked about, and stopped."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

import anyio
from anyio.abc import TaskGroup

from vivavoce.core import Message, Speaker, VivavoceError
from vivavoce.experts import Announce, Context, Result, Tool
from vivavoce.mind.acting.aloud import spoken
from vivavoce.mind.acting.talk import same
from vivavoce.mind.policy import Read

SOON_S = 2.0
"""A job that is done by then is an ordinary call."""
MOST = 16
"""Jobs at once; a further one is refused."""
REPORTS = 64
"""Ends of jobs that are remembered, to know them in a conversation's history."""

Ended = Callable[[Result | None], None]
"""Called once with what became of a call. None: it was interrupted."""


@dataclass(slots=True)
class Job:
    """One that runs."""

    number: int
    tool: str
    speaker: Speaker
    """Whose it is."""
    at: datetime
    """When it began."""
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
        self._reports: deque[tuple[str, Read]] = deque(maxlen=REPORTS)

    def running(self) -> list[Job]:
        """The newest last."""
        return list(self._running.values())

    def of(self, speaker: Speaker) -> list[Job]:
        """Those that this speaker may hear of and stop: their own, and adults all."""
        every = speaker.rank in ("owner", "adult")
        return [job for job in self.running() if every or same(job.speaker, speaker)]

    def stop(self, jobs: Sequence[Job]) -> None:
        """Stop these."""
        for job in jobs:
            job.scope.cancel()

    def reported(self, messages: Sequence[Message]) -> list[Read]:
        """What jobs told at their ends that was said in these messages."""
        said = [_plain(m.text) for m in messages if m.role == "assistant" and m.text.strip()]
        return [read for text, read in self._reports if any(map(text.startswith, said))]

    async def begin(
        self,
        name: str,
        tool: Tool,
        arguments: Mapping[str, Any],
        context: Context,
        ended: Ended,
    ) -> Result:
        """Its result if it is quickly done; else that it goes on: its end is announced."""
        if len(self._running) >= MOST:
            result = Result(f"{MOST} long jobs are under way already; stop one first", failed=True)
            ended(result)
            return result
        scope = anyio.CancelScope()
        job = Job(next(self._numbers), name, context.speaker, context.now(), scope)
        self._running[job.number] = job
        over = anyio.Event()

        def progress(text: str, share: float | None) -> None:
            job.text, job.share = text, share
            self._progress(job)

        async def run() -> None:
            try:
                with job.scope:
                    job.result = await _result(tool, arguments, replace(context, progress=progress))
            finally:
                self._running.pop(job.number, None)
                over.set()
                ended(job.result)
            if job.told and job.result is not None:
                self._tell(job, job.result)

        self._group.start_soon(run)
        with anyio.move_on_after(SOON_S):
            await over.wait()
        if job.result is not None:
            return job.result
        if over.is_set():
            return Result("it was stopped", failed=True)
        job.told = True
        return Result("It is under way; I tell you when it is done.")

    def _tell(self, job: Job, result: Result) -> None:
        text = spoken(result, job.tool)
        self._reports.append((_plain(text), Read(result.text, result.source)))
        self._announce(text, about=f"job {job.number}")


async def _result(tool: Tool, arguments: Mapping[str, Any], context: Context) -> Result:
    """What it tells in the end; that it failed is a result too."""
    try:
        return await tool.run(arguments, context)
    except VivavoceError as error:
        return Result(str(error), failed=True)
    except Exception as broken:  # noqa: BLE001  a tool may be anybody's
        return Result(f"it broke ({type(broken).__name__})", failed=True)


def _plain(text: str) -> str:
    return " ".join(text.split())
