"""The sound of the wire: 16-bit PCM at 24 kHz, or G.711 at 8 kHz."""

from collections.abc import Iterator

import numpy as np

from vivavoce.audio.g711 import Law, decode, encode
from vivavoce.audio.pcm import from_int16, to_int16
from vivavoce.audio.resample import Framer, Resampler
from vivavoce.core import IN_FRAME, IN_RATE, OUT_RATE, Pcm

RATES = {"audio/pcm": 24_000, "audio/pcmu": 8_000, "audio/pcma": 8_000}
_LAWS: dict[str, Law] = {"audio/pcmu": "ulaw", "audio/pcma": "alaw"}
_SLICE = 9_600
"""Samples decoded at once: a message of minutes must not hold the loop for long."""


class Microphone:
    """Packets of any size in, 80 ms frames out."""

    def __init__(self, kind: str) -> None:
        self._law = _LAWS.get(kind)
        self._rate = RATES[kind]
        self._bytes = 1 if self._law else 2
        self._odd = b""
        self._ms = 0.0
        self._resampler = Resampler(self._rate, IN_RATE)
        self._framer = Framer(IN_FRAME)

    @property
    def ms(self) -> float:
        """Sound received since the last commit or clear."""
        return self._ms

    def push(self, data: bytes) -> Iterator[Pcm]:
        """(1280,) frames at 16 kHz; half a sample waits for the next packet."""
        data = self._odd + data
        whole = len(data) - len(data) % self._bytes
        self._odd = data[whole:]
        step = _SLICE * self._bytes
        for at in range(0, whole, step):
            piece = data[at : min(at + step, whole)]
            self._ms += 1000 * len(piece) / self._bytes / self._rate
            yield from self._framer.push(self._resampler.push(self._samples(piece)))

    def finish(self) -> list[Pcm]:
        """The rest as a whole frame, filled up with silence: a commit ends the turn here, and half
        a sample is let go."""
        self._odd = b""
        frames = self._framer.push(self._resampler.flush())
        frames += self._framer.push(np.zeros(IN_FRAME - 1, np.float32))
        self._framer = Framer(IN_FRAME)
        return frames

    def clear(self) -> None:
        """Forget what has not made a frame."""
        self._odd = b""
        self._ms = 0.0
        self._resampler = Resampler(self._rate, IN_RATE)
        self._framer = Framer(IN_FRAME)

    def taken_s(self) -> float:
        """A turn ended: its seconds of sound; count from here."""
        seconds, self._ms = self._ms / 1000, 0.0
        return seconds

    def _samples(self, data: bytes) -> Pcm:
        return decode(data, self._law) if self._law else from_int16(data)


class Sounder:
    """Loudspeaker frames in, bytes of the wire out."""

    def __init__(self, kind: str) -> None:
        self._law = _LAWS.get(kind)
        self._rate = RATES[kind]
        self.begin()

    def begin(self) -> None:
        """A new stretch of sound follows."""
        self._resampler = Resampler(OUT_RATE, self._rate)

    def push(self, pcm: Pcm) -> bytes:
        """pcm: (1920,) at 24 kHz."""
        return self._bytes(self._resampler.push(pcm))

    def finish(self) -> bytes:
        """What the resampler still holds."""
        return self._bytes(self._resampler.flush())

    def _bytes(self, pcm: Pcm) -> bytes:
        return encode(pcm, self._law) if self._law else to_int16(pcm)
