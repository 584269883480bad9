"""One conversation over the wire: both streams from open to close, every event with its time."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from vivavoce.audio.pcm import from_int16, to_int16
from vivavoce.client.sound import Loudspeaker, Microphone
from vivavoce.core import Pcm, Retry

REPORT_S = 0.08
"""Between two reports of what has sounded."""
WireEvent = dict[str, Any]


@dataclass(slots=True)
class Talk:
    """A connection whose microphone is on."""

    socket: ClientConnection
    mic: Microphone
    tell: Callable[[WireEvent], None]
    speaker: Loudspeaker = field(default_factory=Loudspeaker)
    failed: Exception | None = None

    async def say(self, pcm: Pcm) -> None:
        """Say pcm (n,) at 24 kHz to its end."""
        self.mic.say(pcm)
        await self.until(lambda: not self.mic.busy)

    async def until(self, ready: Callable[[], bool], timeout_s: float = 120.0) -> bool:
        """Wait for a condition; whether it came. Retry if the connection broke meanwhile."""
        by = time.monotonic() + timeout_s
        while not ready() and time.monotonic() < by:
            await asyncio.sleep(0.01)
            if self.failed is not None:
                raise Retry(f"the connection broke: {self.failed}") from self.failed
        return ready()

    async def send(self, event: WireEvent) -> None:
        """Send an event."""
        await self.socket.send(json.dumps(event))

    async def _hear(self) -> None:
        async for message in self.socket:
            event = json.loads(message)
            now = time.monotonic()
            if event["type"] == "response.output_audio.delta":
                pcm = from_int16(base64.b64decode(event.pop("delta")))
                self.speaker.push(now, event["item_id"], pcm)
            elif event["type"] in ("vivavoce.flush", "output_audio_buffer.cleared"):
                self.speaker.flush(now)
            self.tell(event)

    async def _report(self) -> None:
        told: dict[str, int] = {}
        while True:
            await asyncio.sleep(REPORT_S)
            now = time.monotonic()
            for item in {s.item for s in self.speaker.stretches[-8:]}:
                played = round(1000 * self.speaker.played_s(now, item))
                if played != told.get(item):
                    told[item] = played
                    event = {"type": "vivavoce.playback", "item_id": item, "played_ms": played}
                    await self.send(event)

    async def run(self, work: Any) -> None:
        try:
            await work
        except Exception as broken:  # noqa: BLE001  until() raises it in the right task
            self.failed = broken


@asynccontextmanager
async def talk(
    url: str, tell: Callable[[WireEvent], None], session: WireEvent | None = None
) -> AsyncIterator[Talk]:
    """url: ws://host:port/v1/realtime; tell hears every event (without its sound)."""
    async with connect(url, max_size=None, compression=None) as socket:

        async def send(pcm: Pcm) -> None:
            audio = base64.b64encode(to_int16(pcm)).decode()
            await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))

        talking = Talk(socket, Microphone(send), tell)
        asked = {"type": "realtime", "output_modalities": ["audio"], **(session or {})}
        await talking.send({"type": "session.update", "session": asked})
        works = (talking.mic.run(), talking._hear(), talking._report())
        tasks = [asyncio.create_task(talking.run(work)) for work in works]
        try:
            yield talking
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
