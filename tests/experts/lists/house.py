"""The expert as a house calls it: by a tool's name, by a sentence, or by an undo."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vivavoce.core import Speaker
from vivavoce.experts import Context, Result, Setup, Tool, Unclear
from vivavoce.experts.builtin import lists
from vivavoce.experts.builtin.lists.tools import opened
from vivavoce.experts.commands import Commands, read_commands

COMMANDS = Path(lists.__file__).with_name("commands.yaml")


@dataclass
class House:
    tools: Mapping[str, Tool]
    commands: Commands
    who: str = ""

    def _context(self, words: str = "", room: str = "") -> Context:
        now = datetime(2026, 11, 24, 15, tzinfo=UTC)
        return Context(Speaker(self.who, "adult"), words, room, lambda: now)

    async def __call__(self, name: str, /, room: str = "", **arguments: Any) -> Result:
        return await self.tools[name].run(arguments, self._context(room=room))

    async def hear(self, words: str) -> str:
        """What a plain command answers; empty: it is none that the expert could follow."""
        for command in self.commands.match(words):
            tool = self.tools[command.tool.removeprefix("lists_")]
            try:
                return (await tool.run(command.arguments, self._context(words))).say
            except Unclear:
                continue
        return ""

    async def undo(self, result: Result) -> Result:
        assert result.undo is not None
        return await self(result.undo.name, **json.loads(result.undo.arguments))

    async def on(self, name: str = "shopping") -> list[str]:
        found: list[str] = (await self("show", list_name=name)).data["items"]
        return found


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with opened(Setup({}, folder)) as tools:
        by_name = {tool.name: tool for tool in tools}
        yield House(by_name, Commands([read_commands(COMMANDS, "lists", by_name)]))
