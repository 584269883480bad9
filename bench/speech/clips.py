"""Text with pauses -> a clip at 16 kHz whose first and last spoken sample are known."""

import re
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.speech.kokoro import RATE as KOKORO_RATE
from bench.speech.kokoro import Kokoro

RATE = 16_000
LOUDNESS = 0.06  # RMS of the spoken part: someone who talks a metre from the microphone
MARGIN = int(0.1 * RATE)
QUIET_DB = -35.0  # below the loudest 10 ms of the clip: not speech any more
WINDOW = RATE // 100


@dataclass(frozen=True, slots=True)
class Clip:
    """One thing said."""

    pcm: NDArray[np.float32]
    """(n,) 16 kHz, 100 ms of silence before and after."""
    speech_start_s: float
    speech_end_s: float


def spoken(text: str) -> str:
    """The text without its pause marks."""
    return re.sub(r"\s*\[[\d.]+\]\s*", " ", text)


def render(kokoro: Kokoro, voice: str, text: str, speed: float = 1.0) -> Clip:
    """Speak text with its [seconds] pauses."""
    parts = []
    for piece in re.split(r"(\[[\d.]+\])", text):
        if piece.startswith("["):
            parts.append(np.zeros(int(float(piece[1:-1]) * KOKORO_RATE), np.float32))
        elif piece.strip():
            for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])", piece.strip()):
                if parts and np.any(parts[-1]):
                    parts.append(np.zeros(int(0.25 * KOKORO_RATE), np.float32))
                parts.append(_eased(kokoro.say(sentence, voice, speed)))
    pcm = soxr.resample(np.concatenate(parts), KOKORO_RATE, RATE, quality="VHQ")
    return measured(level(pcm))


def level(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every voice equally loud, by the RMS of what is not silence; nothing clips."""
    loud = pcm[np.abs(pcm) > 0.01]
    gain = LOUDNESS / float(np.sqrt(np.mean(loud**2)))
    return (pcm * min(gain, 0.9 / float(np.abs(pcm).max()))).astype(np.float32)


def measured(pcm: NDArray[np.float32]) -> Clip:
    """Find where the speech begins and ends, to 10 ms, and set silence around it."""
    pcm = np.pad(pcm, MARGIN)
    pcm = pcm[: pcm.size // WINDOW * WINDOW]
    power = np.mean(pcm.reshape(-1, WINDOW) ** 2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (QUIET_DB / 10))
    start, end = int(loud[0]) * WINDOW, int(loud[-1] + 1) * WINDOW
    return Clip(pcm, start / RATE, end / RATE)


def _eased(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """No click where silence is cut in: 5 ms in, 15 ms out."""
    pcm = pcm.copy()
    rise, fall = int(0.005 * KOKORO_RATE), int(0.015 * KOKORO_RATE)
    pcm[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    pcm[-fall:] *= np.linspace(1, 0, fall, dtype=np.float32)
    return pcm
