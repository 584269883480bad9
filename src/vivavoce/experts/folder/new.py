"""New experts, written as folders: one to begin with, or around somebody else's server."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from vivavoce.core import Refused
from vivavoce.experts.folder.manifest import WORD
from vivavoce.experts.settings import quoted
from vivavoce.experts.tool import Tool

MOST_WHEN = 40
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NO_NAMES = {"mcp", "server", "client", "http", "https", "www", "com", "org", "net", "io", "dev",
             "api", "python", "python3", "uvx", "npx", "node", "uv", "run", "main", "localhost",
             "stdio", "openapi", "json", "yaml", "yml", "py", "js", "src", "index"}  # fmt: skip

_TOML = """\
name = "{name}"
about = "Rolls dice."
when = [
  "roll the dice",
  "roll two dice",
  "throw a twenty sided die",
  "give me a random number from one to six",
]

[settings.sides]
about = "How many sides a die has, if nobody says it"
default = "6"
"""
_INSTRUCTIONS = """\
Roll dice with {name}_roll. Say only the result.
"""
_TOOLS = '''\
"""Rolls dice. Put your own tools in its place."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from pydantic import Field

from vivavoce.experts import Context, Result, Setup, Tool, tool

Count = Annotated[int, Field(ge=1, le=20, description="How many dice")]


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """Connect to what you need here; after yield, let go of it."""
    sides = int(setup.settings["sides"])

    async def roll(context: Context, count: Count = 1) -> Result:
        """Roll dice."""
        rolled = [random.randint(1, sides) for _ in range(count)]
        numbers = " and ".join(map(str, rolled))
        return Result(f"rolled: {numbers}", say=f"You rolled {numbers}.")

    yield [tool(roll, effect="read")]
'''
_COMMANDS = """\
# Sentences that need no model; {count} is the tool's parameter.
roll:
  - say: ["(roll|throw) [the|a] (dice|die)"]
  - say: ["(roll|throw) {count} (dice|die)"]
"""
_TEST = '''\
"""Run: pytest {folder}"""

from pathlib import Path

import anyio

from vivavoce.experts import Context, Result
from vivavoce.experts.folder.read import read_expert
from vivavoce.experts.settings import setup_of


def test_two_dice_are_rolled(tmp_path: Path) -> None:
    expert = read_expert(Path(__file__).parent, "here")

    async def rolled() -> Result:
        async with expert.open(setup_of(expert, tmp_path)) as tools:
            return await tools[0].run({{"count": 2}}, Context())

    assert anyio.run(rolled).say.startswith("You rolled ")
