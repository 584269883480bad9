"""The client's two devices: a microphone that never stops and a loudspeaker with a clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Pcm = NDArray[np.float32]
PACKET_S = 0.02
SPEAKER_RATE = 24_000
AUDIBLE = 0.01
ROOM_DB = -66.0


def read(path: Path, rate: int) -> Pcm:
    """A file as mono at this rate."""
    pcm, was = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(pcm[:, 0], was, rate), np.float32)


def pcm16(pcm: Pcm) -> bytes:
    """Little-endian 16 bit."""
    return (np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes()


def from_pcm16(data: bytes) -> Pcm:
    """(n,) full scale 1.0."""
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)


class Microphone:
    """Sends a packet each 20 ms, when its last sample has been recorded; noise between clips."""

    def __init__(self, send: Callable[[Pcm], Awaitable[None]], rate: int) -> None:
        self.rate = rate
        self._send = send
        self._waiting = np.zeros(0, np.float32)
        self._sent = 0
        self._began = 0.0
        self.late_s = 0.0
        """The worst delay of a packet by this client itself."""
        room = np.random.default_rng(1).standard_normal(rate * 4) * 10 ** (ROOM_DB / 20)
        self._room = room.astype(np.float32)

    def say(self, pcm: Pcm) -> float:
        """Begin to say pcm (n,) with the next packet; when its first sample is said."""
        self._waiting = pcm
        return self._began + self._sent / self.rate

    @property
    def busy(self) -> bool:
        return self._waiting.size > 0

    async def run(self) -> None:
        """Record until cancelled."""
        n = round(PACKET_S * self.rate)
        self._began = time.monotonic()
        while True:
            due = self._began + (self._sent + n) / self.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.late_s = max(self.late_s, time.monotonic() - due)
            said, self._waiting = self._waiting[:n], self._waiting[n:]
            at = self._sent % (self._room.size - n)
            packet = self._room[at : at + n].copy()
            packet[: said.size] += said
            self._sent += n
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
        return self.start + self.pcm.size / SPEAKER_RATE


@dataclass(slots=True)
class Loudspeaker:
    """Plays what arrives as soon as it can; knows when each sample sounds. No device delay."""

    stretches: list[Stretch] = field(default_factory=list)

    def push(self, now: float, item: str, pcm: Pcm) -> None:
        """Queue sound that arrived now."""
        start = max(now, self.ends)
        self.stretches.append(Stretch(item, start, pcm))

    def flush(self, now: float) -> None:
        """Drop what has not sounded."""
        kept = [s for s in self.stretches if s.start < now]
        if kept and kept[-1].end > now:
            kept[-1].pcm = kept[-1].pcm[: round((now - kept[-1].start) * SPEAKER_RATE)]
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
        """When the first sample louder than 0.01 sounded at or after since."""
        for s in self.stretches:
            loud = np.flatnonzero(np.abs(s.pcm) > AUDIBLE)
            times = s.start + loud / SPEAKER_RATE
            if (after := times[times >= since]).size:
                return float(after[0])
        return None

    def last_audible(self, item: str, by: float = float("inf")) -> float | None:
        """When the last sample of an item louder than 0.01 sounded before by."""
        for s in reversed(self.stretches):
            if s.item != item or s.start > by:
                continue
            times = s.start + np.flatnonzero(np.abs(s.pcm) > AUDIBLE) / SPEAKER_RATE
            if (before := times[times <= by]).size:
                return float(before[-1])
        return None

    def sounded(self, item: str) -> Pcm:
        """All of an item that sounded, (n,) at 24 kHz."""
        mine = [s.pcm for s in self.stretches if s.item == item]
        return np.concatenate(mine) if mine else np.zeros(0, np.float32)
