"""A response's request, and what it asks of the mind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from vivavoce.core import Call, Image, Message, Refused, Thought
from vivavoce.mind import Ask
from vivavoce.models import Card, Request
from vivavoce.web.api.errors import Bad, Path, validated
from vivavoce.web.api.seal import Seal
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
)
from vivavoce.web.openai.tools import Function, Mode, chosen

_UNABLE = ("conversation", "prompt", "moderation", "context_management", "access_programs")


class TextPart(Wire):
    type: Literal["input_text", "output_text", "text"]
    text: Words


class Refusal(Wire):
    type: Literal["refusal"]
    refusal: Words


class ImagePart(Wire):
    type: Literal["input_image"]
    image_url: str
    detail: str | None = None


Part = Annotated[TextPart | ImagePart | Refusal, Field(discriminator="type")]


class Said(Wire):
    type: Literal["message"] = "message"
    role: Literal["user", "assistant", "system", "developer"]
    content: Words | list[Part]


class Called(Wire):
    type: Literal["function_call"]
    call_id: str = Field(min_length=1)
    name: str
    arguments: Words


class Result(Wire):
    type: Literal["function_call_output"]
    call_id: str
    output: Words | list[Part]


class Reasoned(Wire):
    type: Literal["reasoning"]
    encrypted_content: str | None = None


def _kind(value: Any) -> str | None:
    return value.get("type", "message") if isinstance(value, dict) else None


Item = Annotated[
    Annotated[Said, Tag("message")]
    | Annotated[Called, Tag("function_call")]
    | Annotated[Result, Tag("function_call_output")]
    | Annotated[Reasoned, Tag("reasoning")],
    Discriminator(_kind),
]


class Tool(Function):
    type: Literal["function"]


class Format(Wire):
    type: Literal["text", "json_object", "json_schema"]
    name: str | None = None
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    strict: bool | None = None


class TextConfig(Wire):
    format: Format | None = None
    verbosity: str | None = None


class Reasoning(Wire):
    effort: Effort | None = None
    summary: str | None = None


class CountBody(Body):
    """What is counted."""

    model: str
    input: Words | list[Item]
    instructions: Words | None = None
    previous_response_id: str | None = None
    reasoning: Reasoning | None = None
    text: TextConfig | None = None
    tools: list[Tool] | None = Field(default=None, max_length=128)
    tool_choice: Mode | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    truncation: Literal["auto", "disabled"] | None = None
    conversation: Any = None
    thinking_budget: Thinkable | None = None
    vivavoce: Extras | None = None

    @property
    def extras(self) -> Extras:
        """Ours."""
        return self.vivavoce or Extras()


class ResponsesBody(CountBody):
    """The request; the last fields change nothing, clients send them by themselves."""

    stream: bool | None = None
    store: bool | None = None
    background: bool | None = None
    max_output_tokens: Tokens | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    include: list[str] | None = None
    metadata: dict[str, str] | None = None
    top_logprobs: int | None = None
    prompt: Any = None
    moderation: Any = None
    context_management: Any = None
    access_programs: Any = None
    stream_options: Any = None
    user: Any = None
    safety_identifier: Any = None
    service_tier: Any = None
    prompt_cache_key: Any = None
    prompt_cache_options: Any = None
    prompt_cache_retention: Any = None
    max_tool_calls: Any = None
    image: Any = None


def read(body: dict[str, Any]) -> ResponsesBody:
    """The request; Bad names what is wrong."""
    wire = validated(ResponsesBody, body)
    for name in (*_UNABLE, "background", "top_logprobs"):
        if getattr(wire, name):
            raise Bad("it is not supported here; leave it out", (name,), "unsupported_parameter")
    if "message.output_text.logprobs" in (wire.include or ()):
        raise Bad("log-probabilities are not told here", ("include",), "unsupported_parameter")
    return wire


def ask(
    wire: CountBody, before: Sequence[Message], cards: Mapping[str, Card], seal: Seal, seed: int
) -> Ask:
    """before: the conversation so far, from previous_response_id."""
    history = (*before, *messages(wire.input, seal))
    if not history:
        raise Bad("it must not be empty", ("input",))
    check_calls(history, ("input",))
    tools, choice = chosen(wire.tools or [], wire.tool_choice, ("tool_choice",))
    full = wire if isinstance(wire, ResponsesBody) else None
    total = full.max_output_tokens if full else None
    effort = wire.reasoning.effort if wire.reasoning else None
    limit, thinking = share(
        total, wire.thinking_budget, effort, wire.extras.extend, ("thinking_budget",)
    )
    system = (Message("system", wire.instructions),) if wire.instructions else ()
    request = Request(
        messages=(*system, *history),
        max_tokens=limit,
        total_tokens=total,
        temperature=(full and full.temperature) or 0.0,
        top_p=1.0 if not full or full.top_p is None else full.top_p,
        seed=seed,
        tools=tools,
        tool_choice=choice,
        parallel_calls=wire.parallel_tool_calls is not False,
        schema=_schema(wire.text.format if wire.text else None),
        thinking=thinking,
        manner=wire.extras.manner(),
    )
    extras = wire.extras
    found = Ask(request, known(wire.model, cards), extras.voting(), extras.stays_here)
    return asked(found, cards)


def messages(given: str | Sequence[Said | Called | Result | Reasoned], seal: Seal) -> list[Message]:
    """The input; what the assistant thought, said and called in a row is one message."""
    if isinstance(given, str):
        return [Message("user", given)] if given else []
    out: list[Message] = []
    for i, item in enumerate(given):
        for message in _message(item, i, seal):
            ours = message.role == "assistant"
            if ours and out and out[-1].role == "assistant":
                out[-1] = _joined(out[-1], message)
            else:
                out.append(message)
    return out


def _message(item: Said | Called | Result | Reasoned, index: int, seal: Seal) -> Iterator[Message]:
    path: Path = ("input", index)
    if isinstance(item, Called):
        yield Message("assistant", "", calls=(Call(item.name, item.arguments, item.call_id),))
    elif isinstance(item, Result):
        text, images = _content(item.output, (*path, "output"))
        yield Message("tool", text, images, call_id=item.call_id)
    elif isinstance(item, Reasoned):
        if thought := _thought(item, path, seal):
            yield Message("assistant", "", thoughts=(thought,))
    else:
        role: Any = "system" if item.role == "developer" else item.role
        text, images = _content(item.content, (*path, "content"))
        yield Message(role, text, images)


def _joined(a: Message, b: Message) -> Message:
    return replace(
        a,
        text=f"{a.text}\n{b.text}" if a.text and b.text else a.text or b.text,
        calls=a.calls + b.calls,
        thoughts=a.thoughts + b.thoughts,
    )


def _thought(item: Reasoned, path: Path, seal: Seal) -> Thought | None:
    if not item.encrypted_content:
        return None
    try:
        return seal.open(item.encrypted_content)
    except Refused as error:
        raise Bad(
            f"{error}; send it back as it came, or not",
            (*path, "encrypted_content"),
            "invalid_encrypted_content",
        ) from error


def _content(content: str | list[Any], path: Path) -> tuple[str, tuple[Image, ...]]:
    if isinstance(content, str):
        return content, ()
    texts, images = [], []
    for i, part in enumerate(content):
        if isinstance(part, ImagePart):
            images.append(picture(part.image_url, (*path, i, "image_url")))
        else:
            texts.append(part.text if isinstance(part, TextPart) else part.refusal)
    return "\n".join(texts), tuple(images)


def _schema(wanted: Format | None) -> Mapping[str, Any] | None:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return {}
    if wanted.schema_ is None:
        raise Bad("Field required", ("text", "format", "schema"), "missing_required_parameter")
    return wanted.schema_
