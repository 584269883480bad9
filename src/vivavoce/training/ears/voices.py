"""A person's voice vector, by the pretrained encoder as it is."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from vivavoce.core import Pcm
from vivavoce.ears.front import hear_all
from vivavoce.ears.voiceprint import windows
from vivavoce.training.ears.net import Encoder


class Embedder:
    """What ears/voiceprint.py does at run time, in torch."""

    def __init__(self, path: Path) -> None:
        self._encoder = Encoder().load(path).eval()

    def __call__(self, pcm: Pcm) -> NDArray[np.float32]:
        """(256,) of speech (n,), of length 1."""
        with torch.no_grad():
            spans = torch.from_numpy(windows(hear_all(pcm)))
            voices = self._encoder.voice(self._encoder.lstm(spans)[1][0][-1]).numpy()
        mean = voices.mean(0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), np.float32)
