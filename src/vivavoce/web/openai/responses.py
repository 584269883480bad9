"""POST /v1/responses: what goes out."""

import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

from vivavoce.core import Call, Thought
from vivavoce.mind import Ask, Outcome, Vote
from vivavoce.models import Card, Text, Usage
from vivavoce.web.api import sse
from vivavoce.web.api.blocks import Answer, Block, Step
from vivavoce.web.api.errors import Failure, validated
from vivavoce.web.api.minds import Told
from vivavoce.web.api.seal import Seal
from vivavoce.web.api.told import extras, vote_shown
from vivavoce.web.api.wish import vendor
from vivavoce.web.openai.errors import message as sentence
from vivavoce.web.openai.responses_wire import CountBody, ResponsesBody, ask, read
from vivavoce.web.openai.store import Kept, Store

Events = Iterable[bytes]


def understand(
    body: dict[str, Any], cards: Mapping[str, Card], store: Store, seal: Seal
) -> "Response":
    """The request; Bad says what is wrong."""
    wire = read(body)
    before = store.before(wire.previous_response_id)
    asked = ask(wire, before, cards, seal, secrets.randbits(31))
    return Response(wire, asked, vendor(asked.model, cards), store, seal)


def to_count(body: dict[str, Any], cards: Mapping[str, Card], store: Store, seal: Seal) -> Ask:
    """Of /v1/responses/input_tokens."""
    wire = validated(CountBody, body)
    return ask(wire, store.before(wire.previous_response_id), cards, seal, 0)


