"""How bench.crowd counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.crowd.numbers import average_precision, bootstrap, per_hour, poisson, share, wilson

FRAMES = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40).filter(
    lambda frames: any(spoke for spoke, _ in frames)
)


def ap(truth: list[int], scores: list[float]) -> float:
    return average_precision(np.array(truth, bool), np.array(scores, float))


def test_average_precision_equals_what_is_computed_by_hand():
    assert ap([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]) == 1.0
    assert ap([0, 0, 1, 1], [0.9, 0.8, 0.2, 0.1]) == pytest.approx((1 / 3 + 2 / 4) / 2)
    # ranks 1, 3 and 4 are hits: 1/1, 2/3, 3/4
    assert ap([1, 0, 1, 1], [0.9, 0.8, 0.7, 0.6]) == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    # two share a threshold: one of them is a hit, and so is the last
    assert ap([1, 0, 1], [0.5, 0.5, 0.1]) == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_a_constant_score_gets_the_share_of_the_owners_frames_and_silence_none():
    assert ap([1, 0, 0, 0], [0.3] * 4) == 0.25
    assert np.isnan(ap([0, 0], [0.1, 0.2]))


@given(FRAMES, st.randoms(use_true_random=False))
def test_average_precision_knows_neither_the_frames_order_nor_the_scores_scale(frames, random):
    truth, scores = [int(t) for t, _ in frames], [float(s) for _, s in frames]
    mixed = list(frames)
    random.shuffle(mixed)
    again = ap([int(t) for t, _ in mixed], [np.exp(3 * s) for _, s in mixed])
    assert ap(truth, scores) == pytest.approx(again)
    assert 0 < again <= 1


def test_rare_events_get_poissons_exact_interval():
    low, high = poisson(0)
    assert (low, high) == (0.0, pytest.approx(3.689, abs=0.001))
    assert poisson(10) == (pytest.approx(4.795, abs=0.001), pytest.approx(18.39, abs=0.01))
    rate = per_hour(10, 7200)
    assert (rate["per_hour"], rate["low"], rate["high"]) == (5.0, 2.4, 9.2)


@given(st.integers(0, 3000))
def test_a_poisson_interval_holds_its_count_and_grows_with_it(count):
    low, high = poisson(count)
    assert low <= count < high
    assert poisson(count + 1)[0] > low
    assert poisson(count + 1)[1] > high


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_shares_interval_holds_it(hits, more):
    n = hits + more - 1
    low, high = wilson(hits, n)
    assert 0 <= low <= high <= 1
    if n:
        assert low <= hits / n + 1e-9
        assert high >= hits / n - 1e-9
    assert (share(hits, n)["share"] is None) == (n == 0)


def test_a_bootstrap_holds_the_value_and_is_the_same_every_time():
    values = np.random.default_rng(1).normal(0.8, 0.1, 30)
    found = bootstrap(30, lambda picked: float(values[picked].mean()))
    assert found == bootstrap(30, lambda picked: float(values[picked].mean()))
    assert found[0] < values.mean() < found[1]
    assert found[1] - found[0] < 0.1
