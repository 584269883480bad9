"""Acoustic echo cancelling: WebRTC's AEC3, from the livekit package."""

from collections import deque

import numpy as np

from vivavoce.core import IN_RATE, Pcm

STEP = IN_RATE // 100
"""AEC3 works on 10 ms."""
MEMORY_FRAMES = 6
"""An echo may come this many frames (480 ms) after its sound."""
QUIET = 1e-4
"""Root mean square below which nothing of ours sounds (-80 dB)."""


class EchoCanceller:
    """Takes our own voice out of the microphone; one a conversation."""

    def __init__(self) -> None:
        from livekit.rtc import AudioFrame
        from livekit.rtc.apm import AudioProcessingModule

        self._frame = AudioFrame
        self._apm = AudioProcessingModule(echo_cancellation=True)
        self._recent: deque[float] = deque([0.0] * MEMORY_FRAMES, maxlen=MEMORY_FRAMES)

    def clean(self, mic: Pcm, played: Pcm) -> tuple[Pcm, float]:
        """One frame without our echo, and the probability that echo is what was heard.

        mic, played: (n,) at 16 kHz, n a multiple of 160; played is what the loudspeaker was given
        meanwhile (AEC3 finds the delay itself). The probability grows with how much of the
        microphone's energy the canceller took away: 0 at 3 dB, 1 at 15 dB.
        """
        self._recent.append(_rms(played))
        if max(self._recent) < QUIET:
            return mic, 0.0
        out = np.empty_like(mic)
        for at in range(0, len(mic), STEP):
            self._apm.process_reverse_stream(self._as_frame(played[at : at + STEP]))
            near = self._as_frame(mic[at : at + STEP])
            self._apm.process_stream(near)
            out[at : at + STEP] = np.frombuffer(near.data, np.int16) / np.float32(32768)
        before, after = _rms(mic), _rms(out)
        if before < QUIET:
            return out, 0.0
        gone_db = 20 * np.log10(before / max(after, 1e-6))
        return out, float(np.clip((gone_db - 3) / 12, 0, 1))

    def _as_frame(self, pcm: Pcm):  # type: ignore[no-untyped-def]  # livekit is imported late
        data = (np.clip(pcm, -1, 1) * 32767).astype(np.int16).tobytes()
        return self._frame(bytearray(data), IN_RATE, 1, len(pcm))


def _rms(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(pcm)))) if len(pcm) else 0.0
