"""What goes over a socket: the realtime protocol, and the seam for another server's language."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Protocol

from vivavoce.audio.pcm import from_int16, to_int16
from vivavoce.core import OUT_RATE, Pcm

WireEvent = dict[str, Any]


class Ear(Protocol):
    """Who takes what a message says."""

    def sound(self, item: str, pcm: Pcm) -> None:
        """pcm (n,) at 24 kHz to play after what is queued."""

    def flush(self) -> None:
        """Drop what has not sounded."""

    def note(self, event: WireEvent) -> None:
        """Anything else that was told."""


class Wire(Protocol):
    """One server's language."""

    @property
    def url(self) -> str: ...

    @property
    def rate(self) -> int:
        """Of the microphone, Hz."""

    def greeting(self) -> list[str]:
        """What is sent first."""

    def voice(self, pcm: Pcm) -> str | bytes:
        """A packet of the microphone, (n,) at rate."""

    def hear(self, message: str | bytes, ear: Ear) -> None:
        """One message of the server."""

    def report(self, item: str, played_s: float) -> str | None:
        """That so much of an item has sounded; None where the server does not want to know."""


@dataclass(frozen=True, slots=True)
class Realtime:
    """OpenAI Realtime with GA names, and playback reports."""

    url: str
    """ws://host:port/v1/realtime"""
    session: WireEvent = field(default_factory=dict)
    """Settings for session.update, over the defaults."""
    rate: int = OUT_RATE

    def greeting(self) -> list[str]:
        """Asks for answers aloud."""
        session = {"type": "realtime", "output_modalities": ["audio"], **self.session}
        return [json.dumps({"type": "session.update", "session": session})]

    def voice(self, pcm: Pcm) -> str:
        """input_audio_buffer.append"""
        audio = base64.b64encode(to_int16(pcm)).decode()
        return json.dumps({"type": "input_audio_buffer.append", "audio": audio})

    def hear(self, message: str | bytes, ear: Ear) -> None:
        """Events are noted without their sound."""
        event = json.loads(message)
        kind = event["type"]
        if kind == "response.output_audio.delta":
            ear.sound(event["item_id"], from_int16(base64.b64decode(event.pop("delta"))))
        elif kind in ("vivavoce.flush", "output_audio_buffer.cleared"):
            ear.flush()
        ear.note(event)

    def report(self, item: str, played_s: float) -> str:
        """vivavoce.playback"""
        played = {"item_id": item, "played_ms": round(1000 * played_s)}
        return json.dumps({"type": "vivavoce.playback", **played})
