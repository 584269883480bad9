"""Anthropic's Messages API."""

import base64
import json

from vivavoce.core import Call, Image, Message, Unable
from vivavoce.models.model import Kept, Request
from vivavoce.models.remote import history, room
from vivavoce.models.remote.anthropic_reader import AnthropicReader
from vivavoce.models.remote.dialect import Letter, Reader
from vivavoce.models.remote.ending import Answer
from vivavoce.models.remote.history import Block, Writer
from vivavoce.models.remote.room import Room
from vivavoce.models.remote.server import Server

VERSION = "2023-06-01"
LEAST_TOKENS = 1024
"""Of a thinking budget."""
CACHED: Block = {"cache_control": {"type": "ephemeral"}}


class Anthropic:
    """One server."""

    media_type = "text/event-stream"

    def __init__(self, server: Server) -> None:
        self._server = server

    def letter(self, request: Request) -> Letter:
        """POST /v1/messages"""
        content = body(self._server, request)
        return self._letter("/v1/messages", content | {"stream": True})

    def counting(self, request: Request) -> Letter:
        """POST /v1/messages/count_tokens"""
        content = body(self._server, request)
        kept = ("model", "messages", "system", "tools", "tool_choice", "thinking")
        content = {k: v for k, v in content.items() if k in kept}
        return self._letter("/v1/messages/count_tokens", content)

    def counted(self, text: str) -> tuple[Letter, ...]:
        """Only of whole conversations."""
        del text
        return ()

    def reader(self, request: Request, kept: Kept) -> Reader:
        """For one answer."""
        return AnthropicReader(Answer(self._server, request, limits(self._server, request), kept))

    def _letter(self, path: str, content: Block) -> Letter:
        key = self._server.key.read()
        headers = {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})
        return Letter(path, json.dumps(content).encode(), headers, (key,) if key else ())


def body(server: Server, request: Request) -> Block:
    """The JSON of a request, but for stream."""
    system, rest = history.leading(history.with_ids(request.messages, plain=True))
    told: list[Block] = [
        {"role": role, "content": blocks} for role, blocks in history.turns(rest, WRITER)
    ]
    space = limits(server, request)
    if not told:
        told = [{"role": "user", "content": [_text("…")]}]
    if told[-1]["role"] == "user":
        told[-1]["content"][-1] |= CACHED
    if request.begun:
        told.append({"role": "assistant", "content": [_text(request.begun.rstrip())]})
    found: Block = {"model": server.model, "max_tokens": space.total, "messages": told}
    if request.schema == {}:
        system += "\n\nAnswer with one JSON object and nothing else."
    if system.strip():
        found["system"] = [_text(system.strip()) | CACHED]
    if request.stop:
        if not all(map(str.strip, request.stop)):
            raise Unable(f"{server.name} can't stop at blanks; name a stop with letters")
        found["stop_sequences"] = list(request.stop)
    if tools := request.tools or history.called(request.messages):
        found["tools"] = [_tool(t) for t in tools]
        found["tool_choice"] = _choice(request) if request.tools else {"type": "none"}
    thinking = _thinking(server, request, space)
    if server.samples and thinking.get("thinking", {}).get("type", "disabled") == "disabled":
        found |= (  # newer models take one of the two
            {"top_p": request.top_p}
            if request.top_p < 1
            else {"temperature": min(request.temperature, 1.0)}
        )
    config = thinking.pop("output_config", {})
    if request.schema:
        config["format"] = {"type": "json_schema", "schema": request.schema}
    return found | thinking | ({"output_config": config} if config else {})


def limits(server: Server, request: Request) -> Room:
    """The room for an answer. Manual budgets begin at 1,024, and end where a call is forced or
    where a chain of calls was begun without thinking, to which Anthropic allows none."""
    space = room.room(server, request)
    if server.budget != "budget_tokens" or request.thinking is None:
        return space
    answer = min(request.max_tokens, space.total)
    wanted = max(space.granted or 0, LEAST_TOKENS)
    possible = answer + wanted <= server.max_output_tokens
    if not space.granted or not possible or _forced(request) or request.begun or _late(request):
        return Room(0, answer)
    return Room(wanted, answer + wanted)


def _thinking(server: Server, request: Request, space: Room) -> Block:
    if request.thinking is None or server.budget == "none":
        return {}
    if server.budget == "budget_tokens":
        if not space.granted:
            return {"thinking": {"type": "disabled"}}
        return {"thinking": {"type": "enabled", "budget_tokens": space.granted}}
    effort = room.effort(request.thinking, ("low", "medium", "high", "max"))
    told: Block = {"output_config": {"effort": effort}}
    if server.budget == "effort":  # models that always think
        return told
    if not request.thinking.tokens or _forced(request):
        return {"thinking": {"type": "disabled"}}
    return told | {"thinking": {"type": "adaptive", "display": "summarized"}}


def _forced(request: Request) -> bool:
    return request.tool_choice not in ("auto", "none")


def _late(request: Request) -> bool:
    """The answer goes on after calls that no thought of Anthropic's stands before."""
    loop = history.in_tool_loop(request.messages)
    called = [m for m in loop if m.calls]
    return bool(called) and not _thoughts(called[-1])


def _tool(tool: dict[str, object]) -> Block:
    schema = tool.get("parameters") or {"type": "object", "properties": {}}
    found = {"name": tool["name"], "input_schema": schema}
    return found | ({"description": tool["description"]} if tool.get("description") else {})


def _choice(request: Request) -> Block:
    kind = {"auto": "auto", "none": "none", "required": "any"}.get(request.tool_choice, "tool")
    found: Block = {"type": kind}
    if kind == "tool":
        found["name"] = request.tool_choice
    if kind != "none" and not request.parallel_calls:
        found["disable_parallel_tool_use"] = True
    return found


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


def _call(call: Call) -> Block:
    given = history.arguments(call)
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": given}


def _result(message: Message) -> Block:
    content = _images(message) + ([_text(message.text)] if message.text.strip() else [])
    return {"type": "tool_result", "tool_use_id": message.call_id, "content": content}


def _images(message: Message) -> list[Block]:
    return [_image(image) for image in message.images]


def _image(image: Image) -> Block:
    data = base64.b64encode(image.data).decode("ascii")
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": image.media_type, "data": data},
    }


def _thoughts(message: Message) -> list[Block]:
    """As they came: Anthropic checks their signatures."""
    found: list[Block] = []
    for thought in message.thoughts:
        if thought.vendor != "anthropic":
            continue
        if thought.redacted:
            found.append({"type": "redacted_thinking", "data": thought.redacted})
        elif thought.signature:
            signed = {"thinking": thought.text, "signature": thought.signature}
            found.append({"type": "thinking", **signed})
    return found


WRITER = Writer(text=_text, call=_call, result=_result, images=_images, thoughts=_thoughts)