class Response:
    """One response."""

    def __init__(
        self, wire: ResponsesBody, asked: Ask, whose: str, store: Store, seal: Seal
    ) -> None:
        self.asks = (asked,)
        self.streams = bool(wire.stream)
        self._wire, self._store, self._seal = wire, store, seal
        self._answer = Answer(vendor=whose)
        self._id = f"resp_{secrets.token_hex(16)}"
        self._created = int(time.time())
        self._ids: list[str] = []
        """Of the items, one a block."""
        self._ended: dict[int, str] = {}
        """How, by item."""
        self._numbers = 0

    def begin(self) -> Events:
        """response.created, response.in_progress."""
        for kind in ("response.created", "response.in_progress"):
            yield self._event(kind, response=self._shown("in_progress"))

    def take(self, index: int, item: Told) -> Events:
        """Events of the items."""
        del index
        if isinstance(item, Vote):
            if self._wire.extras.chains and self._wire.extras.chains > 1:
                yield self._event("vivavoce.vote", vote=vote_shown(item))
            return
        for step in self._answer.take(item):
            if step.kind == "begin":
                kind = {Thought: "rs", Text: "msg", Call: "fc"}[type(step.block)]
                self._ids.append(f"{kind}_{secrets.token_hex(16)}")
            yield from self._events(step)

    def end(self) -> Events:
        """response.completed, or response.incomplete."""
        shown = self.whole()
        yield self._event(f"response.{shown['status']}", response=shown)

    def failed(self, why: Failure) -> Events:
        """response.failed; nothing follows."""
        shown = self._shown("failed")
        shown["error"] = {"code": "server_error", "message": sentence(why)}
        yield self._event("response.failed", response=shown)

    def whole(self) -> dict[str, Any]:
        """The response object; from now on it can be looked up."""
        cut = self._answer.usage.finish == "length"
        shown = self._shown("incomplete" if cut else "completed")
        if self._wire.store is not False:
            request = self.asks[0].request
            told = request.messages[1:] if self._wire.instructions else request.messages
            self._store.keep(Kept(shown, (*told, self._answer.message)))
        return shown

    def _events(self, step: Step) -> Events:
        at = {"item_id": self._ids[step.index], "output_index": step.index}
        if step.kind == "begin":
            item = self._item(step.index, _emptied(step.block), "in_progress")
            yield self._event("response.output_item.added", output_index=step.index, item=item)
        if isinstance(step.block, Text):
            yield from self._text(step, at | {"content_index": 0})
        elif isinstance(step.block, Call):
            yield from self._call(step, step.block, at)
        elif self._wire.extras.show_thinking and not step.block.redacted:
            yield from self._summary(step, at | {"summary_index": 0})
        if step.kind == "end":
            cut = self._answer.usage.finish == "length"  # known when the last one ends
            self._ended[step.index] = "incomplete" if cut else "completed"
            item = self._item(step.index, step.block, self._ended[step.index])
            yield self._event("response.output_item.done", output_index=step.index, item=item)

    def _text(self, step: Step, at: dict[str, Any]) -> Events:
        assert isinstance(step.block, Text)
        if step.kind == "begin":
            yield self._event("response.content_part.added", **at, part=_text_part(""))
        elif step.kind == "more":
            yield self._event("response.output_text.delta", **at, delta=step.delta, logprobs=[])
        else:
            text = step.block.text
            yield self._event("response.output_text.done", **at, text=text, logprobs=[])
            yield self._event("response.content_part.done", **at, part=_text_part(text))

    def _call(self, step: Step, call: Call, at: dict[str, Any]) -> Events:
        if step.kind == "end":
            kind = "response.function_call_arguments"
            yield self._event(f"{kind}.delta", **at, delta=call.arguments)
            yield self._event(f"{kind}.done", **at, name=call.name, arguments=call.arguments)

    def _summary(self, step: Step, at: dict[str, Any]) -> Events:
        assert isinstance(step.block, Thought)
        part = {"type": "summary_text", "text": step.block.text}
        if step.kind == "begin":
            yield self._event("response.reasoning_summary_part.added", **at, part=part)
        elif step.kind == "more":
            kind = "response.reasoning_summary_text.delta"
            yield self._event(kind, **at, delta=step.delta)
        else:
            kind = "response.reasoning_summary_text.done"
            yield self._event(kind, **at, text=step.block.text)
            yield self._event("response.reasoning_summary_part.done", **at, part=part)

    def _event(self, kind: str, **fields: Any) -> bytes:
        self._numbers += 1
        return sse.event({"type": kind, "sequence_number": self._numbers - 1, **fields}, kind)

    def _item(self, index: int, block: Block, status: str) -> dict[str, Any]:
        head = {"id": self._ids[index], "status": status}
        if isinstance(block, Call):
            called = {"call_id": block.id, "name": block.name, "arguments": block.arguments}
            return {"type": "function_call", **head, **called}
        if isinstance(block, Text):
            content = [_text_part(block.text)] if block.text else []
            return {"type": "message", **head, "role": "assistant", "content": content}
        shows = self._wire.extras.show_thinking and block.text
        summary = [{"type": "summary_text", "text": block.text}] if shows else []
        sealed = self._seal.close(block, carries_text=True) if status != "in_progress" else None
        return {"type": "reasoning", **head, "summary": summary, "encrypted_content": sealed}

    def _shown(self, status: str) -> dict[str, Any]:
        wire, answer = self._wire, self._answer
        request = self.asks[0].request
        over = status in ("completed", "incomplete")
        output = [
            self._item(i, block, self._ended.get(i, "incomplete"))
            for i, block in enumerate(answer.blocks)
        ]
        return {
            "id": self._id,
            "object": "response",
            "created_at": self._created,
            "completed_at": int(time.time()) if status == "completed" else None,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": (
                {"reason": "max_output_tokens"} if status == "incomplete" else None
            ),
            "instructions": wire.instructions,
            "max_output_tokens": wire.max_output_tokens,
            "model": answer.usage.model or wire.model,
            "output": output if status != "in_progress" else [],
            "parallel_tool_calls": request.parallel_calls,
            "previous_response_id": wire.previous_response_id,
            "reasoning": _reasoning(wire),
            "store": wire.store is not False,
            "temperature": request.temperature,
            "text": _text_config(wire),
            "tool_choice": wire.tool_choice or "auto",
            "tools": [tool.model_dump() for tool in wire.tools or ()],
            "top_p": request.top_p,
            "truncation": wire.truncation or "disabled",
            "usage": self._usage() if over else None,
            "metadata": wire.metadata or {},
        }

    def _usage(self) -> dict[str, Any]:
        outcome = self._answer.outcome or Outcome(Usage())
        return counted(outcome.usage) | {"vivavoce": extras(self.asks[0], outcome)}


def counted(usage: Usage) -> dict[str, Any]:
    """Tokens."""
    return {
        "input_tokens": usage.tokens_in,
        "input_tokens_details": {"cached_tokens": usage.tokens_cached, "cache_write_tokens": 0},
        "output_tokens": usage.tokens_out,
        "output_tokens_details": {"reasoning_tokens": usage.tokens_thought},
        "total_tokens": usage.tokens_in + usage.tokens_out,
    }


def _emptied(block: Block) -> Block:
    return Call(block.name, "", block.id) if isinstance(block, Call) else block


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _reasoning(wire: ResponsesBody) -> dict[str, Any]:
    asked = wire.reasoning
    return {
        "effort": asked.effort if asked else None,
        "summary": asked.summary if asked else None,
    }


def _text_config(wire: ResponsesBody) -> dict[str, Any]:
    found = wire.text.format if wire.text else None
    shown: dict[str, Any] = {"type": "text"}
    if found:
        shown = found.model_dump(by_alias=True, exclude_none=True)
    return {"format": shown}
