"""Our side: the answers of a session, their sound, and what becomes of it."""

import base64
from collections import deque
from typing import Any

from vivavoce.core import (
    FRAME_S,
    Announced,
    AnnouncementOver,
    Failed,
    Flush,
    Pcm,
    ReplyActed,
    ReplyDone,
    ReplyMade,
    ReplyStarted,
    ReplyText,
    ReplyThought,
    ReplyVote,
    SoundReady,
    Spoken,
    ToolCall,
)
from vivavoce.core.word import Side
from vivavoce.web.conversation import Session
from vivavoce.web.metrics import Metrics
from vivavoce.web.pace import Loudspeaker
from vivavoce.web.realtime.client import ResponseParams
from vivavoce.web.realtime.codec import Sounder
from vivavoce.web.realtime.errors import BadEvent, check_model
from vivavoce.web.realtime.insight import word_fields
from vivavoce.web.realtime.items import Items
from vivavoce.web.realtime.response import Response, Terms
from vivavoce.web.realtime.settings import Current, max_tokens, tool_choice_name
from vivavoce.web.realtime.turns import Turns
from vivavoce.web.realtime.wire import Wire, new_id


class Answers:
    """Maps the session's replies onto the protocol's responses."""

    def __init__(
        self,
        session: Session,
        wire: Wire,
        items: Items,
        turns: Turns,
        current: Current,
        loudspeaker: Loudspeaker,
        metrics: Metrics,
    ) -> None:
        self.conversation = new_id("conv")
        self.calls: set[str] = set()
        """Function calls that wait for their result."""
        self.sounder = Sounder(current.settings.audio.output.format.type)
        self._session = session
        self._wire = wire
        self._items = items
        self._turns = turns
        self._current = current
        self._loudspeaker = loudspeaker
        self._metrics = metrics
        self._open: dict[int, Response] = {}
        self._begun: deque[int] = deque(maxlen=16)
        self._asked: Terms | None = None
        self._speaking: Response | None = None
        self._last: Response | None = None
        """The answer that is just over: its last words are told behind its end."""
        self._failure: Failed | None = None

    @property
    def active(self) -> Response | None:
        """The answer that is not over."""
        return next(reversed(self._open.values()), None)

    @property
    def item_id(self) -> str | None:
        """The item whose sound is being sent."""
        return self._speaking.item.id if self._speaking and self._speaking.item else None

    def respond(self, params: ResponseParams) -> None:
        """The client asks for an answer."""
        if self.active is not None:
            raise BadEvent(
                f"Conversation already has an active response in progress: {self.active.id}. "
                "Wait until it is finished, or cancel it, before creating a new one.",
                code="conversation_already_has_active_response",
            )
        settings, models = self._current.settings, self._current.models
        if models is not None and params.vivavoce and params.vivavoce.model:
            check_model(params.vivavoce.model, models(), "response.vivavoce.model")
        self._asked = self._terms(params)
        limit, choice = params.max_output_tokens, params.tool_choice
        try:
            reply = self._session.respond(
                instructions=params.instructions,
                max_tokens=None if limit is None else max_tokens(limit),
                aloud=self._asked.aloud if self._asked.aloud != settings.aloud else None,
                tools=None if params.tools is None else tuple(t.described() for t in params.tools),
                tool_choice=None if choice is None else tool_choice_name(choice),
                how=params.how(settings.how),
            )
            self._begin(reply)
        finally:
            self._asked = None

    def cancel(self, response_id: str | None) -> None:
        """The client stops the present answer."""
        active = self.active
        if active is None or response_id not in (None, active.id):
            raise BadEvent(
                "Cancellation failed: no active response found", code="response_cancel_not_active"
            )
        self._session.cancel()
        if active.reply in self._open:  # it still waited for the last words, so nothing was begun
            self.done(ReplyDone(0.0, active.reply, "", "", "cancelled"))

    def started(self, event: ReplyStarted) -> None:
        self._begin(event.reply)

    def wrote(self, event: ReplyText) -> None:
        if response := self._open.get(event.reply):
            response.write(event.delta)

    def thought(self, event: ReplyThought) -> None:
        """Beside the answer, and only to those who ask."""
        response = self._open.get(event.reply)
        if response and self._current.settings.vivavoce.show_thinking:
            self._wire.emit("vivavoce.thinking", response_id=response.id, delta=event.delta)

    def voted(self, event: ReplyVote) -> None:
        if response := self._open.get(event.reply):
            self._wire.emit(
                "vivavoce.vote",
                response_id=response.id,
                chains=event.chains,
                counts={answer: round(n, 3) for answer, n in event.counts.items()},
                tokens=event.tokens,
                stopped=event.stopped,
            )

    def acted(self, event: ReplyActed) -> None:
        """What was done for it, or not allowed."""
        if response := self._open.get(event.reply):
            self._wire.emit(
                "vivavoce.acted",
                response_id=response.id,
                tool=event.tool,
                arguments=event.arguments,
                verdict=event.verdict,
                reason=event.reason,
                result=event.result,
                failed=event.failed,
            )

    def announced(self, event: Announced) -> None:
        """The house says something by itself; where it can, it is spoken too."""
        self._wire.emit("vivavoce.announced", id=_announcement(event.number), text=event.text)

    def announcement_over(self, event: AnnouncementOver) -> None:
        """It was heard, or need not be said any more."""
        self._wire.emit("vivavoce.announcement_over", id=_announcement(event.number), how=event.how)

    def made(self, event: ReplyMade) -> None:
        """Who wrote it, and how."""
        if response := self._open.get(event.reply):
            response.thought = event.thought
            self._wire.emit(
                "vivavoce.route",
                response_id=response.id,
                model=event.model,
                why=event.why,
                thought=event.thought,
                granted=event.granted,
                kept=event.kept,
                fell_from=list(event.fell_from),
                shortened=event.shortened,
            )

    def called(self, event: ToolCall) -> None:
        self.calls.add(event.call)
        if response := self._open.get(event.reply):
            response.call(event)

    def ready(self, event: SoundReady) -> None:
        """Sound can be pulled: begin at once."""
        response = self._open.get(event.reply)
        if response is None:
            return
        if response is not self._speaking:
            self._speaking = response
            response.open()
            self.sounder.begin()
            self._loudspeaker.head.begin()
            self._time_gap(response, event.t)
        self._loudspeaker.wake()

    def sound(self, pcm: Pcm) -> None:
        """One pulled frame."""
        if self._speaking is not None:
            self._metrics.frames.labels("out").inc()
            self._speaking.sound(_base64(self.sounder.push(pcm)), 1000 * FRAME_S)

    def flush(self, event: Flush) -> None:
        """Take back what has not sounded."""
        response, head = self._open.get(event.reply) or self._speaking, self._loudspeaker.head
        if response is None or response.item is None:
            return
        before = head.sent_s
        self._loudspeaker.flush()
        self.sounder.begin()
        response.item.sound_ms -= 1000 * (before - head.sent_s)
        if head.reports:
            self._metrics.flushed.inc(before - head.sent_s)
            about = {"response_id": response.id, "item_id": response.item.id}
            self._wire.emit("vivavoce.flush", **about, final=event.final)
        if event.final:
            self._cleared(response)

    def spoken(self, event: Spoken) -> None:
        response = self._open.get(event.reply) or self._last
        item = response.item.id if response and response.item else None
        self._wire.emit("vivavoce.word", **word_fields(Side.ASSISTANT, event.word, item))

    def failed(self, event: Failed) -> None:
        self._failure = event
        self._wire.error("server_error", event.code, event.message)

    def done(self, event: ReplyDone) -> bool:
        """The answer is over; whether it sounded to its end."""
        response = self._open.pop(event.reply, None)
        if response is None:
            return False
        self._last = response
        spoke = response is self._speaking
        if spoke and event.status != "completed" and not response.cleared:
            self.flush(Flush(event.t, event.reply, final=True))
        if response.sounded and event.status == "completed":
            response.sound(_base64(self.sounder.finish()), 0.0)
        status = response.finish(event, self._failure)
        self._failure = None
        self._metrics.answers.labels(status).inc()
        self._tell_stages(response, event.stages)
        if not spoke:
            return False
        if event.status == "interrupted" and response.item is not None:
            self._truncated(response.item.id)
        if event.status == "completed":
            self._wire.emit("output_audio_buffer.stopped", response_id=response.id)
        self._speaking = None
        return event.status == "completed"

    def _begin(self, reply: int) -> None:
        """Once a reply: respond() and ReplyStarted both tell of it, in either order."""
        if reply in self._begun:
            return
        self._begun.append(reply)
        terms = self._asked or self._terms(ResponseParams())
        response = Response(self._wire, self._items, reply, terms, self.conversation)
        response.speech_end = self._turns.take_speech_end()
        self._open[reply] = response

    def _terms(self, params: ResponseParams) -> Terms:
        _refuse_out_of_band(params)
        settings = self._current.settings
        output = settings.audio.output.model_dump(include={"format", "voice"})
        asked = params.audio.output if params.audio else None
        if asked and asked.format and asked.format.get("type") != output["format"]["type"]:
            raise BadEvent(
                "A response's audio format can't differ from the session's; use session.update.",
                code="unsupported_parameter",
                param="response.audio.output.format",
            )
        return Terms(
            aloud=(params.output_modalities or settings.output_modalities) == ["audio"],
            max_output_tokens=params.max_output_tokens or settings.max_output_tokens,
            output=output,
            metadata=params.metadata,
        )

    def _cleared(self, response: Response) -> None:
        if response.sounded and not response.cleared:
            response.cleared = True
            self._wire.emit("output_audio_buffer.cleared", response_id=response.id)

    def _truncated(self, item_id: str) -> None:
        """The history was cut to what was heard, as the protocol does where it plays the sound."""
        self._wire.emit(
            "conversation.item.truncated",
            item_id=item_id,
            content_index=0,
            audio_end_ms=self._loudspeaker.played_ms(),
        )

    def _time_gap(self, response: Response, t: float) -> None:
        if response.speech_end is not None:
            response.gap_s = max(0.0, t - response.speech_end)
            self._metrics.gap.observe(response.gap_s)
            self._wire.emit("vivavoce.latency", **_latency(response.id, response.gap_s, {}))

    def _tell_stages(self, response: Response, stages: dict[str, float]) -> None:
        if response.gap_s is None or response.speech_end is None:
            return
        zero = response.speech_end
        since = {name: round(1000 * (t - zero)) for name, t in stages.items()}
        self._wire.emit("vivavoce.latency", **_latency(response.id, response.gap_s, since))


def _latency(response_id: str, gap_s: float, stages: dict[str, int]) -> dict[str, Any]:
    return {"response_id": response_id, "gap_ms": round(1000 * gap_s), "stages": stages}


def _announcement(number: int) -> str:
    return f"announcement_{number}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _refuse_out_of_band(params: ResponseParams) -> None:
    for name, asked in (("input", params.input is not None), ("conversation", params.conversation)):
        if asked and asked != "auto":
            raise BadEvent(
                f"'response.{name}' is not supported: answers belong to the one conversation.",
                code="unsupported_parameter",
                param=f"response.{name}",
            )
