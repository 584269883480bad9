"""The owner's level."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import IN_FRAME, Pcm
from vivavoce.ears.loudness import OwnersLevel


def frame(db: float) -> Pcm:
    return np.full(IN_FRAME, 10 ** (db / 20), np.float32)


def after_the_owner(db: float = -20.0) -> OwnersLevel:
    heard = OwnersLevel()
    for _ in range(20):
        heard.weigh(frame(db), 0.9, 0.9, 1.0)
    for _ in range(10):
        heard.weigh(frame(-80), 0.0, 0.0, 0.0)
    return heard


def test_before_the_owner_was_heard_loudness_says_nothing() -> None:
    assert OwnersLevel().weigh(frame(-40), 0.6, 1.0, 1.0) == 0.6


def test_much_quieter_than_the_owner_is_rather_another() -> None:
    assert after_the_owner().weigh(frame(-32), 0.7, 1.0, 1.0) < 0.4


def test_as_loud_as_the_owner_is_left_as_it_is() -> None:
    assert after_the_owner().weigh(frame(-20), 0.7, 1.0, 1.0) == pytest.approx(0.7, abs=0.01)


def test_where_nobody_else_speaks_the_owner_may_whisper() -> None:
    assert after_the_owner().weigh(frame(-40), 0.7, 0.0, 1.0) == pytest.approx(0.7, abs=0.01)


def test_an_owner_who_walks_away_is_followed() -> None:
    heard = after_the_owner()
    for _ in range(60):
        weighed = heard.weigh(frame(-32), 0.85, 1.0, 1.0)
    assert weighed > 0.75


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-90, 0))
def test_it_never_makes_the_owner_likelier(owner: float, other: float, db: float) -> None:
    weighed = after_the_owner().weigh(frame(db), owner, other, 1.0)
    assert 0 <= weighed <= owner + 1e-5
