"""End of turn by its sound: Smart Turn v3.2 as ONNX (pipecat-ai/smart-turn, BSD-2)."""

from pathlib import Path
from typing import Any

import numpy as np

from vivavoce.core import IN_RATE, Pcm, WeightsMissing

WINDOW_S = 8
"""The network hears at most the last 8 s of a turn."""
DUE = frozenset((1, 3, 5, 8, 12, 18))
"""Frames of silence at which a pause is worth scoring again: its answer changes ever less."""


class SmartTurn:
    """Shared by all conversations; a function of the samples alone."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        import onnxruntime as ort
        from faster_whisper.feature_extractor import FeatureExtractor

        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._run: Any = ort.InferenceSession(str(path), options).run
        except Exception as broken:  # onnxruntime's own errors share no other base
            raise WeightsMissing(
                f"the end-of-turn network {path} can't be loaded ({broken}); "
                "run: vivavoce weights verify smart-turn-v3.2"
            ) from broken
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
