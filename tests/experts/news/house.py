"""The expert as a house calls it: by a tool's name, or by a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from vivavoce.core import Speaker
from vivavoce.experts import Context, Result, Setup, Tool, Unclear
from vivavoce.experts.builtin import news
from vivavoce.experts.builtin.news.tools import opened
from vivavoce.experts.commands import Commands, read_commands

NOW = datetime(2026, 11, 24, 15, 12, tzinfo=timezone(timedelta(hours=1)))
"""A Tuesday."""
COMMANDS = Path(news.__file__).with_name("commands.yaml")


@dataclass
class House:
    tools: Mapping[str, Tool]
    commands: Commands
    now: datetime = NOW
    who: str = "Lea"
    room: str = ""

    def _context(self, words: str = "") -> Context:
        return Context(Speaker(self.who, "adult"), words, self.room, lambda: self.now)

    async def __call__(self, name: str, /, **arguments: Any) -> Result:
        return await self.tools[name].run(arguments, self._context())

    async def hear(self, words: str) -> str:
        """What a plain command answers; empty: it is none that the expert could follow."""
        for command in self.commands.match(words):
            tool = self.tools[command.tool.removeprefix("news_")]
            try:
                return (await tool.run(command.arguments, self._context(words))).say
            except Unclear:
                continue
        return ""


@asynccontextmanager
async def house(folder: Path, **settings: str) -> AsyncIterator[House]:
    async with opened(Setup(settings, folder)) as tools:
        by_name = {tool.name: tool for tool in tools}
        yield House(by_name, Commands([read_commands(COMMANDS, "news", by_name)]))
