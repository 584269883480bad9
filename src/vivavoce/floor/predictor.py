"""The learned floor: every 80 ms, how probable it is that the user's turn is over.

One recurrent layer over features.vector, in numpy: a fraction of a millisecond a frame, nothing to
open. The policy stays floor.step; this only gives it a better probability. Recipe and numbers:
docs/models/floor.md.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import WeightsMissing
from vivavoce.floor.features import NAMES, FloorFeatures, TurnState, vector

DEFAULT = Path(__file__).parent / "data" / "floor.npz"
"""The weights that come with the package."""
_SHAPES = ("mean", "scale", "w_in", "b_in", "w_ih", "w_hh", "b_ih", "b_hh", "w_out", "b_out")


@dataclass(frozen=True, slots=True)
class Predicted:
    """Of one frame."""

    turn_end: float = 0.0
    """That the turn is over: it rises through a silence and falls as soon as the user goes on. It
    already counts the words, the silence and Smart Turn's score."""
    soon: float = 0.0
    """That the turn will be over within half a second: time to prepare the answer."""


@dataclass(slots=True)
class PredictorState:
    """One conversation's memory."""

    turn: TurnState = field(default_factory=TurnState)
    memory: NDArray[np.float32] | None = None
    """(h,) of the recurrent layer; None before a turn."""


class Predictor:
    """The network; shared by all conversations, their state is theirs."""

    def __init__(self, path: Path = DEFAULT) -> None:
        """Raises WeightsMissing where the file is none of ours."""
        try:
            with np.load(path) as stored:
                self._w = {name: stored[name].astype(np.float32) for name in _SHAPES}
                names = tuple(str(n) for n in stored["names"])
        except (OSError, KeyError, ValueError) as broken:
            raise WeightsMissing(
                f"the floor's weights {path} can't be loaded ({broken}); run: vivavoce train floor"
            ) from broken
        if names != NAMES:
            raise WeightsMissing(
                f"the floor's weights {path} were trained on other features; "
                "run: vivavoce train floor"
            )
        self.hidden = self._w["w_hh"].shape[1]
        """Width of the memory."""

    def hear(self, features: FloorFeatures, state: PredictorState) -> Predicted:
        """The next frame of a conversation; outside a turn nothing is over."""
        if not features.in_turn:
            if state.memory is not None:
                state.turn.new_turn()
                state.memory = None
            return Predicted()
        if state.memory is None:
            state.memory = np.zeros(self.hidden, np.float32)
        return self.step(vector(features, state.turn), state)

    def step(self, x: NDArray[np.float32], state: PredictorState) -> Predicted:
        """One vector (n,) of features.NAMES; moves the memory on."""
        w, memory = self._w, state.memory
        assert memory is not None, "hear() opens the turn"
        seen = np.tanh(w["w_in"] @ ((x - w["mean"]) / w["scale"]) + w["b_in"])
        gates = w["w_ih"] @ seen + w["b_ih"]
        past = w["w_hh"] @ memory + w["b_hh"]
        h = self.hidden  # a GRU as in PyTorch: reset, update, new
        reset, update = _sigmoid(gates[:h] + past[:h]), _sigmoid(gates[h : 2 * h] + past[h : 2 * h])
        new = np.tanh(gates[2 * h :] + reset * past[2 * h :])
        state.memory = (1 - update) * new + update * memory
        over, soon = _sigmoid(w["w_out"] @ np.concatenate([state.memory, seen]) + w["b_out"])
        return Predicted(float(over), float(soon))


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(x, -30, 30)))).astype(np.float32)
