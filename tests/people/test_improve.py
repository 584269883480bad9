"""Voices that improve with use."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError
from vivavoce.people import ImproveConfig, Person, TwoVoices, added, improve
from vivavoce.people.person import unit

SEEDS = st.integers(0, 2**32 - 1)


def vector(seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=256))


def anna(seconds: float = 10.0) -> Person:
    return Person("Anna", vector(1), seconds)


HEARD = st.lists(st.tuples(SEEDS, st.floats(0.1, 60), st.floats(0, 1)), max_size=40)


@given(HEARD, st.floats(5, 30))
def test_whatever_is_heard_the_enrolment_keeps_half_of_the_weight(
    heard: list[tuple[int, float, float]], seconds: float
) -> None:
    person = anna(seconds)
    for seed, s, confidence in heard:
        person = improve(person, vector(seed), s, confidence)
    assert person.share <= 0.5
    assert np.linalg.norm(person.learned) <= 1 + 1e-5
    if person.learned @ person.enrolled >= 0:  # as two voices' vectors nearly always are
        assert person.vector @ person.enrolled >= np.cos(np.pi / 4) - 1e-5
    assert (person.enrolled == vector(1)).all()
    assert person.seconds == seconds


@given(HEARD)
def test_what_is_not_sure_changes_nothing(heard: list[tuple[int, float, float]]) -> None:
    person = anna()
    for seed, s, confidence in heard:
        assert improve(person, vector(seed), s, min(confidence, 0.949)) is person


@given(SEEDS, st.floats(1.5, 30))
def test_the_voice_moves_towards_what_is_surely_theirs(seed: int, seconds: float) -> None:
    heard, person = vector(seed), anna()
    better = improve(person, heard, seconds, 0.99, today=date(2026, 7, 1))
    assert better.vector @ heard > person.vector @ heard - 1e-6
    assert better.share > 0
    assert better.changed == date(2026, 7, 1)
    again = improve(better, heard, seconds, 0.99)
    assert again.vector @ heard >= better.vector @ heard - 1e-6
    assert again.changed == date(2026, 7, 1)


def test_what_was_learned_long_ago_fades() -> None:
    person = anna()
    for _ in range(200):
        person = improve(person, vector(2), 5, 0.99)
    for _ in range(200):
        person = improve(person, vector(3), 5, 0.99)
    assert person.learned @ vector(3) > 0.95
    assert person.learned_s == ImproveConfig().memory_s


@pytest.mark.parametrize("seconds", [0.0, 1.0, -3.0, float("nan")])
def test_a_snippet_teaches_nothing(seconds: float) -> None:
    person = anna()
    assert improve(person, vector(2), seconds, 1.0) is person


def test_what_is_no_number_teaches_nothing() -> None:
    person = anna()
    assert improve(person, np.full(256, np.nan, np.float32), 5, 1.0) is person
    assert improve(person, vector(2), 5, float("nan")) is person


def test_another_enrolment_counts_by_its_seconds() -> None:
    hoarse = unit(vector(1) + 0.8 * vector(2))
    both = added(anna(), Person("anna", hoarse, 30.0, 2, since=date(2026, 7, 1)))
    assert (both.name, both.seconds, both.recordings) == ("Anna", 40.0, 3)
    assert both.vector @ hoarse > both.vector @ vector(1)


def test_another_voice_is_not_added() -> None:
    with pytest.raises(TwoVoices, match="does not sound like Anna"):
        added(anna(), Person("Anna", vector(2), 30.0))


@pytest.mark.parametrize("wrong", [{"sure": 0.5}, {"shortest_s": 0}, {"memory_s": -1}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        ImproveConfig(**wrong)
