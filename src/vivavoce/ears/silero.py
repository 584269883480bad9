"""Voice activity: Silero VAD v6 as ONNX (snakers4/silero-vad, MIT)."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, Pcm
from vivavoce.weights.onnx import open_onnx

WINDOW = 512
"""Samples that the network reads at a time (32 ms)."""
_RATE = np.array(IN_RATE, np.int64)
CONTEXT = 64
"""Samples of the window before, which it wants to see again."""


@dataclass(slots=True)
class VadState:
    """What one conversation carries from window to window."""

    memory: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 1, 128), np.float32))
    context: Pcm = field(default_factory=lambda: np.zeros(CONTEXT, np.float32))
    rest: Pcm = field(default_factory=lambda: np.zeros(0, np.float32))
    """Samples that did not fill a window yet."""
    last: float = 0.0
    """The newest window's probability."""


class Silero:
    """The network, shared by all conversations; their state is theirs."""

    def __init__(self, path: Path) -> None:
        self._run = open_onnx(
            path, "the voice activity network", "run: vivavoce weights verify silero-vad"
        )

    def speech(self, pcm: Pcm, state: VadState) -> float:
        """Probability that somebody speaks at the end of pcm (n,): the newest window's."""
        state.rest = np.concatenate([state.rest, pcm])
        while len(state.rest) >= WINDOW:
            window, state.rest = state.rest[:WINDOW], state.rest[WINDOW:]
            read = np.concatenate([state.context, window])[None]
            score, state.memory = self._run(
                None, {"input": read, "state": state.memory, "sr": _RATE}
            )
            state.context = window[-CONTEXT:]
            state.last = float(score[0, 0])
        return state.last
