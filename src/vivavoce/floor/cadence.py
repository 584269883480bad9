"""Whether the last words fell as they do at a turn's end: judged from a Smart Turn vector.

Smart Turn's own answer wants some silence after the words, and of read and synthetic speech it
tells little; the vector that the answer rests on knows more, 80 ms after the last sound. Two small
layers in numpy. Recipe and numbers: docs/models/floor.md.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import WeightsMissing

DATA = Path(__file__).parent / "data" / "cadence.npz"
_NAMES = ("mean", "scale", "w_in", "b_in", "w_out", "b_out")


class Cadence:
    """The network; a function of the vector alone."""

    def __init__(self, path: Path | BinaryIO = DATA) -> None:
        """Raises WeightsMissing where the file is none of ours."""
        try:
            with np.load(path) as stored:
                self._w = {name: stored[name].astype(np.float32) for name in _NAMES}
        except (OSError, KeyError, ValueError) as broken:
            raise WeightsMissing(
                f"the floor's weights {path} can't be loaded ({broken}); run: vivavoce train floor"
            ) from broken

    def __call__(self, pooled: NDArray[np.float32]) -> float:
        """Probability that an end sounds so, ends and pauses being as common. pooled: (384,)"""
        w = self._w
        seen = np.maximum(w["w_in"] @ ((pooled - w["mean"]) / w["scale"]) + w["b_in"], 0)
        logit = float((w["w_out"] @ seen + w["b_out"]).item())
        return float(1 / (1 + np.exp(-np.clip(logit, -12, 12))))
