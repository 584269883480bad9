"""One client: its socket, its conversation, and the tasks that join them."""

import logging
from typing import Any

import anyio
from starlette.websockets import WebSocket, WebSocketDisconnect

from vivavoce.core import (
    Announced,
    AnnouncementOver,
    Decided,
    Event,
    Failed,
    Flush,
    Heard,
    Nod,
    Notice,
    Partial,
    Refused,
    ReplyActed,
    ReplyDone,
    ReplyMade,
    ReplyStarted,
    ReplyText,
    ReplyThought,
    ReplyVote,
    Side,
    SoundReady,
    SpeakerKnown,
    Spoken,
    ToolCall,
    TurnEnded,
    TurnStarted,
    VivavoceError,
)
from vivavoce.web.conversation import OpenSession
from vivavoce.web.limits import ServeConfig
from vivavoce.web.metrics import Metrics
from vivavoce.web.pace import Loudspeaker
from vivavoce.web.realtime import beta
from vivavoce.web.realtime.answers import Answers
from vivavoce.web.realtime.client import ResponseParams, parse, read_json
from vivavoce.web.realtime.codec import Microphone
from vivavoce.web.realtime.commands import Commands
from vivavoce.web.realtime.errors import BadEvent
from vivavoce.web.realtime.idle import Idle
from vivavoce.web.realtime.insight import Insight
from vivavoce.web.realtime.items import Items
from vivavoce.web.realtime.settings import Current, Extras, Models, Settings
from vivavoce.web.realtime.turns import Turns
from vivavoce.web.realtime.wire import Wire

log = logging.getLogger(__name__)

TOO_BIG, TOO_SLOW, BROKEN = 1009, 1013, 1011
"""Close codes: message too big, try again later, internal error."""


