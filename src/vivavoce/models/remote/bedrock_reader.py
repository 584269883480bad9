"""Reads a streamed answer of Converse."""

from collections.abc import Iterator

from vivavoce.models.model import Piece, Text, Thinking
from vivavoce.models.remote import failure
from vivavoce.models.remote.calls import Draft
from vivavoce.models.remote.ending import Answer
from vivavoce.models.remote.frames import Frame, Frames
from vivavoce.models.remote.schema import Misfit
from vivavoce.models.remote.tally import Finish
from vivavoce.models.remote.wire import Wire


class _ToolUse(Wire):
    toolUseId: str = ""  # noqa: N815 - Amazon's names
    name: str = ""
    input: str = ""


class _Start(Wire):
    toolUse: _ToolUse | None = None  # noqa: N815


class _Reasoning(Wire):
    text: str = ""
    signature: str = ""
    redactedContent: str = ""  # noqa: N815


class _Delta(Wire):
    text: str = ""
    toolUse: _ToolUse | None = None  # noqa: N815
    reasoningContent: _Reasoning | None = None  # noqa: N815


class _Usage(Wire):
    inputTokens: int  # noqa: N815
    outputTokens: int  # noqa: N815
    cacheReadInputTokens: int | None = None  # noqa: N815
    cacheWriteInputTokens: int | None = None  # noqa: N815


class _Event(Wire):
    contentBlockIndex: int = 0  # noqa: N815
    start: _Start | None = None
    delta: _Delta | None = None
    stopReason: str = ""  # noqa: N815
    usage: _Usage | None = None


FINISH: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}
MALFORMED = ("malformed_model_output", "malformed_tool_use")


class BedrockReader:
    """Reads the frames of one answer."""

    def __init__(self, answer: Answer) -> None:
        self.heard, self.done = 0, False
        self._answer, self._server = answer, answer.server
        self._frames = Frames()
        self._drafts: dict[int, Draft] = {}

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Thinking and Text."""
        try:
            frames = self._frames.feed(chunk)
        except ValueError as broken:
            raise failure.nonsense(self._server, str(broken)) from broken
        for frame in frames:
            for piece in self._frame(frame):
                yield self._answer.tally.add(piece)

    def _frame(self, frame: Frame) -> Iterator[Piece]:
        self.heard += 1
        if frame.headers.get(":message-type", "event") != "event":
            kind = frame.headers.get(":exception-type") or frame.headers.get(":error-code", "")
            words = failure.told(frame.payload)[1] or frame.headers.get(":error-message", "")
            name = kind[:1].upper() + kind[1:]  # in a stream it begins small
            raise failure.of_event(self._server, {"type": name, "message": words})
        try:
            event = _Event.model_validate_json(frame.payload)
        except ValueError as broken:
            raise failure.nonsense(self._server, "an event that can't be read") from broken
        index = event.contentBlockIndex
        if event.start and event.start.toolUse:
            self._drafts[index] = Draft(event.start.toolUse.toolUseId, event.start.toolUse.name)
        if event.delta:
            yield from self._delta(index, event.delta)
        self._answer.finish = event.stopReason or self._answer.finish
        if event.usage:
            tally, usage = self._answer.tally, event.usage
            tally.tokens_cached = usage.cacheReadInputTokens or 0
            written = usage.cacheWriteInputTokens or 0
            tally.tokens_in = usage.inputTokens + tally.tokens_cached + written
            tally.tokens_out = usage.outputTokens
            self.done = bool(self._answer.finish)

    def _delta(self, index: int, delta: _Delta) -> Iterator[Piece]:
        if delta.text:
            self._answer.said.append(delta.text)
            yield Text(delta.text)
        if (thought := delta.reasoningContent) and (
            thought.text or thought.signature or thought.redactedContent
        ):
            yield Thinking(thought.text, thought.signature, thought.redactedContent)
        if delta.toolUse:
            if index not in self._drafts:
                raise failure.nonsense(self._server, "arguments of no call")
            self._drafts[index].parts.append(delta.toolUse.input)

    def end(self) -> Iterator[Piece]:
        """Calls, then Usage."""
        if self._answer.finish in MALFORMED:
            raise Misfit("the model broke off with a malformed call")
        return self._answer.end([self._drafts[index] for index in sorted(self._drafts)], FINISH)
