"""Reads a streamed Chat Completion."""

import json
from collections.abc import Iterator
from typing import Any

from vivavoce.models.model import Piece, Text, Thinking
from vivavoce.models.remote import failure, sse
from vivavoce.models.remote.calls import Draft
from vivavoce.models.remote.ending import Answer
from vivavoce.models.remote.tally import Finish
from vivavoce.models.remote.wire import Wire


class _Function(Wire):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class _ToolCall(Wire):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Delta(Wire):
    content: str | None = None
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(Wire):
    index: int | None = 0
    delta: _Delta | None = None
    finish_reason: str | None = None
    stop_reason: str | int | None = None
    """vLLM's: the stop that it met, or a token's number."""


class _InDetails(Wire):
    cached_tokens: int | None = None


class _OutDetails(Wire):
    reasoning_tokens: int | None = None


class _Usage(Wire):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _InDetails | None = None
    completion_tokens_details: _OutDetails | None = None


class _Chunk(Wire):
    error: dict[str, Any] | str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None


FINISH: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "eos": "stop",
}


class OpenAIReader:
    """Reads the chunks of one answer."""

    def __init__(self, answer: Answer) -> None:
        self.heard, self.done = 0, False
        self._answer, self._server = answer, answer.server
        self._events = sse.Events()
        self._drafts: list[tuple[int, Draft]] = []

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Thinking and Text."""
        try:
            events = self._events.feed(chunk)
        except ValueError as broken:
            raise failure.nonsense(self._server, "something that is no event") from broken
        for event in events:
            if event.data.strip() == "[DONE]":
                self.done = True
                return
            for piece in self._chunk(event.data):
                yield self._answer.tally.add(piece)

    def _chunk(self, data: str) -> Iterator[Piece]:
        try:
            chunk = _Chunk.model_validate_json(data)
        except ValueError as broken:
            raise failure.nonsense(self._server, "an event that can't be read") from broken
        if chunk.error:
            raise failure.of_event(self._server, chunk.error)
        self.heard += 1
        if chunk.usage:
            self._count(chunk.usage)
        for choice in chunk.choices or ():
            if choice.index:
                continue  # we asked for one answer
            if choice.delta:
                yield from self._delta(choice.delta)
            self._answer.finish = choice.finish_reason or self._answer.finish
            if isinstance(choice.stop_reason, str):
                self._answer.stopped_by = choice.stop_reason

    def _delta(self, delta: _Delta) -> Iterator[Piece]:
        if thought := delta.reasoning or delta.reasoning_content:
            yield Thinking(thought)
        if said := delta.content or delta.refusal:
            self._answer.said.append(said)
            yield Text(said)
        for call in delta.tool_calls or ():
            draft = self._draft(call)
            if call.function:
                draft.name = draft.name or call.function.name or ""
                given = call.function.arguments
                draft.parts.append(json.dumps(given) if isinstance(given, dict) else given or "")

    def _draft(self, call: _ToolCall) -> Draft:
        """The call that this is a part of. Some servers give every call the index 0, or none."""
        index = call.index or 0
        for known, draft in reversed(self._drafts):
            if known == index and call.id in (None, "", draft.id):
                return draft
        draft = Draft(id=call.id or "")
        self._drafts.append((index, draft))
        return draft

    def _count(self, usage: _Usage) -> None:
        tally = self._answer.tally
        tally.tokens_in, tally.tokens_out = usage.prompt_tokens, usage.completion_tokens
        if usage.prompt_tokens_details:
            tally.tokens_cached = usage.prompt_tokens_details.cached_tokens or 0
        if usage.completion_tokens_details:
            told = usage.completion_tokens_details.reasoning_tokens
            # some servers write 0 for "not counted"
            tally.tokens_thought = told or (None if tally.thinking else told)

    def end(self) -> Iterator[Piece]:
        """Calls, then Usage."""
        return self._answer.end([draft for _, draft in self._drafts], FINISH)
