"""The expert as the rest of the house uses it: its folder, its tools, its sentences."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vivavoce.experts import Context, Result, Setup, Unclear
from vivavoce.experts.builtin.media.tools import MediaTools
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.folder.read import BUILTIN, read_expert

EXPERT = read_expert(BUILTIN / "media", "built in")


@dataclass(frozen=True, slots=True)
class House:
    settings: dict[str, str]
    folder: Path

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Opened"]:
        async with EXPERT.open(Setup(self.settings, self.folder)) as tools:
            assert isinstance(tools, MediaTools)
            assert EXPERT.commands is not None
            sentences = read_commands(EXPERT.commands, "media", {t.name: t for t in tools})
            yield Opened(tools, Commands([sentences]))


@dataclass(frozen=True, slots=True)
class Opened:
    tools: MediaTools
    commands: Commands = field(repr=False)

    async def call(self, name: str, heard: str = "", /, **arguments: Any) -> Result:
        chosen = next(t for t in self.tools if t.name == name)
        return await chosen.run(arguments, Context(room=heard))

    async def say(self, words: str, heard: str = "") -> Result:
        """A plain command, as the fast path takes it: the first of its meanings that is clear."""
        unclear: Unclear | None = None
        for command in self.commands.match(words):
            try:
                name = command.tool.removeprefix("media_")
                return await self.call(name, heard, **command.arguments)
            except Unclear as error:
                unclear = unclear or error
        raise unclear or AssertionError(f"no plain command: {words}")

    async def undo(self, result: Result) -> Result:
        assert result.undo is not None
        return await self.call(result.undo.name, **json.loads(result.undo.arguments))
