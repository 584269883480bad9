"""The user's side: turns, as the protocol tells them."""

from collections import deque

import anyio

from vivavoce.core import (
    FRAME_S,
    Decided,
    Heard,
    Move,
    Partial,
    Side,
    SpeakerKnown,
    TurnEnded,
    TurnStarted,
)
from vivavoce.web.realtime.codec import Microphone
from vivavoce.web.realtime.insight import word_fields
from vivavoce.web.realtime.items import Item, Items, message_wire
from vivavoce.web.realtime.settings import Current, ServerVad
from vivavoce.web.realtime.wire import Wire, new_id

COMMIT_S = 10.0
"""Longest wait for the last words of a committed turn."""


class Turns:
    """One user item a turn: begun by its first sound, filled by its final words."""

    def __init__(self, wire: Wire, items: Items, current: Current, mic: Microphone) -> None:
        self._current = current
        self.mic = mic
        self._speech_end: float | None = None
        """When the last turn's last sound was."""
        self._wire = wire
        self._items = items
        self._open: str | None = None
        self._told = False
        """speech_started was sent, and speech_stopped is owed."""
        self._unheard: deque[tuple[str, float]] = deque(maxlen=64)
        """Committed items whose words are still to come, and their seconds of sound."""
        self._early: deque[Heard] = deque(maxlen=8)
        """Words that came before their turn's end."""
        self._by_hand: anyio.Event | None = None
        """Set when the client's commit has ended its turn."""
        self._fading = False
        self._now = 0.0
        """Seconds of sound heard so far."""

    def started(self, event: TurnStarted) -> None:
        """The user took the floor."""
        if self._open is None:
            self._open = new_id("item")
        if not self._current.settings.manual:
            self._told = True
            self._wire.emit(
                "input_audio_buffer.speech_started",
                audio_start_ms=max(0, round(1000 * event.t) - self._padding_ms()),
                item_id=self._open,
            )

    def partial(self, event: Partial) -> None:
        """The words so far: ours alone, the protocol has none before the end."""
        self._open = self._open or new_id("item")
        self._wire.emit(
            "vivavoce.partial",
            item_id=self._open,
            stable=event.stable,
            tentative=event.tentative,
        )

    def take_speech_end(self) -> float | None:
        """When the turn ended that nothing has answered yet."""
        end, self._speech_end = self._speech_end, None
        return end

    def ended(self, event: TurnEnded) -> None:
        """The floor is ours."""
        self._speech_end = event.speech_end
        if self._by_hand is not None:  # committed() told the client already
            self._by_hand.set()
            self._by_hand = None
            return
        item_id = self._open or new_id("item")
        if self._told:
            self._stopped(event.t, item_id)
        self._commit(item_id)

    def committed(self) -> None:
        """The client ended the turn by hand."""
        self._by_hand = anyio.Event()
        item_id = self._open or new_id("item")
        if self._told:
            self._stopped(self._now, item_id)
        self._commit(item_id)

    def silent(self, item_id: str) -> None:
        """Nothing was said to an answer: an item without words."""
        self._commit(item_id, Heard(self._now, "", (), Side.USER))

    def cleared(self) -> None:
        """The client forgot the turn."""
        self._open, self._told = None, False
        self._wire.emit("input_audio_buffer.cleared")

    def decided(self, event: Decided) -> None:
        """A turn in which nothing was said is let go: the floor is idle, and no end was told."""
        self._now = event.t + FRAME_S
        idle = event.decision.move is Move.IDLE
        if self._open is not None and idle and self._fading:
            if self._told:
                self._stopped(event.t, self._open)
            self._open = None
        self._fading = idle

    async def settled(self) -> None:
        """Wait until the client's commit has ended its turn."""
        if self._by_hand is not None:
            with anyio.move_on_after(COMMIT_S):
                await self._by_hand.wait()

    def heard(self, event: Heard) -> None:
        """The turn's final words."""
        if self._unheard:
            self._transcribed(*self._unheard.popleft(), event)
        else:
            self._early.append(event)

    def known(self, event: SpeakerKnown) -> None:
        """Whose voice a turn was."""
        for item in self._items:
            if item.entry == event.entry:
                self._wire.emit(
                    "vivavoce.speaker",
                    item_id=item.id,
                    name=event.name,
                    confidence=round(event.confidence, 3),
                )

    def _commit(self, item_id: str, heard: Heard | None = None) -> None:
        self._open = None
        seconds = self.mic.taken_s()
        content = [{"type": "input_audio", "transcript": None}]
        wire = message_wire(item_id, "user", content, "completed")
        before = self._items.add(Item(wire))
        self._wire.emit("input_audio_buffer.committed", previous_item_id=before, item_id=item_id)
        self._wire.emit("conversation.item.added", previous_item_id=before, item=wire)
        self._wire.emit("conversation.item.done", previous_item_id=before, item=wire)
        if heard is None and self._early:
            heard = self._early.popleft()
        if heard is not None:
            self._transcribed(item_id, seconds, heard)
        else:
            self._unheard.append((item_id, seconds))

    def _transcribed(self, item_id: str, seconds: float, heard: Heard) -> None:
        text = heard.text
        if item_id in self._items:
            item = self._items.get(item_id)
            item.wire["content"][0]["transcript"] = text
            item.entry = heard.entry or None
        for word in heard.words:
            self._wire.emit("vivavoce.word", **word_fields(heard.side, word, item_id))
        if self._current.settings.audio.input.transcription is None:
            return
        about = {"item_id": item_id, "content_index": 0}
        kind = "conversation.item.input_audio_transcription"
        if text:
            self._wire.emit(f"{kind}.delta", **about, delta=text)
        usage = {"type": "duration", "seconds": round(seconds, 3)}
        self._wire.emit(f"{kind}.completed", **about, transcript=text, usage=usage)

    def _stopped(self, t: float, item_id: str) -> None:
        self._told = False
        self._wire.emit(
            "input_audio_buffer.speech_stopped", audio_end_ms=round(1000 * t), item_id=item_id
        )

    def _padding_ms(self) -> int:
        detection = self._current.settings.audio.input.turn_detection
        return detection.prefix_padding_ms if isinstance(detection, ServerVad) else 0
