"""A folder becomes an expert; its code is imported when it is opened, not before."""

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

from vivavoce.core import ConfigError, VivavoceError
from vivavoce.experts.expert import Expert, Manifest, Open, Setup
from vivavoce.experts.folder.manifest import FILE, kind_of, read_text, read_written
from vivavoce.experts.tool import Tool

BUILTIN = Path(__file__).parents[1] / "builtin"
MOST_INSTRUCTIONS = 4000
"""Characters: a small model reads them at every request."""


def read_expert(folder: Path, origin: str) -> Expert:
    """A folder with expert.toml, instructions.md, commands.yaml, and tools. ConfigError names the
    file, the line and what would do."""
    folder = folder.absolute()
    written = read_written(folder)
    manifest = written.manifest()
    kind = kind_of(written, folder)
    told = folder / "instructions.md"
    instructions = read_text(told, "").strip() if told.exists() else ""
    if len(instructions) > MOST_INSTRUCTIONS:
        raise ConfigError(
            f"{told} has more than {MOST_INSTRUCTIONS:,} characters; a model reads it at every "
            "request: shorten it"
        )
    if kind == "mcp" and written.mcp is not None:
        from vivavoce.experts.mcp.expert import mcp_open

        opens = mcp_open(manifest, written.mcp, folder)
    elif kind == "openapi" and written.openapi is not None:
        from vivavoce.experts.openapi.expert import openapi_open

        opens = openapi_open(manifest, written.openapi, folder)
    else:
        opens = _open_tools(manifest, folder)
    commands = folder / "commands.yaml"
    return Expert(
        manifest, instructions, opens, commands if commands.exists() else None, origin, folder
    )


def _open_tools(manifest: Manifest, folder: Path) -> Open:
    @asynccontextmanager
    async def opens(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
        module = _imported(manifest.name, folder)
        opened = getattr(module, "opened", None)
        if opened is None:
            raise ConfigError(
                f"{folder / 'tools.py'} has no opened(setup); write: @asynccontextmanager "
                "async def opened(setup): yield [tool(…)]"
            )
        async with opened(setup) as tools:
            check_tools(manifest, tools, folder)
            yield tools

    return opens


def check_tools(manifest: Manifest, tools: Sequence[Tool], folder: Path) -> None:
    """ConfigError: a thing that is no tool, a name twice, a rule for a tool that there is not."""
    names: set[str] = set()
    for tool in tools:
        if not isinstance(tool, Tool):
            raise ConfigError(f"{folder}: opened gives {tool!r}; write tool(the_function)")
        if tool.name in names:
            raise ConfigError(f"{folder}: there are two tools {tool.name}; rename one")
        names.add(tool.name)
    for table, named in (("rules", manifest.rules), ("always", manifest.always)):
        for name in named:
            if name not in names:
                raise ConfigError(
                    f"{folder / FILE}: {table}: there is no tool {name!r}; "
                    f"there are: {', '.join(sorted(names)) or 'none'}"
                )


def _imported(name: str, folder: Path) -> ModuleType:
    """tools.py under a name that is nobody else's; modules beside it are imported relatively."""
    if folder.parent == BUILTIN:
        return importlib.import_module(f"vivavoce.experts.builtin.{folder.name}.tools")
    package = f"_vivavoce_expert_{name}_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
    if package not in sys.modules:
        parent = ModuleType(package)
        parent.__path__ = [str(folder)]
        sys.modules[package] = parent
    try:
        return importlib.import_module(f"{package}.tools")
    except VivavoceError:
        raise
    except (Exception, SystemExit) as broken:
        raise ConfigError(
            f"{folder / 'tools.py'} can't be imported: {type(broken).__name__}: {broken}"
        ) from broken
