"""Reads a streamed message of Anthropic's."""

import json
from collections.abc import Iterator
from typing import Any

from vivavoce.models.model import Piece, Text, Thinking
from vivavoce.models.remote import failure, sse
from vivavoce.models.remote.calls import Draft
from vivavoce.models.remote.ending import Answer
from vivavoce.models.remote.tally import Finish
from vivavoce.models.remote.wire import Wire


class _Details(Wire):
    thinking_tokens: int | None = None


class _Usage(Wire):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _Details | None = None


class _Message(Wire):
    usage: _Usage | None = None


class _Block(Wire):
    type: str
    id: str = ""
    name: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    data: str = ""
    input: dict[str, Any] | None = None


class _Delta(Wire):
    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None


class _Event(Wire):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None
    error: dict[str, Any] | str | None = None


FINISH: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}


class AnthropicReader:
    """Reads the events of one message."""

    def __init__(self, answer: Answer) -> None:
        self.heard, self.done = 0, False
        self._answer, self._server = answer, answer.server
        self._events = sse.Events()
        self._drafts: dict[int, Draft] = {}

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Thinking and Text."""
        try:
            events = [_Event.model_validate_json(e.data) for e in self._events.feed(chunk)]
        except ValueError as broken:
            raise failure.nonsense(self._server, "an event that can't be read") from broken
        for event in events:
            for piece in self._event(event):
                yield self._answer.tally.add(piece)

    def _event(self, event: _Event) -> Iterator[Piece]:
        self.heard += event.type != "ping"
        self._count(event.usage or (event.message.usage if event.message else None))
        match event.type:
            case "error":
                raise failure.of_event(self._server, event.error)
            case "message_stop":
                self.done = True
            case "message_delta" if event.delta:
                self._answer.finish = event.delta.stop_reason or self._answer.finish
                self._answer.stopped_by = event.delta.stop_sequence or ""
            case "content_block_start" if event.content_block:
                yield from self._start(event.index, event.content_block)
            case "content_block_delta" if event.delta:
                yield from self._delta(event.index, event.delta)

    def _start(self, index: int, block: _Block) -> Iterator[Piece]:
        match block.type:
            case "tool_use":
                whole = [json.dumps(block.input)] if block.input else []
                self._drafts[index] = Draft(block.id, block.name, whole)
            case "redacted_thinking":
                yield Thinking(redacted=block.data)
            case "thinking" if block.thinking or block.signature:
                yield Thinking(block.thinking, block.signature)
            case "text" if block.text:
                self._answer.said.append(block.text)
                yield Text(block.text)

    def _delta(self, index: int, delta: _Delta) -> Iterator[Piece]:
        match delta.type:
            case "text_delta" if delta.text:
                self._answer.said.append(delta.text)
                yield Text(delta.text)
            case "thinking_delta" if delta.thinking:
                yield Thinking(delta.thinking)
            case "signature_delta" if delta.signature:
                yield Thinking(signature=delta.signature)
            case "input_json_delta":
                if index not in self._drafts:
                    raise failure.nonsense(self._server, "arguments of no call")
                self._drafts[index].parts.append(delta.partial_json)

    def _count(self, usage: _Usage | None) -> None:
        """Numbers are of the whole message so far; later ones replace earlier ones."""
        if usage is None:
            return
        tally = self._answer.tally
        if usage.input_tokens is not None:
            cached = usage.cache_read_input_tokens or 0
            tally.tokens_cached = cached
            written = usage.cache_creation_input_tokens or 0
            tally.tokens_in = usage.input_tokens + cached + written
        if usage.output_tokens is not None:
            tally.tokens_out = usage.output_tokens
        if usage.output_tokens_details:
            tally.tokens_thought = usage.output_tokens_details.thinking_tokens

    def end(self) -> Iterator[Piece]:
        """Calls, then Usage."""
        return self._answer.end([self._drafts[index] for index in sorted(self._drafts)], FINISH)
