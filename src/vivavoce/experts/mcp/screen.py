"""Between a transport and mcp's Client: one tool that lies in its schema must not cost the others,
and the client drops a whole list for it."""

from typing import Any, Self

import mcp_types
from mcp.shared.message import SessionMessage
from pydantic import ValidationError


class Screened:
    """A transport; left_out: tool → why it is not in any list."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.left_out: dict[str, str] = {}

    async def __aenter__(self) -> Any:
        read, write = await self._transport.__aenter__()
        return _Read(read, self.left_out), write

    async def __aexit__(self, *error: Any) -> Any:
        return await self._transport.__aexit__(*error)


class _Read:
    """A stream of messages, its lists of tools looked through."""

    def __init__(self, stream: Any, left_out: dict[str, str]) -> None:
        self._stream, self._left_out = stream, left_out

    @property
    def last_context(self) -> Any:
        """What the sender's task had, where the transport tells."""
        return getattr(self._stream, "last_context", None)

    async def receive(self) -> Any:
        return screened(await self._stream.receive(), self._left_out)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def close(self) -> None:
        self._stream.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return screened(await self._stream.__anext__(), self._left_out)

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._stream.__aexit__(*error)


def screened(message: Any, left_out: dict[str, str]) -> Any:
    """The same message; of a list of tools only those that can be read."""
    answer = message.message if isinstance(message, SessionMessage) else None
    if not isinstance(answer, mcp_types.JSONRPCResponse):
        return message
    tools = answer.result.get("tools")
    if isinstance(tools, list) and "content" not in answer.result:
        answer.result["tools"] = [tool for tool in tools if _sound(tool, left_out)]
    return message


def _sound(tool: object, left_out: dict[str, str]) -> bool:
    name = str(tool.get("name"))[:100] if isinstance(tool, dict) else "?"
    try:
        read = mcp_types.Tool.model_validate(tool, by_name=False)
    except ValidationError as error:
        left_out[name] = f"it is no tool: {error.errors()[0]['msg']}"
        return False
    if (kind := read.input_schema.get("type")) != "object":
        left_out[name] = f"its arguments are of type {kind!r}, not object"
        return False
    if read.output_schema is not None and read.output_schema.get("type") != "object":
        left_out[name] = "what it says of its results is no object"
        return False
    left_out.pop(name, None)
    return True
