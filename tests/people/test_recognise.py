"""Somebody we know, or nobody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clips import clips
from tests.weights_here import dvector
from vivavoce.core import ConfigError
from vivavoce.people import Person, RecogniseConfig, recognise
from vivavoce.people.person import unit
from vivavoce.people.recognise import View, likeness, package_view, probability

PLAIN = View(np.zeros(256, np.float32), np.eye(256, dtype=np.float32))
CFG = RecogniseConfig(known=0.6, bias=-10, per_likeness=20, per_lead=4)
SEEDS = st.integers(0, 2**32 - 1)


def voice(seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=256))


def near(seed: int, how: float) -> np.ndarray:
    """A vector of this cosine to a voice."""
    other = voice(seed + 1000)
    other = unit(other - (other @ voice(seed)) * voice(seed))
    return unit(how * voice(seed) + np.sqrt(1 - how**2) * other)


HOME = [Person(name, voice(i), 10.0) for i, name in enumerate(("Anna", "Bob", "Čeněk"))]


def test_a_known_voice_is_named() -> None:
    for i, person in enumerate(HOME):
        told = recognise(near(i, 0.9), HOME, CFG, PLAIN)
        assert told.name == person.name
        assert told.confidence > 0.9


def test_a_stranger_is_nobody() -> None:
    told = recognise(voice(77), HOME, CFG, PLAIN)
    assert told.name is None
    assert told.confidence > 0.9


def test_where_nobody_is_known_nobody_is_named() -> None:
    assert recognise(voice(1), [], CFG).name is None


@pytest.mark.parametrize("vector", [np.zeros(256), np.full(256, np.nan)], ids=["silence", "nan"])
def test_no_voice_is_nobody(vector: np.ndarray) -> None:
    assert recognise(vector.astype(np.float32), HOME).name is None


def test_between_two_the_doubt_is_greater_than_of_one_alone() -> None:
    both = unit(voice(0) + 0.95 * voice(1))
    among = recognise(both, HOME, CFG, PLAIN)
    alone = recognise(both, HOME[:1], CFG, PLAIN)
    assert alone.name == "Anna"
    assert among.name is None or among.confidence < alone.confidence


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 2), st.floats(0, 2))
def test_more_alike_and_further_ahead_is_never_less_sure(
    a: float, b: float, lead: float, more: float
) -> None:
    low, high = sorted((a, b))
    assert probability(low, lead, CFG) <= probability(high, lead + more, CFG) + 1e-12
    assert 0 <= probability(a, lead, CFG) <= 1


@given(SEEDS, st.permutations(range(3)))
def test_the_order_of_the_people_does_not_matter(seed: int, order: list[int]) -> None:
    heard = voice(seed)
    told = recognise(heard, [HOME[i] for i in order])
    assert told.name == recognise(heard, HOME).name
    assert told.confidence == pytest.approx(recognise(heard, HOME).confidence, abs=1e-5)


@given(SEEDS)
def test_the_package_view_gives_likenesses(seed: int) -> None:
    known = np.stack([person.vector for person in HOME])
    found = likeness(voice(seed), known)
    assert found.shape == (3,)
    assert (np.abs(found) <= 1 + 1e-5).all()
    assert package_view().directions.shape[0] == 256


@pytest.mark.parametrize("known", [0, -1, 1.5, float("nan")])
def test_a_threshold_that_is_no_probability_is_refused(known: float) -> None:
    with pytest.raises(ConfigError, match="must be in"):
        RecogniseConfig(known=known)


ALIKE = {"p1.flac", "p5.flac"}
"""Two synthetic voices (af_heart, af_bella) that are as alike as one person's recordings: neither
is a stranger to the other. docs/models/people.md tells it as a limit."""


@pytest.mark.real
def test_real_voices_are_told_apart_from_each_other_and_from_strangers() -> None:
    passages = clips("passages")
    half = [len(said.pcm) // 2 for said in passages]
    home = [
        Person(said.name, dvector().embed(said.pcm[:at]), at / 16_000)
        for said, at in zip(passages, half, strict=True)
    ]
    for said, at in zip(passages, half, strict=True):
        heard = dvector().embed(said.pcm[at : at + 64_000])
        assert recognise(heard, home).name == said.name
        alike = ALIKE if said.name in ALIKE else {said.name}
        others = [person for person in home if person.name not in alike]
        assert recognise(heard, others).name is None