class Connection:
    """Holds one conversation from accept to close."""

    def __init__(
        self,
        socket: WebSocket,
        open_session: OpenSession,
        limits: ServeConfig,
        metrics: Metrics,
        beta_names: bool,
        extras: Extras,
        models: Models | None = None,
    ) -> None:
        self._socket = socket
        self._limits = limits
        self._metrics = metrics
        self._scope = anyio.CancelScope()
        self._ending: tuple[int, str] | None = None
        self._held: list[Event] | None = []
        settings = Settings(vivavoce=extras, instructions=limits.instructions)
        current = Current(settings, models)
        self._wire = Wire(limits.max_unsent_events, beta_names, metrics, self._overrun)
        items = Items(limits.max_items)
        self._turns = Turns(
            self._wire, items, current, Microphone(settings.audio.input.format.type)
        )
        self._insight = Insight(self._wire, current, metrics)
        self._session = open_session(self._tell)
        self._loudspeaker = Loudspeaker(self._session, self._pull, limits.lead_frames)
        self._answers = Answers(
            self._session, self._wire, items, self._turns, current, self._loudspeaker, metrics
        )
        self._idle = Idle(
            self._wire, current, self._turns, lambda: self._answers.respond(ResponseParams())
        )
        self._commands = Commands(
            self._session,
            self._wire,
            items,
            self._turns,
            self._answers,
            current,
            self._loudspeaker,
            metrics,
            limits,
        )

    async def run(self, protocol: str | None) -> None:
        """From accept until either side ends it; everything is closed on return."""
        try:
            await self._socket.accept(protocol)
            self._commands.greet()
            self._release()
            async with anyio.create_task_group() as group:
                self._scope = group.cancel_scope
                group.start_soon(self._write)
                group.start_soon(self._loudspeaker.run)
                await self._read()
                group.cancel_scope.cancel()
        except* WebSocketDisconnect:
            pass
        except* Exception:  # the boundary: one conversation's fault stays its own
            log.exception("conversation %s broke", self._commands.session_id)
            self._wire.error("server_error", "server_error", "The conversation broke; reconnect.")
            self._end(BROKEN, "server error")
        finally:
            with anyio.CancelScope(shield=True):
                await self._session.close()
                await self._farewell()
            self._metrics.starved.inc(self._loudspeaker.starved)

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            size = len(message.get("bytes") or b"" if text is None else text)
            self._metrics.bytes.labels("in").inc(size)
            if size > self._limits.max_message_bytes:
                most = self._limits.max_message_bytes
                self._end(TOO_BIG, f"message of {size} bytes; at most {most} are taken")
                return
            await self._take(text)

    async def _take(self, text: str | None) -> None:
        """One message; whatever is wrong with it is told, and the connection stays."""
        event_id: str | None = None
        try:
            if text is None:
                raise BadEvent(
                    "Binary messages are not understood; send JSON, with sound in base64.",
                    code="binary_not_supported",
                )
            data = read_json(text)
            event_id = _event_id(data)
            await self._commands.do(parse(beta.event_in(data) if self._wire.beta else data))
        except BadEvent as bad:
            self._wire.refuse(bad, event_id)
        except Refused as error:
            self._wire.refuse(BadEvent(str(error), code=error.code), event_id)
        except VivavoceError as error:
            self._wire.error("server_error", error.code, str(error), event_id=event_id)
        except (TypeError, ValueError, KeyError, RecursionError) as error:
            kind = type(error).__name__  # no more: the trace may quote the event
            log.error("conversation %s: %s at an event", self._commands.session_id, kind)
            self._wire.refuse(BadEvent("The event can't be understood."), event_id)

    async def _write(self) -> None:
        async for text in self._wire.unsent:
            self._metrics.bytes.labels("out").inc(len(text))
            await self._socket.send_text(text)

    async def _farewell(self) -> None:
        """Say why, if we are the one who ends it and the client still listens."""
        if self._ending is not None:
            code, reason = self._ending
            with anyio.move_on_after(self._limits.farewell_s):
                try:
                    await self._drain()
                    await self._socket.close(code, reason)
                except (WebSocketDisconnect, RuntimeError):
                    pass  # it went first
        self._wire.close()

    async def _drain(self) -> None:
        """The error event comes before the close that it explains."""
        while self._ending is not None and self._ending[0] != TOO_SLOW:
            try:
                await self._socket.send_text(self._wire.unsent.receive_nowait())
            except anyio.WouldBlock:
                return

    def _end(self, code: int, reason: str) -> None:
        self._ending = (code, reason)
        self._scope.cancel()

    def _overrun(self) -> None:
        most = self._limits.max_unsent_events
        self._end(TOO_SLOW, f"too slow: {most} events wait to be read")

    def _pull(self) -> None:
        """One loudspeaker frame; what pulling it brings about is told after the sound itself."""
        self._held = []
        try:
            self._answers.sound(self._session.play())
        finally:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held or [], None
        for event in held:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        """The session's listener."""
        if self._held is not None:
            self._held.append(event)
            return
        match event:
            case Decided():
                self._insight.decided(event)
                self._turns.decided(event)
                self._idle.decided(event)
            case TurnStarted():
                self._idle.stop()
                self._turns.started(event)
            case Partial():
                self._turns.partial(event)
            case TurnEnded():
                self._turns.ended(event)
            case Heard(side=Side.USER):
                self._turns.heard(event)
            case Nod():
                self._insight.nodded(event)
            case Notice():
                self._insight.noticed(event)
            case SpeakerKnown():
                self._turns.known(event)
            case Heard():
                pass  # our own words come as Spoken
            case ReplyStarted():
                self._idle.stop()
                self._answers.started(event)
            case ReplyText():
                self._answers.wrote(event)
            case ReplyThought():
                self._answers.thought(event)
            case ReplyVote():
                self._answers.voted(event)
            case ReplyActed():
                self._answers.acted(event)
            case Announced():
                self._answers.announced(event)
            case AnnouncementOver():
                self._answers.announcement_over(event)
            case ReplyMade():
                self._answers.made(event)
            case ToolCall():
                self._answers.called(event)
            case SoundReady():
                self._answers.ready(event)
            case Flush():
                self._answers.flush(event)
            case Spoken():
                self._answers.spoken(event)
            case ReplyDone():
                if self._answers.done(event) and not self._answers.calls:
                    self._idle.answered()
            case Failed():
                self._answers.failed(event)


def _event_id(data: dict[str, Any]) -> str | None:
    event_id = data.get("event_id")
    return event_id if isinstance(event_id, str) else None
