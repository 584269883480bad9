"""OpenAI's Chat Completions, as OpenAI, vLLM, Ollama, OpenRouter and llama.cpp speak it."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from vivavoce.core import Image, Message
from vivavoce.models.model import Kept, Request
from vivavoce.models.remote import history, room
from vivavoce.models.remote.dialect import Letter, Reader
from vivavoce.models.remote.ending import Answer
from vivavoce.models.remote.openai_reader import OpenAIReader
from vivavoce.models.remote.server import Server

OPENAI = "api.openai.com"


class OpenAI:
    """One server."""

    media_type = "text/event-stream"

    def __init__(self, server: Server) -> None:
        self._server = server

    def letter(self, request: Request) -> Letter:
        """POST /chat/completions"""
        return self._letter("/chat/completions", body(self._server, request))

    def counting(self, request: Request) -> Letter | None:
        """vLLM counts a conversation; the others don't."""
        if self._server.budget != "thinking_token_budget":
            return None
        asked = body(self._server, request)
        kept = {k: v for k, v in asked.items() if k in ("model", "messages", "tools")}
        return self._letter("/tokenize", kept, at_root=True)

    def counted(self, text: str) -> tuple[Letter, ...]:
        """vLLM's way, then llama.cpp's."""
        model = self._server.model
        return (
            self._letter("/tokenize", {"model": model, "prompt": text, **_BARE}, at_root=True),
            self._letter("/tokenize", {"content": text}, at_root=True),
        )

    def reader(self, request: Request, kept: Kept) -> Reader:
        """For one answer."""
        return OpenAIReader(Answer(self._server, request, room.room(self._server, request), kept))

    def _letter(self, path: str, content: Mapping[str, Any], *, at_root: bool = False) -> Letter:
        key = self._server.key.read()
        headers = {"authorization": f"Bearer {key}"} if key else {}
        secrets = (key,) if key else ()
        return Letter(path, json.dumps(content).encode(), headers, secrets, at_root)


_BARE = {"add_special_tokens": False}


def body(server: Server, request: Request) -> dict[str, Any]:
    """The JSON of a request."""
    limits = room.room(server, request)
    at_openai = server.url.host == OPENAI
    found: dict[str, Any] = {
        "model": server.model,
        "messages": messages(server, request),
        "stream": True,
        "stream_options": {"include_usage": True},
        # reasoning models at OpenAI refuse the old name, other servers don't know the new one
        "max_completion_tokens" if at_openai else "max_tokens": limits.total,
    }
    if server.samples:
        found |= {"temperature": request.temperature, "top_p": request.top_p, "seed": request.seed}
    if request.stop:
        found["stop"] = list(request.stop)
    if request.tools:
        found["tools"] = [{"type": "function", "function": t} for t in request.tools]
        found["tool_choice"] = _choice(request.tool_choice)
        found["parallel_tool_calls"] = request.parallel_calls
    if request.schema is not None:
        found["response_format"] = _format(request.schema)
    if request.begun:
        found |= {"continue_final_message": True, "add_generation_prompt": False}
    return found | _thinking(server, request, limits.granted)


def messages(server: Server, request: Request) -> list[dict[str, Any]]:
    """The history in OpenAI's words."""
    found: list[dict[str, Any]] = []
    shown: list[Image] = []  # of tools; they have to wait until all results are told
    told = history.with_ids(request.messages)
    loop = history.in_tool_loop(told) if server.thoughts else ()
    for message in told:
        if message.role != "tool" and shown:
            found.append({"role": "user", "content": [_image(i) for i in shown]})
            shown = []
        match message.role:
            case "tool":
                found.append(
                    {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
                )
                shown += message.images
            case "assistant":
                back = {}
                if message in loop and (thought := _thought(server, message)):
                    back = {server.thoughts: thought}
                found.append(_assistant(message) | back)
            case _:
                found.append({"role": message.role, "content": _content(message)})
    if shown:
        found.append({"role": "user", "content": [_image(i) for i in shown]})
    if request.begun:
        found.append({"role": "assistant", "content": request.begun})
    return found


def _assistant(message: Message) -> dict[str, Any]:
    if not message.calls:
        return {"role": "assistant", "content": message.text}
    return {
        "role": "assistant",
        "content": message.text or None,
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.calls
        ],
    }


def _thought(server: Server, message: Message) -> str:
    return "".join(t.text for t in message.thoughts if t.vendor == server.vendor)


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.text
    words = [{"type": "text", "text": message.text}] if message.text else []
    return [*map(_image, message.images), *words]


def _image(image: Image) -> dict[str, Any]:
    data = base64.b64encode(image.data).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{data}"}}


def _choice(choice: str) -> str | dict[str, Any]:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _format(schema: Mapping[str, Any]) -> dict[str, Any]:
    if not schema:
        return {"type": "json_object"}
    named = {"name": "answer", "schema": schema, "strict": _is_strict(schema)}
    return {"type": "json_schema", "json_schema": named}


def _is_strict(schema: object) -> bool:
    """OpenAI refuses strict: true where an object may have other properties or leave some out."""
    if isinstance(schema, list):
        return all(map(_is_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("properties", ())) != set(schema.get("required", ())):
            return False
    return all(map(_is_strict, schema.values()))


def _thinking(server: Server, request: Request, granted: int | None) -> dict[str, Any]:
    if request.thinking is None or granted is None:
        return {}
    if server.counted:
        return {
            server.budget: granted,
            "chat_template_kwargs": {"enable_thinking": granted > 0},
        }
    effort = room.effort(request.thinking, server.efforts)
    wanted = "xhigh" if effort == "max" and server.url.host == OPENAI else effort
    if server.budget == "reasoning_effort":
        return {"reasoning_effort": wanted}
    return {"reasoning": {"effort": wanted}} if server.budget == "reasoning.effort" else {}
