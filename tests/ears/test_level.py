"""A microphone that is no use."""

import numpy as np
import pytest

from vivavoce.core import IN_FRAME
from vivavoce.ears import Level, LevelConfig

CFG = LevelConfig()


def told(amplitude: float, frames: int = 4 * CFG.judged_frames, speech: float = 1.0) -> list[str]:
    rng, level = np.random.default_rng(0), Level()
    heard = []
    for _ in range(frames):
        pcm = np.clip(amplitude * rng.standard_normal(IN_FRAME), -1, 1).astype(np.float32)
        heard.append(level.hear(pcm, speech))
    return [notice[0] for notice in heard if notice]


@pytest.mark.parametrize(
    ("amplitude", "says"),
    [(1e-4, ["microphone_quiet"]), (0.05, []), (0.9, ["microphone_loud"])],
)
def test_it_is_said_once(amplitude: float, says: list[str]) -> None:
    assert told(amplitude) == says


def test_silence_says_nothing_of_the_microphone() -> None:
    assert told(1e-5, speech=0.0) == []


def test_a_few_words_are_not_enough_to_judge() -> None:
    assert told(1e-4, frames=CFG.judged_frames - 1) == []
