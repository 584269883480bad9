"""Smart Turn's answer, and what the vector behind it says of how the last words fell."""

import numpy as np
import pytest

from tests.clips import clips, longest_pause
from tests.weights_here import smart_turn
from vivavoce import weights
from vivavoce.core import IN_RATE
from vivavoce.floor import SmartTurn
from vivavoce.weights.onnx import open_onnx

pytestmark = pytest.mark.real
SHORT = np.zeros(1280, np.float32)
"""80 ms: before Smart Turn has made up its mind."""


def test_looking_inside_changes_no_answer() -> None:
    path = weights.path("smart-turn-v3.2")
    plain = open_onnx(path, "the network", "")
    mel = np.random.default_rng(0).normal(0, 0.5, (1, 80, 800)).astype(np.float32)
    seen = open_onnx(path, "the network", "", inner=("sum_1",))
    (chance,) = plain(None, {"input_features": mel})
    again, pooled = seen(["logits", "sum_1"], {"input_features": mel})
    assert again == pytest.approx(chance, abs=1e-3)
    assert pooled.shape == (1, 384)


def test_without_the_layers_the_cadence_is_unknown() -> None:
    bare = SmartTurn(weights.path("smart-turn-v3.2"), cadence=None)
    said = clips("questions")[0].pcm
    assert bare.turn_end(said).cadence is None
    assert bare.turn_end(said).chance == smart_turn().turn_end(said).chance


def test_80_ms_after_the_last_word_an_end_sounds_unlike_a_thinking_pause() -> None:
    ends = [
        smart_turn().turn_end(np.concatenate([c.pcm[: int(c.end_s * IN_RATE)], SHORT])).cadence
        for c in clips("questions")[:12]
    ]
    thinking = clips("phrases", "thinking")
    pauses = [smart_turn().turn_end(c.pcm[: longest_pause(c.pcm) + 1280]).cadence for c in thinking]
    assert np.mean(ends) > np.mean(pauses)
