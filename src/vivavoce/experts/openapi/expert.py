"""An expert whose tools are an HTTP API's, as its OpenAPI document describes them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import anyio
import httpx

from vivavoce.core import ConfigError
from vivavoce.experts.expert import Manifest, Open, Setup
from vivavoce.experts.folder.manifest import OpenApiTable
from vivavoce.experts.offered import Offered
from vivavoce.experts.openapi.call import Caller, fetch
from vivavoce.experts.openapi.document import (
    MOST_BYTES,
    Operation,
    described,
    operations,
    server_of,
)
from vivavoce.experts.schema import check_arguments
from vivavoce.experts.settings import filled
from vivavoce.experts.tool import Context, Effect, Result, Tool

CONNECT_S = 5.0
SLOW_S = 30.0
"""An operation that may take longer goes on while the conversation does."""


def openapi_open(manifest: Manifest, table: OpenApiTable, folder: Path) -> Open:
    """folder: where the document lies. Nothing is read before it is opened."""

    @asynccontextmanager
    async def opens(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
        where = f"{folder / 'expert.toml'}, [openapi]"
        timeout = httpx.Timeout(table.timeout_s, connect=CONNECT_S)
        async with httpx.AsyncClient(timeout=timeout, follow_redirects=False) as client:
            url = filled(table.url, setup.settings, where)
            document = await read_document(client, table.file, url, folder)
            given = filled(table.server, setup.settings, where)
            server = urljoin(url, given or server_of(document))
            if not server.startswith(("http://", "https://")):
                raise ConfigError(
                    f'{where}: the document names no server; write server = "https://…", or run: '
                    f"vivavoce setup {manifest.name}"
                )
            caller = Caller(manifest.name, client, server, document, setup.settings, table.trusted)
            yield offered(manifest.name, document, table, caller)

    return opens


async def read_document(
    client: httpx.AsyncClient, file: str, url: str, folder: Path
) -> Mapping[str, Any]:
    """From a file beside the manifest, or from a URL. ConfigError: it is none. Retry: its server is
    away."""
    if url:
        return described(await fetch(client, url, MOST_BYTES), url)
    return await anyio.to_thread.run_sync(read_file, folder / file)


def read_file(path: Path) -> Mapping[str, Any]:
    """A document on the disk; errors as of read_document."""
    path = path.expanduser()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path} has more than {MOST_BYTES:,} bytes; take a part of it")
        return described(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror}); is file right?") from None


def offered(name: str, document: Mapping[str, Any], table: OpenApiTable, caller: Caller) -> Offered:
    """The operations as tools, and those that are none with their reasons."""
    found, off = operations(document, name)
    wanted = set(table.only)
    for theirs in wanted - {o.theirs for o in found} - {o.name for o in found} - set(off):
        raise ConfigError(
            f"{name}: [openapi] only: there is no operation {theirs!r}; there are: "
            f"{', '.join(o.theirs for o in found)[:500]}"
        )
    chosen = [o for o in found if not wanted or o.theirs in wanted or o.name in wanted]
    return Offered([_tool(operation, table, caller) for operation in chosen], off)


def _tool(operation: Operation, table: OpenApiTable, caller: Caller) -> Tool:
    async def run(arguments: Mapping[str, Any], context: Context) -> Result:
        del context
        check_arguments(operation.name, operation.schema, arguments)
        return await caller.call(operation, arguments)

    owners = table.effects.get(operation.theirs) or table.effects.get(operation.name)
    effect = owners or _effect(operation.method)
    slow = table.timeout_s > SLOW_S
    return Tool(operation.name, operation.about, operation.schema, run, effect, slow=slow)


def _effect(method: str) -> Effect:
    if method in ("get", "head"):
        return "read"
    return "danger" if method == "delete" else "send"
