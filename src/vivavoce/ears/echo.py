"""Acoustic echo: is it there, and without it what is left (WebRTC's AEC3, from livekit).

AEC3 alone is not enough. It takes for granted that there is an echo, and until it has heard one it
suppresses whoever speaks while we do: with headphones, or behind a browser that cancels echo
itself, nobody could interrupt us. So its output is used only once an echo has been found.
"""

from collections import deque

import numpy as np

from vivavoce.core import IN_FRAME, IN_RATE, Pcm

STEP = IN_RATE // 100
"""AEC3 works on 10 ms."""
HEARD_FRAMES = 6
"""How much of the microphone is compared with what we played (480 ms)."""
LAG_FRAMES = 7
"""An echo comes at most so much later (560 ms)."""
QUIET = 1e-4
"""Root mean square below which nothing sounds (-80 dB)."""
FOUND = 0.12
"""Share of the microphone's energy that our voice explains when there surely is an echo."""
SAME_LAG = IN_RATE // 250
"""Two findings agree on the echo's delay within 4 ms."""


class EchoDetector:
    """How much of the microphone is our own voice, by cross-correlation; one a conversation."""

    def __init__(self) -> None:
        self._mic: deque[Pcm] = deque(maxlen=HEARD_FRAMES)
        self._played: deque[Pcm] = deque(maxlen=HEARD_FRAMES + LAG_FRAMES)
        for kept in (self._mic, self._played):
            kept.extend([np.zeros(IN_FRAME, np.float32)] * (kept.maxlen or 0))
        self._lag = -SAME_LAG
        self.found = False
        """An echo was heard in this conversation."""

    def share(self, mic: Pcm, played: Pcm) -> float:
        """Energy of the newest 480 ms of the microphone that our voice explains, 0…1.

        mic, played: (1280,) at 16 kHz."""
        self._mic.append(np.diff(mic, prepend=mic[:1]))  # whitened: voices share their low end
        self._played.append(np.diff(played, prepend=played[:1]))
        ours = np.concatenate(self._played)
        heard = np.concatenate(self._mic)
        if not ours.any() or _rms(mic) < QUIET:
            return 0.0
        share, lag = _explained(heard, ours)
        if share > FOUND:
            self.found = self.found or abs(lag - self._lag) <= SAME_LAG
            self._lag = lag
        return share


class EchoCanceller:
    """Takes our own voice out of the microphone; one a conversation."""

    def __init__(self) -> None:
        from livekit.rtc import AudioFrame
        from livekit.rtc.apm import AudioProcessingModule

        self._frame = AudioFrame
        self._apm = AudioProcessingModule(echo_cancellation=True)
        self._detector = EchoDetector()
        self._since = LAG_FRAMES + HEARD_FRAMES

    def clean(self, mic: Pcm, played: Pcm) -> tuple[Pcm, float]:
        """One frame without our echo, and the probability that echo is what was heard.

        mic, played: (1280,) at 16 kHz; played is what the loudspeaker was given meanwhile (AEC3
        finds the delay itself)."""
        self._since = 0 if _rms(played) > QUIET else self._since + 1
        if self._since >= LAG_FRAMES + HEARD_FRAMES:
            return mic, 0.0
        share = self._detector.share(mic, played)
        cleaned = self._cancel(mic, played)
        return (cleaned if self._detector.found else mic), share

    def _cancel(self, mic: Pcm, played: Pcm) -> Pcm:
        out = np.empty_like(mic)
        for at in range(0, len(mic), STEP):
            self._apm.process_reverse_stream(self._as_frame(played[at : at + STEP]))
            near = self._as_frame(mic[at : at + STEP])
            self._apm.process_stream(near)
            out[at : at + STEP] = np.frombuffer(near.data, np.int16) / np.float32(32768)
        return out

    def _as_frame(self, pcm: Pcm):  # type: ignore[no-untyped-def]  # livekit is imported late
        data = (np.clip(pcm, -1, 1) * 32767).astype(np.int16).tobytes()
        return self._frame(bytearray(data), IN_RATE, 1, len(pcm))


def _explained(heard: Pcm, ours: Pcm) -> tuple[float, int]:
    """The best squared correlation coefficient over all delays, and its delay in samples.

    heard (h,), ours (h + lags,): ours ends when heard does."""
    h, size = len(heard), 1 << (len(heard) + len(ours)).bit_length()
    product = np.fft.rfft(ours, size) * np.conj(np.fft.rfft(heard, size))
    cross = np.fft.irfft(product, size)[: len(ours) - h + 1]
    power = np.concatenate([[0.0], np.cumsum(np.square(ours, dtype=np.float64))])
    energy = power[h:] - power[: len(power) - h]
    floor = 1e-3 * float(energy.max()) + 1e-9
    total = float(np.sum(np.square(heard, dtype=np.float64))) + 1e-9
    shares = np.square(cross) / (np.maximum(energy, floor) * total)
    best = int(np.argmax(shares))
    return float(min(1.0, shares[best])), len(ours) - h - best


def _rms(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(pcm)))) if len(pcm) else 0.0
