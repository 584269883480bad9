"""The expert as a house calls it: by a tool's name, or by a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from vivavoce.experts import Context, Result, Setup, Tool, Unclear
from vivavoce.experts.builtin import weather
from vivavoce.experts.builtin.weather.tools import opened
from vivavoce.experts.commands import Commands, read_commands

NOW = datetime(2026, 11, 24, 15, 12, tzinfo=timezone(timedelta(hours=1)))
COMMANDS = Path(weather.__file__).with_name("commands.yaml")


@dataclass
class House:
    tools: Mapping[str, Tool]
    commands: Commands
    now: datetime = NOW

    async def __call__(self, name: str, /, **arguments: Any) -> Result:
        return await self.tools[name].run(arguments, Context(now=lambda: self.now))

    async def hear(self, words: str) -> str:
        """What a plain command answers; empty: it is none that the expert could follow."""
        context = replace(Context(), words=words, now=lambda: self.now)
        for command in self.commands.match(words):
            tool = self.tools[command.tool.removeprefix("weather_")]
            try:
                return (await tool.run(command.arguments, context)).say
            except Unclear:
                continue
        return ""


@asynccontextmanager
async def house(address: str, **settings: str) -> AsyncIterator[House]:
    given = {"server": address, "geocoding": address, **settings}
    async with opened(Setup(given, Path("/nowhere"))) as tools:
        by_name = {tool.name: tool for tool in tools}
        yield House(by_name, Commands([read_commands(COMMANDS, "weather", by_name)]))
