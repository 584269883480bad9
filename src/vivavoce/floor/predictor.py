"""The learned floor: every 80 ms, how probable it is that the user's turn is over.

A few small recurrent networks over features.vector, whose mean counts: each alone depends on the
order in which it learned. In numpy: a fraction of a millisecond a frame, nothing to open. The
policy stays floor.step; this only gives it a better probability. Recipe and numbers:
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
    """(m, h) of the recurrent layers; None before a turn."""


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
        if self._w["w_hh"].ndim != 3:
            raise WeightsMissing(
                f"the floor's weights {path} are of one network, not of several; "
                "run: vivavoce train floor"
            )
        if names != NAMES:
            raise WeightsMissing(
                f"the floor's weights {path} were trained on other features; "
                "run: vivavoce train floor"
            )
        self.members, _, self.hidden = self._w["w_hh"].shape
        """How many networks, and how wide the memory of each is."""

    def hear(self, features: FloorFeatures, state: PredictorState) -> Predicted:
        """The next frame of a conversation; outside a turn nothing is over."""
        if not features.in_turn:
            if state.memory is not None:
                state.turn.new_turn()
                state.memory = None
            return Predicted()
        if state.memory is None:
            state.memory = np.zeros((self.members, self.hidden), np.float32)
        return self.step(vector(features, state.turn), state)

    def step(self, x: NDArray[np.float32], state: PredictorState) -> Predicted:
        """One vector (n,) of features.NAMES; moves the memory on."""
        w, memory = self._w, state.memory
        assert memory is not None, "hear() opens the turn"
        seen = np.tanh(w["w_in"] @ ((x - w["mean"]) / w["scale"]) + w["b_in"])
        gates = np.split(_each(w["w_ih"], seen) + w["b_ih"], 3, axis=1)
        past = np.split(_each(w["w_hh"], memory) + w["b_hh"], 3, axis=1)
        # a GRU as in PyTorch: reset, update, new
        reset, update = _sigmoid(gates[0] + past[0]), _sigmoid(gates[1] + past[1])
        new = np.tanh(gates[2] + reset * past[2])
        state.memory = (1 - update) * new + update * memory
        known = np.concatenate([state.memory, seen], axis=1)
        over, soon = _sigmoid(_each(w["w_out"], known) + w["b_out"]).mean(axis=0)
        return Predicted(float(over), float(soon))


def _each(weights: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(m, a, b) times (m, b): each network's own."""
    product: NDArray[np.float32] = np.matmul(weights, values[..., None])
    return product[..., 0]


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(x, -30, 30)))).astype(np.float32)
