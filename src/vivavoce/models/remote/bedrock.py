"""Amazon Bedrock's Converse, above all for Nova."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from vivavoce.core import Call, Image, Message, Unable
from vivavoce.models.model import Kept, Request
from vivavoce.models.remote import history, room, sigv4
from vivavoce.models.remote.bedrock_reader import BedrockReader
from vivavoce.models.remote.dialect import Letter, Reader
from vivavoce.models.remote.ending import Answer
from vivavoce.models.remote.history import Block, Writer
from vivavoce.models.remote.server import Server

FORMATS = ("png", "jpeg", "gif", "webp")


class Bedrock:
    """One server."""

    media_type = "application/vnd.amazon.eventstream"

    def __init__(self, server: Server) -> None:
        self._server = server

    def letter(self, request: Request) -> Letter:
        """POST /model/…/converse-stream, with a Bedrock API key or signed."""
        path = f"/model/{quote(self._server.model, safe='')}/converse-stream"
        content = json.dumps(body(self._server, request)).encode()
        headers = {"content-type": "application/json"}
        if key := self._server.key.read():
            return Letter(path, content, headers | {"authorization": f"Bearer {key}"}, (key,))
        keys, url = sigv4.credentials(), self._server.url
        signed = sigv4.sign(
            keys,
            region=self._server.region or _region(url.host),
            service="bedrock",
            host=url.netloc.decode("ascii"),
            path=url.path.rstrip("/") + path,
            headers=headers,
            body=content,
            now=datetime.now(UTC),
        )
        secrets = (keys.secret_key, keys.access_key, keys.token)
        return Letter(path, content, signed, tuple(s for s in secrets if s))

    def counting(self, request: Request) -> None:
        """Nova can't be asked."""
        del request

    def counted(self, text: str) -> tuple[Letter, ...]:
        """Nova can't be asked."""
        del text
        return ()

    def reader(self, request: Request, kept: Kept) -> Reader:
        """For one answer."""
        return BedrockReader(Answer(self._server, request, room.room(self._server, request), kept))


def body(server: Server, request: Request) -> Block:
    """The JSON of a request."""
    system, rest = history.leading(history.with_ids(request.messages, plain=True))
    told = [{"role": role, "content": blocks} for role, blocks in history.turns(rest, WRITER)]
    if request.begun:
        told.append({"role": "assistant", "content": [_text(request.begun.rstrip())]})
    effort = _effort(server, request)
    limits: Block = {}
    if effort != "high":  # with which Nova takes no limits and no sampling
        limits["maxTokens"] = room.room(server, request).total
        if server.samples:
            limits |= {"temperature": min(request.temperature, 1.0), "topP": request.top_p}
    if request.stop:
        limits["stopSequences"] = list(request.stop)
    found: Block = {"messages": told, "inferenceConfig": limits}
    if request.schema == {}:
        system += "\n\nAnswer with one JSON object and nothing else."
    elif request.schema:
        schema = {"schema": json.dumps(request.schema), "name": "answer"}
        form = {"type": "json_schema", "structure": {"jsonSchema": schema}}
        found["outputConfig"] = {"textFormat": form}
    if system.strip():
        found["system"] = [_text(system.strip())]
    called = history.called(request.messages)
    if called or (request.tools and request.tool_choice != "none"):
        found["toolConfig"] = _tools(request.tools or called, request.tool_choice)
    if effort:
        reasoning = {"type": "enabled", "maxReasoningEffort": effort}
        found["additionalModelRequestFields"] = {"reasoningConfig": reasoning}
    return found


def _effort(server: Server, request: Request) -> str:
    """Empty: without thinking, which is how Nova is when nobody asks."""
    if server.budget != "nova" or request.thinking is None or not request.thinking.tokens:
        return ""
    return room.effort(request.thinking, ("low", "medium", "high"))


def _tools(tools: Sequence[dict[str, object]], choice: str) -> Block:
    """Converse can't forbid calls while the history has some; then none is passed on."""
    found: Block = {"tools": [{"toolSpec": _tool(t)} for t in tools]}
    if choice == "required":
        found["toolChoice"] = {"any": {}}
    elif choice not in ("auto", "none"):
        found["toolChoice"] = {"tool": {"name": choice}}
    return found


def _tool(tool: dict[str, object]) -> Block:
    schema = tool.get("parameters") or {"type": "object", "properties": {}}
    found: Block = {"name": tool["name"], "inputSchema": {"json": schema}}
    return found | ({"description": tool["description"]} if tool.get("description") else {})


def _region(host: str) -> str:
    parts = host.split(".")
    if len(parts) < 4 or not parts[0].startswith("bedrock"):
        raise Unable("Amazon's region is not known; set region")
    return parts[1]


def _text(text: str) -> Block:
    return {"text": text}


def _call(call: Call) -> Block:
    given = history.arguments(call)
    return {"toolUse": {"toolUseId": call.id, "name": call.name, "input": given}}


def _result(message: Message) -> Block:
    content = [*_images(message), _text(message.text or "(nothing)")]
    return {"toolResult": {"toolUseId": message.call_id, "content": content}}


def _images(message: Message) -> list[Block]:
    return [_image(image) for image in message.images]


def _image(image: Image) -> Block:
    kind = image.media_type.removeprefix("image/")
    if kind not in FORMATS:
        raise Unable(f"Bedrock can't look at {image.media_type}; send one of: {', '.join(FORMATS)}")
    data = base64.b64encode(image.data).decode("ascii")
    return {"image": {"format": kind, "source": {"bytes": data}}}


def _thoughts(message: Message) -> list[Block]:
    found: list[Block] = []
    for thought in message.thoughts:
        if thought.vendor != "amazon":
            continue
        if thought.redacted:
            found.append({"reasoningContent": {"redactedContent": thought.redacted}})
        elif thought.text:
            signed = {"signature": thought.signature} if thought.signature else {}
            found.append({"reasoningContent": {"reasoningText": {"text": thought.text} | signed}})
    return found


WRITER = Writer(text=_text, call=_call, result=_result, images=_images, thoughts=_thoughts)
