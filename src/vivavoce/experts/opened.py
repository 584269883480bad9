"""The experts of one process, each connected when it is first needed, by a task of its own."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

import anyio
from anyio.abc import TaskGroup

from vivavoce.core import ConfigError, Retry, VivavoceError
from vivavoce.experts.expert import Expert, Setup
from vivavoce.experts.tool import Tool

log = logging.getLogger(__name__)

OPEN_S = 15.0
"""An expert that has not connected by then is away."""
AGAIN_S = 5.0
"""One that could not connect is not tried again before."""


@dataclass(slots=True)
class _Kept:
    """One expert's connection."""

    tools: Sequence[Tool] = ()
    error: VivavoceError | None = None
    at: float = 0.0
    """When it failed."""
    ready: anyio.Event = field(default_factory=anyio.Event)


class Opened:
    """Use it inside the block that `opened` gives."""

    def __init__(
        self, experts: Mapping[str, Expert], setup: Callable[[Expert], Setup], group: TaskGroup
    ) -> None:
        self.experts = experts
        self._setup, self._group = setup, group
        self._kept: dict[str, _Kept] = {}
        self._end = anyio.Event()

    async def tools(self, name: str) -> dict[str, Tool]:
        """An expert's tools by their whole names, expert_tool. Retry: its server is away;
        ConfigError: it is not set up."""
        kept = self._kept.get(name)
        if kept is None or (kept.error is not None and monotonic() - kept.at > AGAIN_S):
            kept = self._kept[name] = _Kept()
            self._group.start_soon(self._keep, self.experts[name], kept)
        with anyio.move_on_after(OPEN_S):
            await kept.ready.wait()
        if kept.error is not None:
            raise kept.error
        if not kept.ready.is_set():
            raise Retry(f"{name} does not answer; is its server running?")
        return {f"{name}_{tool.name}": tool for tool in kept.tools}

    def ducked(self) -> list[Callable[[], AbstractAsyncContextManager[None]]]:
        """Of each connected expert that plays something: what makes it quiet meanwhile."""
        found = (getattr(kept.tools, "ducked", None) for kept in self._kept.values())
        return [ducked for ducked in found if ducked is not None]

    def close(self) -> None:
        """Disconnect all; the block ends when they have."""
        self._end.set()

    async def _keep(self, expert: Expert, kept: _Kept) -> None:
        """Connected from the first need to the end."""
        name = expert.manifest.name
        try:
            async with expert.open(self._setup(expert)) as tools:
                kept.tools = tools
                kept.ready.set()
                await self._end.wait()
        except VivavoceError as error:
            kept.error = error
        except (Exception, SystemExit) as broken:  # anybody's: it must not end the others
            log.exception("the expert %s broke", name)
            kept.error = ConfigError(f"the expert {name} broke: {type(broken).__name__}: {broken}")
        kept.at = monotonic()
        kept.ready.set()


@asynccontextmanager
async def opened(
    experts: Mapping[str, Expert], setup: Callable[[Expert], Setup]
) -> AsyncIterator[Opened]:
    """Leaving it disconnects all of them."""
    async with anyio.create_task_group() as group:
        house = Opened(experts, setup, group)
        try:
            yield house
        finally:
            house.close()
            group.cancel_scope.deadline = anyio.current_time() + OPEN_S
