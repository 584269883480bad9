"""An expert whose tools a server has, by the Model Context Protocol."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from vivavoce.core import ConfigError
from vivavoce.experts.expert import Manifest, Open, Setup
from vivavoce.experts.folder.manifest import McpTable
from vivavoce.experts.settings import filled
from vivavoce.experts.tool import Tool


def mcp_open(manifest: Manifest, table: McpTable, folder: Path) -> Open:
    """folder: where a command runs. Nothing is started, and mcp not imported, before it is
    opened."""

    @asynccontextmanager
    async def opens(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
        from vivavoce.experts.mcp.http import HttpServer
        from vivavoce.experts.mcp.server import McpServer
        from vivavoce.experts.mcp.stdio import StdioServer, redacted

        given = {"python": sys.executable, **setup.settings}
        where = f"{folder / 'expert.toml'}, [mcp]"
        secrets = [setup.settings.get(s.name, "") for s in manifest.settings if s.secret]
        url = filled(table.url, given, where)
        command = [filled(part, given, where) for part in table.command]
        env, headers = (_some(t, given, where) for t in (table.env, table.headers))
        if table.url and not url.startswith(("http://", "https://")):
            raise ConfigError(
                f"{manifest.name}: its address is {url!r}; run: vivavoce setup {manifest.name}"
            )
        server = McpServer(
            manifest.name,
            lambda: (
                HttpServer(url, headers, table.timeout_s)
                if url
                else StdioServer(command, env, folder)
            ),
            setup.folder,
            trusted=table.trusted,
            effects=table.effects,
            timeout_s=table.timeout_s,
            clean=lambda text: redacted(text, secrets),
        )
        failed: Exception | None = None
        async with anyio.create_task_group() as group:
            group.start_soon(server.keep)
            await server.first.wait()
            failed = server.error
            if server.error is None:
                try:
                    yield server.tools
                except Exception as error:  # noqa: BLE001  the group would wrap the caller's own
                    failed = error
            group.cancel_scope.cancel()
        if failed is not None:
            raise failed

    return opens


def _some(table: Mapping[str, str], given: Mapping[str, str], where: str) -> dict[str, str]:
    """Filled in; without those of which every setting is empty."""
    empty = dict.fromkeys(given, "")
    found = {key: filled(template, given, where) for key, template in table.items()}
    return {
        key: text
        for key, text in found.items()
        if text != filled(table[key], empty, where) or "{" not in table[key]
    }
