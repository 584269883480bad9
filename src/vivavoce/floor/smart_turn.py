"""End of turn by its sound: Smart Turn v3.2 as ONNX (pipecat-ai/smart-turn, BSD-2)."""

from pathlib import Path

import numpy as np

from vivavoce.core import IN_RATE, Pcm
from vivavoce.weights.onnx import open_onnx

WINDOW_S = 8
"""The network hears at most the last 8 s of a turn."""
DUE = frozenset((1, 3, 5, 8, 12, 18))
"""Frames of silence at which a pause is worth scoring again: its answer changes ever less."""


class SmartTurn:
    """Shared by all conversations; a function of the samples alone."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor

        self._run = open_onnx(
            path, "the end-of-turn network", "run: vivavoce weights verify smart-turn-v3.2", threads
        )
        self._mel = FeatureExtractor(feature_size=80, chunk_length=WINDOW_S)

    def turn_end(self, pcm: Pcm) -> float:
        """Probability that the turn is over. pcm: (n,) at 16 kHz, the turn so far with the silence
        after it; only the last 8 s count."""
        heard = pcm[-WINDOW_S * IN_RATE :]
        heard = np.pad(heard, (WINDOW_S * IN_RATE - len(heard), 0))
        heard = (heard - heard.mean()) / np.sqrt(heard.var() + 1e-7)
        mel = self._mel(heard.astype(np.float32), padding=0)[:, : WINDOW_S * 100]
        mel = np.pad(mel, ((0, 0), (0, WINDOW_S * 100 - mel.shape[1])))
        return float(self._run(None, {"input_features": mel[None].astype(np.float32)})[0][0, 0])
