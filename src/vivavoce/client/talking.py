"""One conversation over a socket: both streams from open to close, every event with its time."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from vivavoce.client.realtime import Wire, WireEvent
from vivavoce.client.sound import Loudspeaker, Microphone
from vivavoce.core import Pcm, Retry

REPORT_S = 0.08
"""Between two reports of what has sounded."""
POLL_S = 0.01


@dataclass(slots=True)
class Talk:
    """A connection whose microphone is on. Times are those of time.monotonic()."""

    wire: Wire
    socket: ClientConnection
    mic: Microphone
    tell: Callable[[WireEvent], None] | None = None
    speaker: Loudspeaker = field(default_factory=Loudspeaker)
    events: list[tuple[float, WireEvent]] = field(default_factory=list)
    """What the server said, with the time it came; sound itself is in the loudspeaker."""
    failed: Exception | None = None

    def sound(self, item: str, pcm: Pcm) -> None:
        """Play pcm (n,) at 24 kHz after what is queued."""
        if pcm.size:
            self.speaker.push(time.monotonic(), item, pcm)

    def flush(self) -> None:
        """Drop what has not sounded."""
        self.speaker.flush(time.monotonic())

    def note(self, event: WireEvent) -> None:
        """Keep an event."""
        self.events.append((time.monotonic(), event))
        if self.tell is not None:
            self.tell(event)

    async def say(self, pcm: Pcm) -> float:
        """Say pcm (n,) at the wire's rate to its end; when its first sample was said."""
        began = self.mic.say(pcm)
        while self.mic.busy:
            await self.pause(POLL_S)
        return began

    async def pause(self, seconds: float) -> None:
        """Let time go on. Retry if the connection broke meanwhile."""
        await asyncio.sleep(seconds)
        if self.failed is not None:
            raise Retry(f"the connection broke: {self.failed!r}") from self.failed

    async def until(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for a condition; whether it came. Retry if the connection broke meanwhile."""
        by = time.monotonic() + timeout_s
        while not ready():
            if time.monotonic() > by:
                return False
            await self.pause(POLL_S)
        return True

    async def quiet(self, since: float, rest_s: float = 2.5, timeout_s: float = 40.0) -> bool:
        """Wait until sound that ends after since has ended and nothing came for rest_s."""

        def over() -> bool:
            at = self.speaker.ends
            return at > since and time.monotonic() > at + rest_s

        return await self.until(over, timeout_s)

    def since(self, when: float, *kinds: str) -> list[WireEvent]:
        """Events of these kinds that came after when."""
        return [e for t, e in self.events if t >= when and e["type"] in kinds]

    async def send(self, event: WireEvent) -> None:
        """Send an event."""
        await self.socket.send(json.dumps(event))

    async def ask(self, event: WireEvent, answer: str, timeout_s: float = 5.0) -> WireEvent | None:
        """Send an event and wait for its answer; None after an error or none at all."""
        asked = time.monotonic()
        await self.send(event)
        await self.until(lambda: bool(self.since(asked, answer, "error")), timeout_s)
        return next(iter(self.since(asked, answer)), None)

    async def _hear(self) -> None:
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

    async def _kept(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as broken:  # noqa: BLE001  pause() raises it in the right task
            self.failed = broken


@asynccontextmanager
async def talk(
    wire: Wire, tell: Callable[[WireEvent], None] | None = None, room: Pcm | None = None
) -> AsyncIterator[Talk]:
    """tell hears every event as it comes (without its sound); room: see Microphone. OSError if
    nobody is there."""
    async with connect(wire.url, max_size=None, compression=None) as socket:

        async def send(pcm: Pcm) -> None:
            await socket.send(wire.voice(pcm))

        talking = Talk(wire, socket, Microphone(send, wire.rate, room), tell)
        for message in wire.greeting():
            await socket.send(message)
        works = (talking.mic.run(), talking._hear(), talking._report())
        tasks = [asyncio.create_task(talking._kept(work)) for work in works]
        await asyncio.sleep(0)  # the microphone's clock runs before the first say()
        try:
            yield talking
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
