"""A chat completion's request, and what it asks of the mind."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from vivavoce.core import Call, Image, Message
from vivavoce.mind import Ask
from vivavoce.models import Card, Request
from vivavoce.web.api.errors import Bad, Path, validated
from vivavoce.web.api.wish import (
    Body,
    Effort,
    Extras,
    Thinkable,
    Tokens,
    Wire,
    Words,
    asked,
    check_calls,
    known,
    picture,
    share,
    stops,
)
from vivavoce.web.openai.tools import Function, Mode, Schema, chosen

MOST_CHOICES = 8
_INERT = "accepted, because clients send it by themselves; changes nothing"
_UNABLE = ("audio", "functions", "function_call", "web_search_options", "moderation")


class TextPart(Wire):
    type: Literal["text"]
    text: Words


class Refusal(Wire):
    type: Literal["refusal"]
    refusal: Words


class ImageUrl(Wire):
    url: str
    detail: str | None = None


class ImagePart(Wire):
    type: Literal["image_url"]
    image_url: ImageUrl


class System(Wire):
    role: Literal["system", "developer"]
    content: Words | list[TextPart]


class User(Wire):
    role: Literal["user"]
    content: Words | list[Annotated[TextPart | ImagePart, Field(discriminator="type")]]


class CallFunction(Wire):
    name: str
    arguments: Words


class ToolCall(Wire):
    id: str = Field(min_length=1)
    type: Literal["function"]
    function: CallFunction


class Assistant(Wire):
    role: Literal["assistant"]
    content: Words | list[Annotated[TextPart | Refusal, Field(discriminator="type")]] | None = None
    refusal: str | None = None
    tool_calls: list[ToolCall] | None = None


class ToolResult(Wire):
    role: Literal["tool"]
    content: Words | list[Annotated[TextPart | ImagePart, Field(discriminator="type")]]
    tool_call_id: str


def _role(value: Any) -> str | None:
    role = value.get("role") if isinstance(value, dict) else None
    return "system" if role == "developer" else role


Entry = Annotated[
    Annotated[System, Tag("system")]
    | Annotated[User, Tag("user")]
    | Annotated[Assistant, Tag("assistant")]
    | Annotated[ToolResult, Tag("tool")],
    Discriminator(_role),
]


class Tool(Wire):
    type: Literal["function"]
    function: Function


class Format(Wire):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: Schema | None = None


class StreamOptions(Wire):
    include_usage: bool | None = None


class ChatBody(Body):
    """The request."""

    model: str
    messages: list[Entry] = Field(min_length=1, max_length=4096)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[Tool] | None = Field(default=None, max_length=128)
    tool_choice: Mode | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: Format | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    n: int | None = Field(default=None, ge=1, le=MOST_CHOICES)
    reasoning_effort: Effort | None = None
    thinking_budget: Thinkable | None = None
    thinking_token_budget: Thinkable | None = None
    vivavoce: Extras | None = None
    # can't be done unless it asks for nothing
    audio: Any = None
    functions: Any = None
    function_call: Any = None
    web_search_options: Any = None
    moderation: Any = None
    modalities: list[str] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, float] | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    # change nothing
    metadata: Any = Field(default=None, description=_INERT)
    store: Any = Field(default=None, description=_INERT)
    user: Any = Field(default=None, description=_INERT)
    safety_identifier: Any = Field(default=None, description=_INERT)
    prompt_cache_key: Any = Field(default=None, description=_INERT)
    prompt_cache_options: Any = Field(default=None, description=_INERT)
    prompt_cache_retention: Any = Field(default=None, description=_INERT)
    service_tier: Any = Field(default=None, description=_INERT)
    verbosity: Any = Field(default=None, description=_INERT)
    prediction: Any = Field(default=None, description=_INERT)

    @property
    def extras(self) -> Extras:
        """Ours."""
        return self.vivavoce or Extras()

    @property
    def reports(self) -> bool:
        """A stream ends with its usage."""
        return bool(self.stream_options and self.stream_options.include_usage)


def read(body: dict[str, Any]) -> ChatBody:
    """The request; Bad names what is wrong."""
    wire = validated(ChatBody, body)
    for name in _UNABLE:
        if getattr(wire, name) is not None:
            raise _unable(name, "leave it out" if name != "functions" else "use tools")
    if wire.modalities and wire.modalities != ["text"]:
        raise _unable("modalities", "answers here are text; /v1/realtime speaks")
    for name in ("logprobs", "top_logprobs", "logit_bias", "frequency_penalty", "presence_penalty"):
        if getattr(wire, name):
            raise _unable(name, "leave it out")
    if wire.stream_options is not None and not wire.stream:
        raise Bad("it is only allowed when 'stream' is true", ("stream_options",))
    if wire.max_tokens is not None and wire.max_completion_tokens is not None:
        raise Bad("give 'max_tokens' or 'max_completion_tokens', not both", ("max_tokens",))
    return wire


def asks(wire: ChatBody, cards: Mapping[str, Card], seed: int) -> tuple[Ask, ...]:
    """One for each choice; seed: where the client gives none."""
    messages = tuple(_message(entry, i) for i, entry in enumerate(wire.messages))
    check_calls(messages, ("messages",))
    tools, choice = chosen(
        [t.function for t in wire.tools or []], wire.tool_choice, ("tool_choice",)
    )
    name, budget = "thinking_budget", wire.thinking_budget
    if budget is None and wire.thinking_token_budget is not None:
        name, budget = "thinking_token_budget", wire.thinking_token_budget
    total = wire.max_completion_tokens
    effort, extend = wire.reasoning_effort, wire.extras.extend
    limit, thinking = share(total, budget, effort, extend, (name,))
    choices = wire.n or 1
    request = Request(
        messages=messages,
        max_tokens=wire.max_tokens or limit,
        total_tokens=total,
        temperature=wire.temperature if wire.temperature is not None else float(choices > 1),
        top_p=1.0 if wire.top_p is None else wire.top_p,
        stop=stops(wire.stop),
        seed=(seed if wire.seed is None else wire.seed) & 0x7FFF_FFFF,
        tools=tools,
        tool_choice=choice,
        parallel_calls=wire.parallel_tool_calls is not False,
        schema=_schema(wire.response_format),
        thinking=thinking,
        manner=wire.extras.manner(),
    )
    ask = Ask(request, known(wire.model, cards), wire.extras.voting(), wire.extras.stays_here)
    first = asked(ask, cards)
    return tuple(_another(first, i) for i in range(choices))


def draw() -> int:
    """A seed."""
    return secrets.randbits(31)


def _another(ask: Ask, index: int) -> Ask:
    request = ask.request
    seed = (request.seed + index) & 0x7FFF_FFFF
    number = request.conversation + index
    return replace(ask, request=replace(request, seed=seed, conversation=number))


def _message(entry: System | User | Assistant | ToolResult, index: int) -> Message:
    path: Path = ("messages", index, "content")
    text, images = _content(entry.content, path)
    if isinstance(entry, System):
        return Message("system", text)
    if isinstance(entry, User):
        return Message("user", text, images)
    if isinstance(entry, ToolResult):
        return Message("tool", text, images, call_id=entry.tool_call_id)
    calls = tuple(Call(c.function.name, c.function.arguments, c.id) for c in entry.tool_calls or ())
    text = text or entry.refusal or ""
    if entry.content is None and not calls and not text:
        raise Bad("an assistant's message has content or tool_calls", path)
    return Message("assistant", text, calls=calls)


def _content(content: str | list[Any] | None, path: Path) -> tuple[str, tuple[Image, ...]]:
    if content is None or isinstance(content, str):
        return content or "", ()
    texts, images = [], []
    for i, part in enumerate(content):
        if isinstance(part, ImagePart):
            images.append(picture(part.image_url.url, (*path, i, "image_url", "url")))
        else:
            texts.append(part.text if isinstance(part, TextPart) else part.refusal)
    return "\n".join(texts), tuple(images)


def _schema(wanted: Format | None) -> Mapping[str, Any] | None:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return {}
    if wanted.json_schema is None:
        raise Bad(
            "Field required", ("response_format", "json_schema"), "missing_required_parameter"
        )
    return wanted.json_schema.schema_ or {}


def _unable(name: str, instead: str) -> Bad:
    return Bad(f"it is not supported here; {instead}", (name,), "unsupported_parameter")
