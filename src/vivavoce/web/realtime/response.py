"""One answer on the wire: its events in the protocol's order."""

from dataclasses import dataclass
from typing import Any

from vivavoce.core import Failed, ReplyDone, ToolCall
from vivavoce.web.realtime.items import Item, Items, message_wire
from vivavoce.web.realtime.wire import Wire, new_id

_STATUS = {
    "completed": ("completed", None),
    "interrupted": ("cancelled", "turn_detected"),
    "cancelled": ("cancelled", "client_cancelled"),
    "failed": ("failed", None),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What was asked of one answer."""

    aloud: bool
    max_output_tokens: int | str
    output: dict[str, Any]
    """The audio output's format and voice."""
    metadata: dict[str, str] | None = None


class Response:
    """response.created … response.done."""

    def __init__(
        self, wire: Wire, items: Items, reply: int, terms: Terms, conversation: str
    ) -> None:
        self.id = new_id("resp")
        self.reply = reply
        self.item: Item | None = None
        """The message, once there is something in it."""
        self.text = ""
        self.cleared = False
        """What was left of its sound was dropped."""
        self.speech_end: float | None = None
        """When the user's last sound was, of the turn that it answers."""
        self.gap_s: float | None = None
        """From there to the first sound."""
        self.thought = 0
        """Tokens of thinking."""
        self._wire = wire
        self._items = items
        self._terms = terms
        self._conversation = conversation
        self._output: list[Item] = []
        wire.emit("response.created", response=self._shown("in_progress"))

    @property
    def sounded(self) -> bool:
        """Some of its sound was sent."""
        return self.item is not None and self.item.sound_ms > 0

    def write(self, delta: str) -> None:
        """More text."""
        self.text += delta
        kind = "output_audio_transcript" if self._terms.aloud else "output_text"
        self._wire.emit(f"response.{kind}.delta", **self._part(self.open()), delta=delta)

    def sound(self, audio: str, ms: float) -> None:
        """More sound, in base64."""
        item = self.open()
        if not item.sound_ms:
            self._wire.emit("output_audio_buffer.started", response_id=self.id)
        item.sound_ms += ms
        if audio:
            self._wire.emit("response.output_audio.delta", **self._part(item), delta=audio)

    def call(self, call: ToolCall) -> None:
        """The model asks for a function."""
        wire = {
            "id": new_id("item"),
            "object": "realtime.item",
            "type": "function_call",
            "status": "in_progress",
            "name": call.name,
            "call_id": call.call,
            "arguments": "",
        }
        item = self._add(wire)
        about = {**self._about(item), "call_id": call.call}
        kind = "response.function_call_arguments"
        self._wire.emit(f"{kind}.delta", **about, delta=call.arguments)
        self._wire.emit(f"{kind}.done", **about, name=call.name, arguments=call.arguments)
        wire |= {"status": "completed", "arguments": call.arguments}
        self._item_done(item)

    def open(self) -> Item:
        """The message item, begun if it was not."""
        if self.item is None:
            self.item = self._add(message_wire(new_id("item"), "assistant", [], "in_progress"))
            self.item.reply = self.reply
            self._wire.emit(
                "response.content_part.added", **self._part(self.item), part=self._content("")
            )
        return self.item

    def finish(self, done: ReplyDone, failure: Failed | None) -> str:
        """Close everything that is open; returns the wire's status."""
        status, reason = _STATUS.get(done.status, ("failed", None))
        if status == "completed" and done.finish == "length":
            status, reason = "incomplete", "max_output_tokens"
        if self.item is not None:
            self.item.entry = done.entry or None
            self._message_done(self.item, status, done.heard)
        details: dict[str, Any] | None = None
        if status != "completed":
            details = {"type": status, "reason": reason}
        if details is not None and status == "failed":
            code = failure.code if failure else "server_error"
            details = {"type": status, "error": {"type": "server_error", "code": code}}
        self._wire.emit(
            "response.done", response=self._shown(status, details, _usage(done, self.thought))
        )
        return status

    def _message_done(self, item: Item, status: str, heard: str) -> None:
        part = self._part(item)
        if self._terms.aloud:
            self._wire.emit("response.output_audio.done", **part)
            self._wire.emit("response.output_audio_transcript.done", **part, transcript=self.text)
        else:
            self._wire.emit("response.output_text.done", **part, text=self.text)
        self._wire.emit("response.content_part.done", **part, part=self._content(self.text))
        whole = status == "completed"
        kept = heard if self._terms.aloud and status == "cancelled" else self.text
        key = "transcript" if self._terms.aloud else "text"
        kind = "output_audio" if self._terms.aloud else "output_text"
        item.wire["content"] = [{"type": kind, key: kept}]
        item.wire["status"] = "completed" if whole else "incomplete"
        self._item_done(item)

    def _add(self, wire: dict[str, Any]) -> Item:
        item = Item(wire)
        self._output.append(item)
        before = self._items.add(item)
        self._wire.emit("response.output_item.added", **self._where(item), item=wire)
        self._wire.emit("conversation.item.added", previous_item_id=before, item=wire)
        return item

    def _item_done(self, item: Item) -> None:
        self._wire.emit("conversation.item.done", item=item.wire)
        self._wire.emit("response.output_item.done", **self._where(item), item=item.wire)

    def _where(self, item: Item) -> dict[str, Any]:
        return {"response_id": self.id, "output_index": self._output.index(item)}

    def _about(self, item: Item) -> dict[str, Any]:
        return {**self._where(item), "item_id": item.id}

    def _part(self, item: Item) -> dict[str, Any]:
        return {**self._about(item), "content_index": 0}

    def _content(self, text: str) -> dict[str, Any]:
        if self._terms.aloud:
            return {"type": "audio", "transcript": text}
        return {"type": "text", "text": text}

    def _shown(
        self,
        status: str,
        details: dict[str, Any] | None = None,
        usage: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [item.wire for item in self._output],
            "conversation_id": self._conversation,
            "output_modalities": ["audio"] if self._terms.aloud else ["text"],
            "max_output_tokens": self._terms.max_output_tokens,
            "audio": {"output": self._terms.output},
            "usage": usage,
            "metadata": self._terms.metadata,
        }


def _usage(done: ReplyDone, thought: int) -> dict[str, Any]:
    """Text tokens: no model here counts sound in tokens."""
    cached = {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}
    return {
        "total_tokens": done.tokens_in + done.tokens_out,
        "input_tokens": done.tokens_in,
        "output_tokens": done.tokens_out,
        "input_token_details": {
            "text_tokens": done.tokens_in,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": cached,
        },
        "output_token_details": {
            "text_tokens": done.tokens_out,
            "audio_tokens": 0,
            "reasoning_tokens": thought,
        },
    }
