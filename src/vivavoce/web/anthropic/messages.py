"""POST /v1/messages: what goes out."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from vivavoce.core import Call, Thought
from vivavoce.mind import Ask, Outcome
from vivavoce.models import Card, Text, Usage
from vivavoce.web.anthropic.errors import MESSAGES, shaped
from vivavoce.web.anthropic.wire import CountBody, MessagesBody, ask, read
from vivavoce.web.api import sse
from vivavoce.web.api.blocks import Answer, Step, arguments
from vivavoce.web.api.errors import Failure, validated
from vivavoce.web.api.minds import Told
from vivavoce.web.api.seal import Seal
from vivavoce.web.api.told import extras
from vivavoce.web.api.wish import vendor

_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


def understand(body: dict[str, Any], cards: Mapping[str, Card], seal: Seal) -> "Reply":
    """The request; Bad says what is wrong."""
    wire = read(body)
    asked = ask(wire, cards, seal, secrets.randbits(31))
    return Reply(wire, asked, vendor(asked.model, cards), seal)


def to_count(body: dict[str, Any], cards: Mapping[str, Card], seal: Seal) -> Ask:
    """Of /v1/messages/count_tokens."""
    return ask(validated(CountBody, body), cards, seal, 0)


class Reply:
    """One message of the assistant."""

    def __init__(self, wire: MessagesBody, asked: Ask, whose: str, seal: Seal) -> None:
        self.asks = (asked,)
        self.streams = bool(wire.stream)
        self._wire = wire
        self._seal = seal
        self._answer = Answer(vendor=whose, ids="toolu_")
        self._id = f"msg_{secrets.token_hex(12)}"
        self._sent = 0
        """Blocks that were begun on the wire."""

    def begin(self) -> Iterable[bytes]:
        """message_start; how many tokens were read is told at the end."""
        usage = {"input_tokens": 0, "output_tokens": 0}
        message = self._head() | {"content": [], "stop_reason": None, "usage": usage}
        yield _event("message_start", message=message)
        yield MESSAGES.ping

    def take(self, index: int, item: Told) -> Iterable[bytes]:
        """Events of the blocks; a vote is told in the usage only."""
        del index
        for step in self._answer.take(item):
            if not isinstance(step.block, Thought) or self._wire.shows:
                yield from self._events(step)

    def end(self) -> Iterable[bytes]:
        """message_delta, message_stop."""
        yield _event("message_delta", delta=self._stopped(), usage=self._usage())
        yield _event("message_stop")

    def failed(self, why: Failure) -> Iterable[bytes]:
        """An error event; nothing follows."""
        yield sse.event(shaped(why)[1], "error")

    def whole(self) -> dict[str, Any]:
        """The message."""
        blocks = [
            self._block(block)
            for block in self._answer.blocks
            if not isinstance(block, Thought) or self._wire.shows
        ]
        return self._head() | {"content": blocks, **self._stopped(), "usage": self._usage()}

    def _events(self, step: Step) -> Iterable[bytes]:
        at = self._sent - 1
        if step.kind == "begin":
            self._sent += 1
            block = self._block(step.block)
            empty = {"thinking": "", "signature": "", "text": "", "input": {}}
            shown = block | {k: v for k, v in empty.items() if k in block}
            yield _event("content_block_start", index=at + 1, content_block=shown)
        elif step.kind == "more":
            if delta := self._delta(step):
                yield _event("content_block_delta", index=at, delta=delta)
        else:
            for delta in self._last(step):
                yield _event("content_block_delta", index=at, delta=delta)
            yield _event("content_block_stop", index=at)

    def _delta(self, step: Step) -> dict[str, Any] | None:
        if isinstance(step.block, Text):
            return {"type": "text_delta", "text": step.delta}
        if self._wire.omits:
            return None
        return {"type": "thinking_delta", "thinking": step.delta}

    def _last(self, step: Step) -> Iterable[dict[str, Any]]:
        block = step.block
        if isinstance(block, Call):
            yield {"type": "input_json_delta", "partial_json": block.arguments or "{}"}
        elif isinstance(block, Thought) and not block.redacted:
            yield {"type": "signature_delta", "signature": self._signature(block)}

    def _block(self, block: Thought | Text | Call) -> dict[str, Any]:
        if isinstance(block, Text):
            return {"type": "text", "text": block.text, "citations": None}
        if isinstance(block, Call):
            inputs = arguments(block)
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": inputs}
        if block.redacted:
            return {"type": "redacted_thinking", "data": self._seal.close(block)}
        text = "" if self._wire.omits else block.text
        return {"type": "thinking", "thinking": text, "signature": self._signature(block)}

    def _signature(self, block: Thought) -> str:
        return self._seal.close(block, carries_text=self._wire.omits)

    def _head(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._answer.usage.model or self._wire.model,
            "stop_sequence": None,
        }

    def _stopped(self) -> dict[str, Any]:
        usage = self._answer.usage
        if usage.stopped_by:
            return {"stop_reason": "stop_sequence", "stop_sequence": usage.stopped_by}
        return {"stop_reason": _STOPS[usage.finish], "stop_sequence": None}

    def _usage(self) -> dict[str, Any]:
        outcome = self._answer.outcome or Outcome(Usage())
        return counted(outcome.usage) | {"vivavoce": extras(self.asks[0], outcome)}


def counted(usage: Usage) -> dict[str, Any]:
    """Tokens; what came from the cache is not counted as read again."""
    return {
        "input_tokens": max(0, usage.tokens_in - usage.tokens_cached),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.tokens_cached,
        "output_tokens": usage.tokens_out,
        "output_tokens_details": {"thinking_tokens": usage.tokens_thought},
    }


def _event(kind: str, **fields: Any) -> bytes:
    return sse.event({"type": kind, **fields}, kind)
