"""A client that talks with a server by voice and keeps the time of everything."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect

from bench.sound import Loudspeaker, Microphone, Pcm, from_pcm16, pcm16

REPORT_S = 0.08
Event = dict[str, Any]


class Wire(Protocol):
    """One server's language."""

    url: str
    rate: int
    """Of the microphone, Hz."""

    async def greet(self, socket: ClientConnection) -> None: ...
    def voice(self, pcm: Pcm) -> str | bytes: ...
    def hear(self, message: str | bytes, talk: "Conversation") -> None: ...
    def report(self, item: str, played_s: float) -> str | None: ...


@dataclass(slots=True)
class Realtime:
    """Vivavoce: OpenAI Realtime with GA names."""

    url: str
    rate: int = 24_000

    async def greet(self, socket: ClientConnection) -> None:
        session = {"type": "realtime", "vivavoce": {"playback": True}}
        await socket.send(json.dumps({"type": "session.update", "session": session}))

    def voice(self, pcm: Pcm) -> str:
        audio = base64.b64encode(pcm16(pcm)).decode()
        return json.dumps({"type": "input_audio_buffer.append", "audio": audio})

    def hear(self, message: str | bytes, talk: "Conversation") -> None:
        event = json.loads(message)
        kind = event["type"]
        if kind == "response.output_audio.delta":
            talk.sound(event["item_id"], from_pcm16(base64.b64decode(event.pop("delta"))))
        elif kind in ("vivavoce.flush", "output_audio_buffer.cleared"):
            talk.flush()
        talk.note(event)

    def report(self, item: str, played_s: float) -> str:
        played = {"item_id": item, "played_ms": round(1000 * played_s)}
        return json.dumps({"type": "vivavoce.playback", **played})


@dataclass(slots=True)
class Pipecat:
    """bench/peers/pipecat_bot.py: raw PCM, JSON for the rest."""

    url: str
    rate: int = 16_000
    turn: int = 0

    async def greet(self, socket: ClientConnection) -> None:
        pass

    def voice(self, pcm: Pcm) -> bytes:
        return pcm16(pcm)

    def hear(self, message: str | bytes, talk: "Conversation") -> None:
        if isinstance(message, bytes):
            return talk.sound(f"turn {self.turn}", from_pcm16(message))
        event = json.loads(message)
        if event["type"] == "interruption":
            talk.flush()
            self.turn += 1
        return talk.note(event)

    def report(self, item: str, played_s: float) -> None:  # noqa: ARG002  it takes no reports
        return None


@dataclass(slots=True)
class Conversation:
    """One connection: both streams run from open to close."""

    wire: Wire
    socket: ClientConnection
    mic: Microphone
    speaker: Loudspeaker = field(default_factory=Loudspeaker)
    events: list[tuple[float, Event]] = field(default_factory=list)
    """What the server said, with the time it came; sound itself is in the loudspeaker."""
    failed: BaseException | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def sound(self, item: str, pcm: Pcm) -> None:
        if pcm.size:
            self.speaker.push(time.monotonic(), item, pcm)

    def flush(self) -> None:
        self.speaker.flush(time.monotonic())

    def note(self, event: Event) -> None:
        self.events.append((time.monotonic(), event))
        self._news.set()

    async def say(self, pcm: Pcm) -> float:
        """Say a clip to its end; when its first sample was said."""
        began = self.mic.say(pcm)
        while self.mic.busy:
            await self.pause(0.01)
        return began

    async def pause(self, seconds: float) -> None:
        """Let time go on; raise what broke the connection."""
        await asyncio.sleep(seconds)
        if self.failed is not None:
            raise RuntimeError(f"{self.wire.url}: the connection broke: {self.failed!r}")

    async def until(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for a condition; whether it came."""
        by = time.monotonic() + timeout_s
        while not ready():
            if time.monotonic() > by:
                return False
            await self.pause(0.01)
        return True

    async def quiet(self, since: float, rest_s: float = 2.5, timeout_s: float = 40.0) -> bool:
        """Wait until an answer that began after since has sounded and nothing came for rest_s."""

        def over() -> bool:
            at = self.speaker.ends
            return at > since and time.monotonic() > at + rest_s

        return await self.until(over, timeout_s)

    def since(self, when: float, *kinds: str) -> list[Event]:
        """Events of these kinds that came after when."""
        return [e for t, e in self.events if t >= when and e["type"] in kinds]

    async def ask(self, event: Event, answer: str, timeout_s: float = 5.0) -> Event | None:
        """Send an event and wait for its answer."""
        asked = time.monotonic()
        await self.socket.send(json.dumps(event))
        await self.until(lambda: bool(self.since(asked, answer, "error")), timeout_s)
        return next(iter(self.since(asked, answer)), None)

    async def _listen(self) -> None:
        async for message in self.socket:
            self.wire.hear(message, self)

    async def _report(self) -> None:
        told: dict[str, float] = {}
        while True:
            await asyncio.sleep(REPORT_S)
            now = time.monotonic()
            for item in {s.item for s in self.speaker.stretches[-8:]}:
                played = self.speaker.played_s(now, item)
                message = self.wire.report(item, played)
                if message and played != told.get(item):
                    told[item] = played
                    await self.socket.send(message)

    async def _kept(self, work: Any) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception as e:  # noqa: BLE001  kept for pause(), which raises it in the right task
            self.failed = e


@contextlib.asynccontextmanager
async def talk(wire: Wire) -> AsyncIterator[Conversation]:
    """A conversation with the microphone already on."""
    async with connect(wire.url, max_size=None, compression=None) as socket:

        async def send(pcm: Pcm) -> None:
            await socket.send(wire.voice(pcm))

        mic = Microphone(send, wire.rate)
        conversation = Conversation(wire, socket, mic)
        await wire.greet(socket)
        works = [mic.run(), conversation._listen(), conversation._report()]
        tasks = [asyncio.create_task(conversation._kept(work)) for work in works]
        try:
            await conversation.pause(0.5)
            yield conversation
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
