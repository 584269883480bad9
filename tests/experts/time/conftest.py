"""The expert as the house opens it, with a wall clock of the test's own."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest

from vivavoce.core import Speaker
from vivavoce.experts import Context, Result, Setup, Tool, Unclear
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.folder.read import BUILTIN, read_expert

BERLIN = ZoneInfo("Europe/Berlin")
TIM = Speaker("Tim", "adult")
MIA = Speaker("Mia", "child")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    """The house's wall clock; it stands until somebody sets it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> None:
        """So much later, in real time."""
        later = self.now.timestamp() + timedelta(**by).total_seconds()
        self.now = datetime.fromtimestamp(later, self.now.tzinfo)


class House:
    """Somebody speaks to it by plain commands alone."""

    def __init__(self, tools: Mapping[str, Tool], said: list[str], now: Callable[[], datetime]):
        self.tools, self.said, self.now = tools, said, now
        self.spoke = anyio.Event()
        self.stopped: list[str] = []
        """What need not be said any more."""
        path = BUILTIN / "time" / "commands.yaml"
        self._commands = Commands([read_commands(path, "time", tools)])

    async def hear(self, words: str, speaker: Speaker = TIM) -> Result:
        """Unclear: no plain command could be followed."""
        unclear = []
        for command in self._commands.match(words):
            name = command.tool.removeprefix("time_")
            try:
                return await self.run(name, command.arguments, speaker, words)
            except Unclear as error:
                unclear.append(error)
        raise unclear[0] if unclear else Unclear(f"no sentence fits {words!r}")

    async def run(
        self, name: str, arguments: Mapping[str, Any], speaker: Speaker = TIM, words: str = ""
    ) -> Result:
        return await self.tools[name].run(arguments, Context(speaker, words, now=self.now))

    async def undo(self, result: Result) -> Result:
        assert result.undo
        return await self.run(result.undo.name, json.loads(result.undo.arguments))


OpenHouse = Callable[[Callable[[], datetime]], AbstractAsyncContextManager[House]]


@pytest.fixture
def open_house(tmp_path: Path) -> OpenHouse:
    """open_house(clock): a house whose folder outlives it."""

    @asynccontextmanager
    async def opens(now: Callable[[], datetime]) -> AsyncIterator[House]:
        said, stopped = list[str](), list[str]()

        def announce(words: str, *, about: str = "", good_s: float = inf) -> None:
            del good_s
            if not words:
                stopped.append(about)
                return
            said.append(words)
            if house is not None:
                house.spoke.set()

        house: House | None = None
        expert = read_expert(BUILTIN / "time", "built in")
        async with expert.open(Setup({}, tmp_path, announce, now)) as tools:
            house = House({tool.name: tool for tool in tools}, said, now)
            house.stopped = stopped
            yield house

    return opens
