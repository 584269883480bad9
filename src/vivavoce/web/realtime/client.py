"""The events that a client may send."""

import json
from dataclasses import replace
from typing import Any, Literal, NoReturn

from pydantic import Field, ValidationError

from vivavoce.web.conversation import How
from vivavoce.web.realtime.errors import BadEvent, from_validation
from vivavoce.web.realtime.settings import (
    Chains,
    FunctionTool,
    Instructions,
    MaxTokens,
    Modalities,
    ModelName,
    Reasoning,
    Shape,
    Thinking,
    ToolChoice,
    budget,
    voting,
)

MOST_DEPTH = 64
"""Objects and lists inside each other, in one event."""


class ClientEvent(Shape):
    event_id: str | None = Field(default=None, max_length=512)


class SessionUpdate(ClientEvent):
    type: Literal["session.update"]
    session: dict[str, Any]


class BufferAppend(ClientEvent):
    type: Literal["input_audio_buffer.append"]
    audio: str


class BufferCommit(ClientEvent):
    type: Literal["input_audio_buffer.commit"]


class BufferClear(ClientEvent):
    type: Literal["input_audio_buffer.clear"]


class OutputClear(ClientEvent):
    type: Literal["output_audio_buffer.clear"]


class ItemCreate(ClientEvent):
    type: Literal["conversation.item.create"]
    item: dict[str, Any]
    previous_item_id: str | None = None


class ItemRetrieve(ClientEvent):
    type: Literal["conversation.item.retrieve"]
    item_id: str


class ItemTruncate(ClientEvent):
    type: Literal["conversation.item.truncate"]
    item_id: str
    content_index: int
    audio_end_ms: int = Field(ge=0)


class ItemDelete(ClientEvent):
    type: Literal["conversation.item.delete"]
    item_id: str


class OutputFormat(Shape):
    format: dict[str, Any] | None = None
    voice: str | dict[str, Any] | None = None


class ResponseAudio(Shape):
    output: OutputFormat | None = None


class ResponseExtras(Shape):
    """Ours: what is left out is as in the session."""

    model: ModelName | None = None
    thinking: Thinking = None
    chains: Chains | None = None


class ResponseParams(Shape):
    instructions: Instructions | None = None
    output_modalities: Modalities | None = None
    max_output_tokens: MaxTokens | None = None
    tools: list[FunctionTool] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    metadata: dict[str, str] | None = Field(default=None, max_length=16)
    conversation: str | None = None
    audio: ResponseAudio | None = None
    temperature: float | None = None
    input: list[Any] | None = None
    prompt: None = None
    reasoning: Reasoning | None = None
    vivavoce: ResponseExtras | None = None

    def how(self, session: How) -> How | None:
        """How this one answer is made; None: as the session's."""
        ours, effort = self.vivavoce, self.reasoning.effort if self.reasoning else None
        given = ours.model_fields_set if ours else set()
        if not given and effort is None:
            return None
        how = session if effort is None else replace(session, thinking=budget(effort))
        if ours and ours.model is not None:
            how = replace(how, model=ours.model)
        if ours and "thinking" in given:
            how = replace(how, thinking=budget(ours.thinking))
        if ours and "chains" in given:
            how = replace(how, voting=voting(ours.chains))
        return how


class ResponseCreate(ClientEvent):
    type: Literal["response.create"]
    response: ResponseParams | None = None


class ResponseCancel(ClientEvent):
    type: Literal["response.cancel"]
    response_id: str | None = None


class Playback(ClientEvent):
    """Ours: how much of an item's sound has come out of the client's loudspeaker."""

    type: Literal["vivavoce.playback"]
    item_id: str
    played_ms: float = Field(ge=0, allow_inf_nan=False)


class AnnouncementStop(ClientEvent):
    """Ours: somebody has seen an announcement; it need not be said (again)."""

    type: Literal["vivavoce.announcement_stop"]
    id: str = Field(pattern=r"^announcement_[0-9]{1,9}$")


EVENTS: dict[str, type[ClientEvent]] = {
    "session.update": SessionUpdate,
    "input_audio_buffer.append": BufferAppend,
    "input_audio_buffer.commit": BufferCommit,
    "input_audio_buffer.clear": BufferClear,
    "output_audio_buffer.clear": OutputClear,
    "conversation.item.create": ItemCreate,
    "conversation.item.retrieve": ItemRetrieve,
    "conversation.item.truncate": ItemTruncate,
    "conversation.item.delete": ItemDelete,
    "response.create": ResponseCreate,
    "response.cancel": ResponseCancel,
    "vivavoce.playback": Playback,
    "vivavoce.announcement_stop": AnnouncementStop,
}


def read_json(text: str) -> dict[str, Any]:
    """A message as an object; BadEvent for anything else."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadEvent("The message is not valid JSON.", code="invalid_json") from error
    if not isinstance(data, dict):
        raise BadEvent("The message must be a JSON object.", code="invalid_json")
    return data


def parse(data: dict[str, Any]) -> ClientEvent:
    """The event in a message; BadEvent says what is wrong with it."""
    if "type" not in data:
        raise BadEvent(
            "Missing required parameter: 'type'.", code="missing_required_parameter", param="type"
        )
    model = EVENTS.get(data["type"]) if isinstance(data["type"], str) else None
    if model is None:
        known = ", ".join(f"'{name}'" for name in EVENTS)
        raise BadEvent(f"Invalid value for 'type'. Supported values are: {known}.", param="type")
    try:
        event = model.model_validate(data)
    except ValidationError as error:
        raise from_validation(error) from error
    _check_values(data)
    return event


def _check_values(data: dict[str, Any]) -> None:
    """BadEvent for what could not be sent back: depth, endless numbers, halves of characters."""
    inner: list[Any] = [data]
    for _ in range(MOST_DEPTH):
        inner = [
            value
            for outer in inner
            for value in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(value, dict | list)
        ]
    if inner:
        raise BadEvent(f"Objects and lists may be at most {MOST_DEPTH} deep in each other.")
    try:
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise BadEvent("A text holds half a character (a lone surrogate).") from error
    except ValueError as error:
        raise BadEvent("A number is too large.") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
