"""End of turn by its sound: Smart Turn v3.2 as ONNX (pipecat-ai/smart-turn, BSD-2)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, Pcm
from vivavoce.floor.cadence import DATA, Cadence
from vivavoce.weights.onnx import open_onnx

WINDOW_S = 8
"""The network hears at most the last 8 s of a turn."""
DUE = frozenset((1, 3, 5, 8, 12, 18))
"""Frames of silence at which a pause is worth scoring again: its answer changes ever less."""
POOLED = "sum_1"
"""What the network makes of the whole sound before it judges."""


@dataclass(frozen=True, slots=True)
class SoundEnd:
    """What the sound of a pause says of the turn."""

    chance: float
    """Probability that the turn is over, by a network for turn ends."""
    cadence: float | None = None
    """Probability that the last words fell as they do at an end (floor.cadence); None: unknown."""


class SmartTurn:
    """Shared by all conversations; a function of the samples alone."""

    def __init__(self, path: Path, threads: int = 2, cadence: Path | None = DATA) -> None:
        """cadence: the weights of floor.cadence; None: its answer stays unknown."""
        from faster_whisper.feature_extractor import FeatureExtractor

        what, remedy = "the end-of-turn network", "run: vivavoce weights verify smart-turn-v3.2"
        self._run = open_onnx(path, what, remedy, threads, inner=(POOLED,))
        self._mel = FeatureExtractor(feature_size=80, chunk_length=WINDOW_S)
        self._cadence = Cadence(cadence) if cadence else None

    def turn_end(self, pcm: Pcm) -> SoundEnd:
        """pcm: (n,) at 16 kHz, the turn so far with the silence after it; the last 8 s count."""
        chance, pooled = self.pooled(pcm)
        return SoundEnd(chance, self._cadence(pooled) if self._cadence else None)

    def pooled(self, pcm: Pcm) -> tuple[float, NDArray[np.float32]]:
        """The network's own probability, and the vector (384,) that it rests on."""
        heard = pcm[-WINDOW_S * IN_RATE :]
        heard = np.pad(heard, (WINDOW_S * IN_RATE - len(heard), 0))
        heard = (heard - heard.mean()) / np.sqrt(heard.var() + 1e-7)
        mel = self._mel(heard.astype(np.float32), padding=0)[:, : WINDOW_S * 100]
        mel = np.pad(mel, ((0, 0), (0, WINDOW_S * 100 - mel.shape[1])))
        given = {"input_features": mel[None].astype(np.float32)}
        chance, pooled = self._run(["logits", POOLED], given)
        return float(chance[0, 0]), pooled[0]
