"""The expert as a house calls it: by a tool's name, or by a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vivavoce.core import VivavoceError
from vivavoce.experts import Context, Result, Setup, Tool, Unclear
from vivavoce.experts.builtin import sums
from vivavoce.experts.builtin.sums.tools import opened
from vivavoce.experts.commands import Commands, read_commands

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
COMMANDS = Path(sums.__file__).with_name("commands.yaml")


@dataclass
class House:
    tools: Mapping[str, Tool]
    commands: Commands

    async def __call__(self, name: str, /, **arguments: Any) -> Result:
        return await self.tools[name].run(arguments, Context(now=lambda: NOW))

    async def hear(self, words: str) -> str:
        """What a plain command answers; empty: it is none that the expert could follow."""
        for command in self.commands.match(words):
            tool = self.tools[command.tool.removeprefix("sums_")]
            try:
                context = Context(words=words, now=lambda: NOW)
                return (await tool.run(command.arguments, context)).say
            except Unclear:
                continue
            except VivavoceError as error:
                return f"{type(error).__name__}: {error}"
        return ""


@asynccontextmanager
async def house(**settings: str) -> AsyncIterator[House]:
    async with opened(Setup(settings, Path("/nowhere"))) as tools:
        by_name = {tool.name: tool for tool in tools}
        yield House(by_name, Commands([read_commands(COMMANDS, "sums", by_name)]))
