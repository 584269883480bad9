"""Two devices made of time: a microphone that never stops and a loudspeaker with a clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import numpy as np

from vivavoce.core import OUT_RATE, Pcm

PACKET_S = 0.02
ROOM = 10 ** (-66 / 20)
"""Noise of a quiet room between clips; a microphone is never digitally silent."""


class Microphone:
    """Sends 20 ms when their last sample has been recorded, for ever, 24 kHz."""

    def __init__(self, send: Callable[[Pcm], Awaitable[None]]) -> None:
        self._send = send
        self._waiting = np.zeros(0, np.float32)
        self._room = ROOM * np.random.default_rng(1).standard_normal(4 * OUT_RATE)
        self.began = 0.0
        """When the first sample was recorded, on time.monotonic()."""
        self.recorded: list[Pcm] = []

    def say(self, pcm: Pcm) -> None:
        """Say pcm (n,) from the next packet on."""
        self._waiting = pcm

    @property
    def busy(self) -> bool:
        """Something is being said."""
        return self._waiting.size > 0

    async def run(self) -> None:
        """Record until cancelled."""
        n = round(PACKET_S * OUT_RATE)
        self.began = time.monotonic()
        sent = 0
        while True:
            due = self.began + (sent + n) / OUT_RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            said, self._waiting = self._waiting[:n], self._waiting[n:]
            at = sent % (self._room.size - n)
            packet = self._room[at : at + n].astype(np.float32)
            packet[: said.size] += said
            sent += n
            self.recorded.append(packet)
            await self._send(packet)


@dataclass(slots=True)
class Stretch:
    """Sound that plays without a gap."""

    item: str
    start: float
    """When its first sample sounds, on time.monotonic()."""
    pcm: Pcm
    """(n,) at 24 kHz."""

    @property
    def end(self) -> float:
        """When its last sample has sounded."""
        return self.start + self.pcm.size / OUT_RATE


@dataclass(slots=True)
class Loudspeaker:
    """Plays what arrives as soon as it can; knows when each sample sounds."""

    stretches: list[Stretch] = field(default_factory=list)

    def push(self, now: float, item: str, pcm: Pcm) -> None:
        """Queue sound that arrived now."""
        self.stretches.append(Stretch(item, max(now, self.ends), pcm))

    def flush(self, now: float) -> None:
        """Drop what has not sounded."""
        kept = [s for s in self.stretches if s.start < now]
        if kept and kept[-1].end > now:
            kept[-1].pcm = kept[-1].pcm[: round((now - kept[-1].start) * OUT_RATE)]
        self.stretches = kept

    @property
    def ends(self) -> float:
        """When the last sample that is queued has sounded."""
        return self.stretches[-1].end if self.stretches else 0.0

    def played_s(self, now: float, item: str) -> float:
        """How much of an item has sounded."""
        mine = [s for s in self.stretches if s.item == item]
        return sum(max(0.0, min(s.end, now) - s.start) for s in mine)

    def track(self, began: float, samples: int) -> Pcm:
        """All that sounded, (samples,) on a clock that begins at `began`."""
        out = np.zeros(samples, np.float32)
        for s in self.stretches:
            at = round((s.start - began) * OUT_RATE)
            part = s.pcm[max(0, -at) : max(0, samples - at)]
            out[max(0, at) : max(0, at) + part.size] = part
        return out
