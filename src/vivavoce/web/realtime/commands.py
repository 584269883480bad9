"""What each client event does."""

import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from anyio.lowlevel import checkpoint

from vivavoce.core import Pcm
from vivavoce.web.conversation import Session
from vivavoce.web.limits import ServeConfig
from vivavoce.web.metrics import Metrics
from vivavoce.web.pace import Loudspeaker
from vivavoce.web.realtime import client as ask
from vivavoce.web.realtime.answers import Answers
from vivavoce.web.realtime.codec import Microphone, Sounder
from vivavoce.web.realtime.errors import BadEvent, check_model
from vivavoce.web.realtime.items import CallOutputItem, Item, Items, MessageItem, read_item
from vivavoce.web.realtime.settings import Current, Settings, max_tokens, tool_choice_name
from vivavoce.web.realtime.turns import Turns
from vivavoce.web.realtime.wire import Wire, new_id

MIN_COMMIT_MS = 100
_BEHIND_A_COMMIT = (
    ask.BufferAppend,
    ask.BufferCommit,
    ask.BufferClear,
    ask.ItemCreate,
    ask.ItemDelete,
    ask.ItemTruncate,
)
"""These wait for the committed turn's words, so that they find them in the history."""


class Commands:
    """Turns client events into calls of the session."""

    def __init__(
        self,
        session: Session,
        wire: Wire,
        items: Items,
        turns: Turns,
        answers: Answers,
        current: Current,
        loudspeaker: Loudspeaker,
        metrics: Metrics,
        limits: ServeConfig,
    ) -> None:
        self.session_id = new_id("sess")
        self._session = session
        self._wire = wire
        self._items = items
        self._turns = turns
        self._answers = answers
        self._current = current
        self._loudspeaker = loudspeaker
        self._metrics = metrics
        self._limits = limits
        self._do: dict[str, Callable[..., None]] = {
            "session.update": self._update,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "output_audio_buffer.clear": self._clear_output,
            "conversation.item.create": self._create,
            "conversation.item.retrieve": self._retrieve,
            "conversation.item.truncate": self._truncate,
            "conversation.item.delete": self._delete,
            "response.create": self._respond,
            "response.cancel": self._cancel,
            "vivavoce.playback": self._playback,
            "vivavoce.announcement_stop": self._stop_announcement,
        }

    def greet(self) -> None:
        """The first events of a connection."""
        self._wire.emit("session.created", session=self._shown())
        if self._wire.beta:
            conversation = {"id": self._answers.conversation, "object": "realtime.conversation"}
            self._wire.emit("conversation.created", conversation=conversation)

    async def do(self, event: ask.ClientEvent) -> None:
        """Carry out one event; BadEvent when it can't be done."""
        if isinstance(event, _BEHIND_A_COMMIT):
            await self._turns.settled()
        if isinstance(event, ask.BufferAppend):
            await self._append(event)
        else:
            self._do[event.type](event)  # type: ignore[attr-defined]  # every event has a type

    def _adopt(self, new: Settings) -> None:
        """Tell the session what changed, then make it current: a refusal changes nothing."""
        old = self._current.settings
        changes: dict[str, Any] = {}
        if new.instructions != old.instructions:
            changes["instructions"] = new.instructions
        if new.aloud != old.aloud:
            changes["aloud"] = new.aloud
        if new.tools != old.tools:
            changes["tools"] = tuple(tool.described() for tool in new.tools)
        if new.tool_choice != old.tool_choice:
            changes["tool_choice"] = tool_choice_name(new.tool_choice)
        if new.max_output_tokens != old.max_output_tokens:
            changes["max_tokens"] = max_tokens(new.max_output_tokens)
        if new.temperature != old.temperature:
            changes["temperature"] = new.temperature or 0.0  # null: as at first
        if new.how != old.how:
            changes["how"] = new.how
        if new.floor != old.floor:
            changes["floor"] = new.floor
        if changes:
            self._session.configure(**changes)
        self._current.settings = new
        if new.audio.input.format != old.audio.input.format:
            self._turns.mic = Microphone(new.audio.input.format.type)
        if new.audio.output.format != old.audio.output.format:
            self._answers.sounder = Sounder(new.audio.output.format.type)
        if new.vivavoce.playback:
            self._loudspeaker.head.reports = True

    def _update(self, event: ask.SessionUpdate) -> None:
        new = self._current.settings.updated(event.session)
        if self._current.models is not None:
            check_model(new.vivavoce.model, self._current.models(), "session.vivavoce.model")
        self._adopt(new)
        self._wire.emit("session.updated", session=self._shown())

    async def _append(self, event: ask.BufferAppend) -> None:
        """Hear it now, however fast it comes; until it is heard, nothing more is read."""
        try:
            data = base64.b64decode(event.audio, validate=True)
        except (binascii.Error, ValueError) as error:
            kind = self._current.settings.audio.input.format.type
            raise BadEvent(
                f"Invalid 'audio': expected base64 of {kind} samples.", param="audio"
            ) from error
        for frame in self._turns.mic.push(data):
            self._hear(frame)
            await checkpoint()

    def _commit(self, _event: ask.BufferCommit) -> None:
        had = self._turns.mic.ms
        if had < MIN_COMMIT_MS:
            raise BadEvent(
                "Error committing input audio buffer: buffer too small. Expected at least "
                f"{MIN_COMMIT_MS}ms of audio, but buffer only has {had:.2f}ms of audio.",
                code="input_audio_buffer_commit_empty",
            )
        for frame in self._turns.mic.finish():
            self._hear(frame)
        self._turns.committed()
        self._session.commit()

    def _clear(self, _event: ask.BufferClear) -> None:
        self._turns.mic.clear()
        self._session.clear_input()
        self._turns.cleared()

    def _clear_output(self, _event: ask.OutputClear) -> None:
        self._session.clear_output()

    def _create(self, event: ask.ItemCreate) -> None:
        asked = read_item(event.item, self._limits.max_text_chars)
        if asked.id is not None and asked.id in self._items:
            raise BadEvent(f"Item with id '{asked.id}' already exists.", param="item.id")
        after = self._place(event.previous_item_id)
        item = Item(asked.shown(asked.id or new_id("item")))
        if isinstance(asked, CallOutputItem):
            self._result(asked)
        else:
            self._remember(item, asked, after)
        before = self._items.insert(item, after)
        self._wire.emit("conversation.item.added", previous_item_id=before, item=item.wire)
        self._wire.emit("conversation.item.done", previous_item_id=before, item=item.wire)

    def _place(self, previous: str | None) -> str | None:
        """The item to put a new one behind; None is the beginning."""
        if previous is None:
            return self._items.last_id
        return None if previous == "root" else self._items.get(previous, "previous_item_id").id

    def _remember(self, item: Item, asked: MessageItem, previous: str | None) -> None:
        """What is in the history can be followed; function calls and unheard words are not."""
        after = None
        if previous != self._items.last_id:
            after = 0 if previous is None else self._items.get(previous).entry
            if after is None:
                raise _nowhere()
        item.message = asked.message()
        try:
            item.entry = self._session.add(item.message, after)
        except KeyError as error:  # truncated to nothing
            raise _nowhere() from error

    def _result(self, asked: CallOutputItem) -> None:
        if asked.call_id not in self._answers.calls:
            raise BadEvent(
                f"Tool call ID '{asked.call_id}' not found in conversation, or already answered.",
                code="invalid_tool_call_id",
                param="item.call_id",
            )
        self._answers.calls.remove(asked.call_id)
        self._session.tool_result(asked.call_id, asked.output)

    def _retrieve(self, event: ask.ItemRetrieve) -> None:
        self._wire.emit("conversation.item.retrieved", item=self._items.get(event.item_id).wire)

    def _truncate(self, event: ask.ItemTruncate) -> None:
        item = self._items.get(event.item_id)
        if item.reply is None or event.content_index != 0:
            raise BadEvent("Only model output audio messages can be truncated.", param="item_id")
        if event.audio_end_ms > item.sound_ms:
            raise BadEvent(
                f"Audio content of {round(item.sound_ms)}ms is already shorter than "
                f"{event.audio_end_ms}ms",
                param="audio_end_ms",
            )
        try:
            kept = self._session.truncate(item.reply, event.audio_end_ms / 1000)
        except KeyError:
            kept = _cut_already(item)
        if item.wire["content"]:
            item.wire["content"][0] |= {"transcript": kept}
        self._wire.emit(
            "conversation.item.truncated",
            item_id=item.id,
            content_index=0,
            audio_end_ms=event.audio_end_ms,
        )

    def _delete(self, event: ask.ItemDelete) -> None:
        item = self._items.get(event.item_id)
        if item.entry is None:
            raise BadEvent(
                "This item is not in the history (a function call, or words that nobody heard).",
                code="item_not_deletable",
                param="item_id",
            )
        with suppress(KeyError):  # it was truncated to nothing
            self._session.remove(item.entry)
        self._items.remove(item.id)
        self._wire.emit("conversation.item.deleted", item_id=item.id)

    def _respond(self, event: ask.ResponseCreate) -> None:
        self._answers.respond(event.response or ask.ResponseParams())

    def _cancel(self, event: ask.ResponseCancel) -> None:
        self._answers.cancel(event.response_id)

    def _playback(self, event: ask.Playback) -> None:
        self._loudspeaker.head.reports = True
        if event.item_id == self._answers.item_id:
            self._loudspeaker.reported(event.played_ms / 1000)

    def _stop_announcement(self, event: ask.AnnouncementStop) -> None:
        with suppress(KeyError):  # it was heard meanwhile
            self._session.stop_announcement(int(event.id.rpartition("_")[2]))

    def _hear(self, frame: Pcm) -> None:
        self._loudspeaker.tell_lag()
        self._metrics.frames.labels("in").inc()
        self._session.hear(frame)

    def _shown(self) -> dict[str, object]:
        shown = self._current.settings.shown() | {"model": self._limits.model}
        return {"id": self.session_id, "object": "realtime.session", **shown}


def _nowhere() -> BadEvent:
    return BadEvent(
        "A message can follow only what is in the history, or the last item; leave "
        "previous_item_id out.",
        code="unsupported_position",
        param="previous_item_id",
    )


def _cut_already(item: Item) -> str:
    """The session knows no text of this answer: fine if none was heard."""
    content = item.wire["content"]
    if content and content[0].get("transcript"):
        raise BadEvent(
            "This answer is too long ago to be truncated.",
            code="item_not_truncatable",
            param="item_id",
        )
    return ""
