"""Two devices made of time: a microphone that never stops and a loudspeaker with a clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import OUT_RATE, Pcm

PACKET_S = 0.02
AUDIBLE = 0.01
"""A sample louder than this can be heard."""
ROOM = 10 ** (-66 / 20)
"""Noise of a quiet room between clips; a microphone is never digitally silent."""


class Microphone:
    """Sends each 20 ms when their last sample has been recorded, for ever."""

    def __init__(
        self,
        send: Callable[[Pcm], Awaitable[None]],
        rate: int = OUT_RATE,
        room: Pcm | None = None,
    ) -> None:
        """send takes the packets, (rate / 50,) each.

        room: (m,) at rate, what is heard besides, over and over; without it a quiet room."""
        self.rate = rate
        self.began = 0.0
        """When the first sample was recorded, on time.monotonic()."""
        self.recorded: list[Pcm] = []
        self.late_s = 0.0
        """The worst delay of a packet by this client itself."""
        self._send = send
        self._sent = 0
        self._waiting = np.zeros(0, np.float32)
        if room is None:
            room = (ROOM * np.random.default_rng(1).standard_normal(4 * rate)).astype(np.float32)
        self._room = room

    def say(self, pcm: Pcm) -> float:
        """Say pcm (n,) from the next packet on; when its first sample is said."""
        self._waiting = pcm
        return self.began + self._sent / self.rate

    @property
    def busy(self) -> bool:
        """Something is being said."""
        return self._waiting.size > 0

    async def run(self) -> None:
        """Record until cancelled."""
        n = round(PACKET_S * self.rate)
        self.began = time.monotonic()
        while True:
            due = self.began + (self._sent + n) / self.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.late_s = max(self.late_s, time.monotonic() - due)
            said, self._waiting = self._waiting[:n], self._waiting[n:]
            packet = np.take(self._room, np.arange(self._sent, self._sent + n), mode="wrap")
            packet[: said.size] += said
            self._sent += n
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
    """Plays what arrives as soon as it can; knows when each sample sounds. No device delay."""

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

    def first_audible(self, since: float) -> float | None:
        """When the first audible sample sounded at or after since."""
        for s in self.stretches:
            times = _audible(s)
            if (after := times[times >= since]).size:
                return float(after[0])
        return None

    def last_audible(self, item: str, by: float = float("inf")) -> float | None:
        """When the last audible sample of an item sounded at or before by."""
        for s in reversed(self.stretches):
            if s.item != item or s.start > by:
                continue
            times = _audible(s)
            if (before := times[times <= by]).size:
                return float(before[-1])
        return None

    def sounded(self, item: str) -> Pcm:
        """All of an item that was not dropped, (n,) at 24 kHz."""
        mine = [s.pcm for s in self.stretches if s.item == item]
        return np.concatenate(mine) if mine else np.zeros(0, np.float32)

    def track(self, began: float, samples: int) -> Pcm:
        """All that sounded, (samples,) on a clock that begins at `began`."""
        out = np.zeros(samples, np.float32)
        for s in self.stretches:
            at = round((s.start - began) * OUT_RATE)
            part = s.pcm[max(0, -at) : max(0, samples - at)]
            out[max(0, at) : max(0, at) + part.size] = part
        return out


def _audible(stretch: Stretch) -> NDArray[np.float64]:
    """(n,) when each audible sample of it sounds."""
    return stretch.start + np.flatnonzero(np.abs(stretch.pcm) > AUDIBLE) / OUT_RATE
