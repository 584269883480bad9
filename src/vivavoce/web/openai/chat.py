"""POST /v1/chat/completions: what goes out."""

import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

from vivavoce.core import Call, Thought
from vivavoce.mind import Ask, Outcome, Vote
from vivavoce.models import Card, Usage
from vivavoce.web.api import sse
from vivavoce.web.api.blocks import Answer, Step
from vivavoce.web.api.errors import Failure
from vivavoce.web.api.minds import Told
from vivavoce.web.api.told import extras, vote_shown
from vivavoce.web.openai.chat_wire import ChatBody, asks, draw, read
from vivavoce.web.openai.errors import error


def understand(body: dict[str, Any], cards: Mapping[str, Card]) -> "Completion":
    """The request; Bad says what is wrong."""
    wire = read(body)
    return Completion(wire, asks(wire, cards, draw()))


class Completion:
    """One chat completion, with one answer or several."""

    def __init__(self, wire: ChatBody, asked: tuple[Ask, ...]) -> None:
        self.asks = asked
        self.streams = bool(wire.stream)
        self._wire = wire
        self._answers = [Answer() for _ in asked]
        self._calls = [0] * len(asked)
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._created = int(time.time())
        self._shows = wire.extras.show_thinking
        self._polls = bool(wire.extras.chains and wire.extras.chains > 1)

    def begin(self) -> Iterable[bytes]:
        """The role, as the first delta of each."""
        for index in range(len(self.asks)):
            yield self._chunk(index, {"role": "assistant", "content": ""})

    def take(self, index: int, item: Told) -> Iterable[bytes]:
        """Deltas."""
        if isinstance(item, Vote):
            if self._polls:
                yield self._chunk(index, {}, vivavoce={"vote": vote_shown(item)})
            return
        for step in self._answers[index].take(item):
            if delta := self._delta(index, step):
                yield self._chunk(index, delta)
        if isinstance(item, Outcome):
            yield self._chunk(index, {}, item.usage.finish)

    def end(self) -> Iterable[bytes]:
        """The usage, if it was asked for."""
        if self._wire.reports:
            yield sse.event({**self._head(), "choices": [], "usage": self._usage()})
        yield sse.DONE

    def failed(self, why: Failure) -> Iterable[bytes]:
        """An error in the middle."""
        yield sse.event({"error": error(why)})

    def whole(self) -> dict[str, Any]:
        """The chat.completion object."""
        choices = [
            {
                "index": index,
                "message": self._message(answer),
                "logprobs": None,
                "finish_reason": answer.usage.finish,
            }
            for index, answer in enumerate(self._answers)
        ]
        head = self._head() | {"object": "chat.completion"}
        return {**head, "choices": choices, "usage": self._usage()}

    def _delta(self, index: int, step: Step) -> dict[str, Any]:
        block = step.block
        if isinstance(block, Call):
            if step.kind != "begin":
                return {}
            self._calls[index] += 1
            return {"tool_calls": [{"index": self._calls[index] - 1, **_call(block)}]}
        if step.kind != "more":
            return {}
        if isinstance(block, Thought):
            return _thinking(step.delta) if self._shows else {}
        return {"content": step.delta}

    def _message(self, answer: Answer) -> dict[str, Any]:
        calls = [_call(call) for call in answer.calls]
        message: dict[str, Any] = {
            "role": "assistant",
            "content": answer.text if answer.text or not calls else None,
            "refusal": None,
        }
        if answer.thinking and self._shows:
            message |= _thinking(answer.thinking)
        return message | ({"tool_calls": calls} if calls else {})

    def _head(self) -> dict[str, Any]:
        names = [a.usage.model for a in self._answers if a.usage.model]
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": names[0] if names else self._wire.model,
            "system_fingerprint": None,
        }

    def _chunk(
        self, index: int, delta: dict[str, Any], finish: str | None = None, **more: Any
    ) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self._wire.reports else {}
        return sse.event({**self._head(), "choices": [choice], **usage, **more})

    def _usage(self) -> dict[str, Any]:
        outcomes = [a.outcome for a in self._answers if a.outcome is not None]
        return {
            **counted([o.usage for o in outcomes]),
            "vivavoce": extras(self.asks[0], outcomes[0]),
        }


def counted(usages: list[Usage]) -> dict[str, Any]:
    """Tokens of all choices; the prompt counts once."""
    read_, wrote = usages[0].tokens_in, sum(u.tokens_out for u in usages)
    return {
        "prompt_tokens": read_,
        "completion_tokens": wrote,
        "total_tokens": read_ + wrote,
        "prompt_tokens_details": {"cached_tokens": usages[0].tokens_cached},
        "completion_tokens_details": {"reasoning_tokens": sum(u.tokens_thought for u in usages)},
    }


def _call(call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _thinking(text: str) -> dict[str, str]:
    """By both names: DeepSeek's, and vLLM's newer one."""
    return {"reasoning_content": text, "reasoning": text}
