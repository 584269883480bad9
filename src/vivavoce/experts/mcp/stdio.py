"""A server as a child process: lines of JSON over its pipes, each of a limited length."""

import re
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import mcp_types
from anyio.abc import ByteReceiveStream, Process
from mcp.client.stdio import get_default_environment
from mcp.os.posix.utilities import terminate_posix_process_tree
from mcp.shared.message import SessionMessage

MOST_LINE = 4_000_000
"""Bytes of one message; a server that sends more is ended."""
LEAVE_S = 1.0
"""For the server to end by itself, once its input is closed."""
_GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, OSError)


class StdioServer:
    """A transport for mcp's Client. Enter it once."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self._command, self._env, self._cwd = command, env, cwd
        self._told: deque[str] = deque(maxlen=20)
        self._cm: Any = None
        self.ended = anyio.Event()
        """It has closed its output, or was ended because it sent too much."""
        self.why = ""

    async def __aenter__(self) -> Any:
        self._cm = self._streams()
        return await self._cm.__aenter__()

    async def __aexit__(self, *error: Any) -> Any:
        return await self._cm.__aexit__(*error)

    @property
    def last_words(self) -> str:
        """The last line that it wrote to its standard error, or why it was ended."""
        return self.why or next((line for line in reversed(self._told) if line.strip()), "")

    @asynccontextmanager
    async def _streams(self) -> AsyncIterator[Any]:
        process = await anyio.open_process(
            list(self._command),
            env=get_default_environment() | dict(self._env),
            cwd=self._cwd,
            start_new_session=True,
        )
        heard, received = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        sending, to_send = anyio.create_memory_object_stream[SessionMessage](0)
        async with anyio.create_task_group() as group, heard, received, sending, to_send:
            group.start_soon(self._read, process, heard)
            group.start_soon(self._write, process, to_send)
            group.start_soon(self._read_errors, process)
            try:
                yield received, sending
            finally:
                with anyio.CancelScope(shield=True):
                    await _end(process)
                group.cancel_scope.cancel()

    async def _read(self, process: Process, heard: Any) -> None:
        """Standard output, line by line; the session ends with it."""
        async with heard:
            with suppress(*_GONE):
                async for line in _lines(process.stdout):
                    if line is None:
                        self.why = f"it sent more than {MOST_LINE:,} bytes in one line"
                        break
                    if (message := _parsed(line)) is not None:
                        await heard.send(message)
        self.ended.set()

    async def _write(self, process: Process, to_send: Any) -> None:
        with suppress(*_GONE):
            async for message in to_send:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                if process.stdin is not None:
                    await process.stdin.send(text.encode() + b"\n")
        self.ended.set()

    async def _read_errors(self, process: Process) -> None:
        """Kept short, for whoever sets it up; never logged."""
        with suppress(*_GONE):
            async for line in _lines(process.stderr):
                self._told.append((line or b"")[:300].decode(errors="replace"))


async def _lines(stream: ByteReceiveStream | None) -> AsyncIterator[bytes | None]:
    """Whole lines; None: one is too long, and its rest is skipped."""
    kept = bytearray()
    if stream is None:
        return
    while True:
        try:
            kept += await stream.receive()
        except anyio.EndOfStream:
            return
        *whole, rest = kept.split(b"\n")
        for line in whole:
            yield bytes(line)
        kept = bytearray(rest)
        if len(kept) > MOST_LINE:
            kept.clear()
            yield None


def _parsed(line: bytes) -> SessionMessage | None:
    """None: it is no message; many servers print other things."""
    try:
        return SessionMessage(mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        return None


async def _end(process: Process) -> None:
    """Input closed, then SIGTERM, then SIGKILL, to the whole group."""
    if process.stdin is not None:
        with suppress(*_GONE):
            await process.stdin.aclose()
    with anyio.move_on_after(LEAVE_S):
        await process.wait()
    await terminate_posix_process_tree(process, LEAVE_S)
    with anyio.move_on_after(LEAVE_S):
        await process.aclose()


def redacted(text: str, secrets: Sequence[str]) -> str:
    """Without the secrets, and on one line."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return re.sub(r"\s+", " ", text)[:300]
