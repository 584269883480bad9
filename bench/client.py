"""The user that both systems are measured with: vivavoce's own client, and Pipecat's language."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from vivavoce import client
from vivavoce.audio.pcm import from_int16, to_int16
from vivavoce.client import Ear, Realtime, Talk, Wire
from vivavoce.core import Pcm

SETTLE_S = 0.5
"""Room noise before the first word, so that both servers know the room."""


def ours(url: str) -> Realtime:
    """Vivavoce, told from the start that this client reports playback."""
    return Realtime(url, {"vivavoce": {"playback": True}})


@dataclass(slots=True)
class Pipecat:
    """bench/peers/pipecat_bot.py: raw PCM, JSON for the rest."""

    url: str
    rate: int = 16_000
    turn: int = 0

    def greeting(self) -> list[str]:
        return []

    def voice(self, pcm: Pcm) -> bytes:
        return to_int16(pcm)

    def hear(self, message: str | bytes, ear: Ear) -> None:
        if isinstance(message, bytes):
            return ear.sound(f"turn {self.turn}", from_int16(message))
        event = json.loads(message)
        if event["type"] == "interruption":
            ear.flush()
            self.turn += 1
        return ear.note(event)

    def report(self, item: str, played_s: float) -> None:  # noqa: ARG002  it takes no reports
        return None


@contextlib.asynccontextmanager
async def talk(wire: Wire, room: Pcm | None = None) -> AsyncIterator[Talk]:
    """A conversation with the microphone already on; room: what else it hears, over and over."""
    async with client.talk(wire, room=room) as conversation:
        await conversation.pause(SETTLE_S)
        yield conversation
