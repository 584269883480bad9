"""A request for a message, and what it asks of the mind."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from vivavoce.core import Call, Image, Message, Refused, Thought
from vivavoce.mind import Ask
from vivavoce.models import Card, Request
from vivavoce.web.api import sse
from vivavoce.web.api.errors import Bad, Path, validated
from vivavoce.web.api.seal import Seal
from vivavoce.web.api.wish import (
    ANSWER_TOKENS,
    Body,
    Effort,
    Extras,
    Name,
    Thinkable,
    Tokens,
    Wire,
    Words,
    asked,
    check_calls,
    check_choice,
    decoded,
    known,
    share,
)


class TextBlock(Wire):
    type: Literal["text"]
    text: Words


class Source(Wire):
    type: Literal["base64"]
    media_type: str
    data: str


class ImageBlock(Wire):
    type: Literal["image"]
    source: Source


class ToolUse(Wire):
    type: Literal["tool_use"]
    id: str = Field(min_length=1)
    name: str
    input: dict[str, Any]


class ToolResult(Wire):
    type: Literal["tool_result"]
    tool_use_id: str
    content: Words | list[Annotated[TextBlock | ImageBlock, Field(discriminator="type")]] = ""
    is_error: bool | None = None


class ThinkingBlock(Wire):
    type: Literal["thinking"]
    thinking: Words
    signature: str


class Redacted(Wire):
    type: Literal["redacted_thinking"]
    data: str


UserBlock = Annotated[TextBlock | ImageBlock | ToolResult, Field(discriminator="type")]
OurBlock = Annotated[TextBlock | ToolUse | ThinkingBlock | Redacted, Field(discriminator="type")]


class User(Wire):
    role: Literal["user"]
    content: Words | list[UserBlock]


class Assistant(Wire):
    role: Literal["assistant"]
    content: Words | list[OurBlock]


class System(Wire):
    role: Literal["system"]
    content: Words | list[TextBlock]


def _role(value: Any) -> str | None:
    return value.get("role") if isinstance(value, dict) else None


Entry = Annotated[
    Annotated[User, Tag("user")]
    | Annotated[Assistant, Tag("assistant")]
    | Annotated[System, Tag("system")],
    Discriminator(_role),
]


class Thinking(Wire):
    type: Literal["enabled", "adaptive", "disabled", "between_tools"]
    budget_tokens: Thinkable | None = None
    display: Literal["summarized", "omitted"] | None = None


class Format(Wire):
    type: Literal["json_schema"]
    schema_: dict[str, Any] = Field(alias="schema")


class OutputConfig(Wire):
    effort: Effort | None = None
    format: Format | None = None


class Tool(Wire):
    type: Literal["custom"] | None = None
    name: Name
    description: Words | None = None
    input_schema: dict[str, Any]

    def described(self) -> dict[str, object]:
        """As a language model is told."""
        return {
            "name": self.name,
            "description": self.description or "",
            "parameters": self.input_schema,
        }


class Choice(Wire):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class CountBody(Body):
    """What is counted; the fields that change nothing come from clients by themselves."""

    model: str
    messages: list[Entry] = Field(min_length=1, max_length=4096)
    system: Words | list[TextBlock] | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None
    tools: list[Tool] | None = Field(default=None, max_length=128)
    tool_choice: Choice | None = None
    cache_control: Any = None
    context_management: Any = None
    speed: Any = None
    vivavoce: Extras | None = None

    @property
    def extras(self) -> Extras:
        """Ours."""
        return self.vivavoce or Extras()


class MessagesBody(CountBody):
    """The request for a message."""

    max_tokens: Tokens
    stream: bool | None = None
    stop_sequences: list[Annotated[str, Field(min_length=1)]] | None = Field(
        default=None, max_length=64
    )
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = None
    metadata: Any = None
    service_tier: Any = None
    inference_geo: Any = None
    diagnostics: Any = None
    container: None = None

    @property
    def shows(self) -> bool:
        """Thinking was asked for, and may be seen to have happened."""
        asked_for = self.thinking is not None and self.thinking.type != "disabled"
        effort = self.thinking is None and self.output_config and self.output_config.effort
        return self.extras.show_thinking and bool(asked_for or effort)

    @property
    def omits(self) -> bool:
        """Its text is not shown."""
        return self.thinking is not None and self.thinking.display == "omitted"


def read(body: dict[str, Any]) -> MessagesBody:
    """The request; Bad names what is wrong."""
    wire = validated(MessagesBody, body)
    if wire.top_k is not None:
        raise Bad("is not supported here; leave it out", ("top_k",))
    return wire


def ask(wire: CountBody, cards: Mapping[str, Card], seal: Seal, seed: int) -> Ask:
    """What the mind is asked."""
    messages = [*_system(wire.system), *_messages(wire.messages, seal)]
    check_calls(messages, ("messages",))
    tools = tuple(tool.described() for tool in wire.tools or ())
    choice = wire.tool_choice or Choice(type="auto")
    full = wire if isinstance(wire, MessagesBody) else None
    limit, thinking = _limits(wire)
    begun = _begun(messages, tools) if full else ""
    if begun:
        messages = messages[:-1]
    output = wire.output_config
    request = Request(
        messages=tuple(messages),
        max_tokens=limit,
        total_tokens=full.max_tokens if full else None,
        temperature=(full and full.temperature) or 0.0,
        top_p=1.0 if not full or full.top_p is None else full.top_p,
        stop=tuple(full.stop_sequences or ()) if full else (),
        seed=seed,
        tools=tools,
        tool_choice=_choice(choice, tools),
        parallel_calls=not choice.disable_parallel_tool_use,
        schema=output.format.schema_ if output and output.format else None,
        thinking=thinking,
        manner=wire.extras.manner(),
        begun=begun,
    )
    extras = wire.extras
    found = Ask(request, known(wire.model, cards), extras.voting(), extras.stays_here)
    return asked(found, cards)


def _limits(wire: CountBody) -> tuple[int, Any]:
    total = wire.max_tokens if isinstance(wire, MessagesBody) else None
    thinking, extend = wire.thinking, wire.extras.extend
    effort = wire.output_config.effort if wire.output_config else None
    path: Path = ("thinking", "budget_tokens")
    if thinking is None or thinking.type in ("adaptive", "between_tools"):
        return share(total, None, effort, extend, path)
    if thinking.type == "disabled":
        limit, none = share(total, 0, None, False, path)
        return limit or ANSWER_TOKENS, none
    if thinking.budget_tokens is None:
        raise Bad("Field required", path, "missing_required_parameter")
    return share(total, thinking.budget_tokens, None, extend, path)


def _choice(choice: Choice, tools: tuple[dict[str, object], ...]) -> str:
    path: Path = ("tool_choice",)
    if choice.type == "tool":
        if choice.name is None:
            raise Bad("Field required", (*path, "name"), "missing_required_parameter")
        return check_choice(choice.name, tools, (*path, "name"))
    return check_choice("required" if choice.type == "any" else choice.type, tools, path)


def _begun(messages: list[Message], tools: tuple[Any, ...]) -> str:
    """An answer that the client began, to be gone on with."""
    last = messages[-1]
    if last.role != "assistant" or last.calls:
        return ""
    if tools or last.thoughts:
        raise Bad("an answer can't be begun for the model with tools or thinking", ("messages",))
    if last.text != last.text.rstrip():
        raise Bad("the last assistant's text must not end in whitespace", ("messages",))
    return last.text


def _system(system: str | list[TextBlock] | None) -> list[Message]:
    text = _texts(system) if system is not None else ""
    return [Message("system", text)] if text else []


def _messages(entries: list[User | Assistant | System], seal: Seal) -> Iterator[Message]:
    for i, entry in enumerate(entries):
        path: Path = ("messages", i, "content")
        if isinstance(entry, System):
            yield Message("system", _texts(entry.content))
        elif isinstance(entry.content, str):
            yield Message(entry.role, entry.content)
        elif isinstance(entry, User):
            yield from _user(entry.content, path)
        else:
            yield _assistant(entry.content, path, seal)


def _user(blocks: list[Any], path: Path) -> Iterator[Message]:
    """Results of tools first, as the protocol has it."""
    others: list[TextBlock | ImageBlock] = []
    for i, block in enumerate(blocks):
        if isinstance(block, ToolResult):
            if others:
                raise Bad("tool_result blocks must come first", (*path, i))
            text, images = _seen(block.content, (*path, i, "content"))
            text = f"Error: {text}" if block.is_error else text
            yield Message("tool", text, images, call_id=block.tool_use_id)
        else:
            others.append(block)
    if others or not blocks:
        text, images = _seen(others, (*path,), len(blocks) - len(others))
        yield Message("user", text, images)


def _assistant(blocks: list[Any], path: Path, seal: Seal) -> Message:
    texts, calls, thoughts = [], [], []
    for i, block in enumerate(blocks):
        if isinstance(block, TextBlock):
            texts.append(block.text)
        elif isinstance(block, ToolUse):
            calls.append(Call(block.name, sse.dumps(block.input), block.id))
        elif thought := _thought(block, (*path, i), seal):
            thoughts.append(thought)
    return Message("assistant", "".join(texts), calls=tuple(calls), thoughts=tuple(thoughts))


def _thought(block: ThinkingBlock | Redacted, path: Path, seal: Seal) -> Thought | None:
    try:
        if isinstance(block, Redacted):
            return seal.open(block.data)
        return seal.open(block.signature, block.thinking)
    except Refused as error:
        raise Bad(
            f"Invalid `signature` in `thinking` block ({error}); send it back as it came, or not",
            path,
        ) from error


def _seen(content: str | list[Any], path: Path, start: int = 0) -> tuple[str, tuple[Image, ...]]:
    if isinstance(content, str):
        return content, ()
    texts = [block.text for block in content if isinstance(block, TextBlock)]
    images = [
        decoded(block.source.media_type, block.source.data, (*path, start + i, "image", "source"))
        for i, block in enumerate(content)
        if isinstance(block, ImageBlock)
    ]
    return "\n".join(texts), tuple(images)


def _texts(content: str | list[TextBlock]) -> str:
    return content if isinstance(content, str) else "\n".join(block.text for block in content)
