"""Voice activity: Silero VAD v6 as ONNX (snakers4/silero-vad, MIT)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, Pcm, WeightsMissing

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
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._run: Any = ort.InferenceSession(str(path), options).run
        except Exception as broken:  # onnxruntime's own errors share no other base
            raise WeightsMissing(
                f"the voice activity network {path} can't be loaded ({broken}); "
                "run: vivavoce weights verify silero-vad"
            ) from broken

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
