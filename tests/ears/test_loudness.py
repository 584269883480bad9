"""The owner's level, and how near a voice is beside the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import IN_FRAME, Pcm
from vivavoce.ears.loudness import Nearness, NearnessConfig, OwnersLevel


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


def beside_others(db: float = -30.0, frames: int = 40) -> Nearness:
    heard = Nearness()
    for _ in range(frames):
        heard.rise_db(frame(db), 0.05, 0.95)
    return heard


def rise_db(heard: Nearness, db: float) -> float:
    """After half a second at this level."""
    return [heard.rise_db(frame(db), 0.4, 0.9) for _ in range(6)][-1]


def test_where_nobody_has_spoken_yet_nobody_is_nearer() -> None:
    heard = Nearness()
    for _ in range(40):
        heard.rise_db(frame(-60), 0.0, 0.0)
    assert rise_db(heard, -20) == 0.0


def test_who_is_louder_than_the_others_were_is_rather_the_owner() -> None:
    heard = beside_others(-30)
    risen = rise_db(heard, -26)
    assert risen == pytest.approx(4.0, abs=0.1)
    assert heard.weigh(0.4, risen) > 0.75


def test_who_is_as_loud_as_they_were_is_left_as_they_are() -> None:
    assert rise_db(beside_others(-30), -30) == pytest.approx(0.0, abs=0.01)


def test_who_talks_alone_may_lower_their_voice() -> None:
    heard = Nearness()
    for _ in range(40):
        heard.rise_db(frame(-20), 0.95, 0.02)
    assert [heard.rise_db(frame(-32), 0.9, 0.02) for _ in range(6)][-1] > -0.2


def test_loudness_alone_makes_nobody_the_owner() -> None:
    assert Nearness().weigh(0.05, rise_db(beside_others(-30), 0)) < 0.25


def test_others_are_forgotten_in_time() -> None:
    heard = beside_others(-30)
    for _ in range(NearnessConfig().past_frames):
        heard.rise_db(frame(-80), 0.0, 0.0)
    assert rise_db(heard, -20) == 0.0


@given(st.floats(0, 1), st.floats(-90, 0), st.floats(-90, 0))
def test_it_stays_a_probability_and_grows_with_the_level(owner: float, a: float, b: float) -> None:
    quiet, loud = sorted((a, b))
    heard = [Nearness().weigh(owner, rise_db(beside_others(), db)) for db in (quiet, loud)]
    assert 0 <= heard[0] <= heard[1] + 1e-6 <= 1 + 1e-5