'''


def new_expert(root: Path, name: str) -> Path:
    """A folder that works at once. Refused: the name is none, or is taken."""
    folder = _made(root, name)
    files = {
        "expert.toml": _TOML.format(name=name),
        "instructions.md": _INSTRUCTIONS.format(name=name),
        "tools.py": _TOOLS,
        "commands.yaml": _COMMANDS,
        f"test_{name}.py": _TEST.format(folder=folder),
    }
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def new_mcp(
    root: Path,
    name: str,
    server: Sequence[str],
    env: Iterable[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Path:
    """An expert around an MCP server, its URL or its command. env: variables that the command
    needs, each a secret setting of the same name. headers: for a URL, with {setting} in them.
    Refused: as new_expert; there is no such program."""
    if server[0].startswith(("http://", "https://")):
        if len(server) > 1:
            raise Refused("a URL stands alone; give headers as --header 'NAME: VALUE'")
        lines, needs = [f"url = {quoted(server[0])}"], [server[0], *(headers or {}).values()]
        lines += _table("mcp.headers", headers or {})
    else:
        if headers:
            raise Refused("headers are for a URL; give a command its variables by --env NAME")
        command = _absolute(server)
        variables = {variable: f"{{{variable.lower()}}}" for variable in env}
        lines = [f"command = [{', '.join(map(quoted, command))}]"]
        needs = [*command, *variables.values()]
        lines += _table("mcp.env", variables)
    folder = _made(root, name)
    secrets = dict.fromkeys(s for text in needs for s in _PLACEHOLDER.findall(text))
    secrets.pop("python", None)
    settings = {s: f"What the server of {name} calls {s}" for s in secrets}
    _write(folder, name, ["[mcp]", *lines], settings)
    return folder


def new_openapi(
    root: Path, name: str, file: str, document: bytes, server: str, settings: Mapping[str, str]
) -> Path:
    """An expert around an API; the document is copied. server: its address; empty: the document
    has it. settings: secrets → what they are. Refused: as new_expert."""
    folder = _made(root, name)
    kept = f"openapi{'.json' if document.lstrip()[:1] == b'{' else '.yaml'}"
    (folder / kept).write_bytes(document)
    lines = ["[openapi]", f"file = {quoted(kept)}  # of {file}"]
    _write(folder, name, [*lines, *([f"server = {quoted(server)}"] if server else [])], settings)
    return folder


def describe(folder: Path, tools: Sequence[Tool]) -> None:
    """What the expert is for and when it is loaded, by what its tools say of themselves."""
    path = folder / "expert.toml"
    text = path.read_text(encoding="utf-8")
    names = ", ".join(tool.name.replace("_", " ") for tool in tools[:6])
    about = f"{folder.name.capitalize()}: {names}{', …' if len(tools) > 6 else ''}."[:200]
    when = [_request(tool) for tool in tools[:MOST_WHEN]] or [folder.name]
    text = re.sub(r"(?m)^about = .*$", lambda _: f"about = {quoted(about)}", text, count=1)
    block = "".join(f"  {quoted(one)},\n" for one in when)
    text = re.sub(r"(?ms)^when = \[.*?^\]$", lambda _: f"when = [\n{block}]", text, count=1)
    path.write_text(text, encoding="utf-8")


def name_for(server: Sequence[str]) -> str:
    """A name for an expert, out of a URL or a command; empty: none is to be seen."""
    first = server[0]
    if first.startswith(("http://", "https://")):
        parts = urlsplit(first)
        words = [*reversed((parts.hostname or "").split(".")), *parts.path.split("/")]
    else:
        words = [Path(part).name for part in reversed(server) if not part.startswith("-")]
    for word in words:
        for piece in re.findall(r"[a-z][a-z0-9]*", word.lower()):
            if piece not in _NO_NAMES and len(piece) > 2:
                return str(piece[:32])
    return ""


def _made(root: Path, name: str) -> Path:
    if not re.fullmatch(WORD, name):
        raise Refused(f"{name!r} can't be a name; choose a word of small letters, like dice")
    folder = root / name
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise Refused(f"{folder} is there already; choose another name, or remove it") from None
    return folder


def _absolute(command: Sequence[str]) -> list[str]:
    """As it runs from the expert's own folder."""
    if "{" not in command[0] and shutil.which(command[0]) is None:
        raise Refused(f"there is no program {command[0]!r}; install it, or give its whole path")
    return [str(Path(part).absolute()) if Path(part).is_file() else part for part in command]


def _write(folder: Path, name: str, tables: Sequence[str], settings: Mapping[str, str]) -> None:
    lines = [
        f"name = {quoted(name)}",
        f"about = {quoted(f'Tools of {name}.')}",
        "when = [",
        f"  {quoted(name)},",
        "]",
        "",
    ]
    for setting, about in settings.items():
        lines += [f"[settings.{setting}]", f"about = {quoted(about)}", "secret = true", ""]
    (folder / "expert.toml").write_text("\n".join([*lines, *tables]) + "\n", encoding="utf-8")


def _table(header: str, entries: Mapping[str, str]) -> list[str]:
    if not entries:
        return []
    return ["", f"[{header}]", *(f"{quoted(key)} = {quoted(v)}" for key, v in entries.items())]


def _request(tool: Tool) -> str:
    """The first sentence of what a tool says of itself."""
    first = re.split(r"(?<=[.!?])\s", tool.about, maxsplit=1)[0].strip(" .")
    return f"{tool.name.replace('_', ' ')}: {first}"[:150]
