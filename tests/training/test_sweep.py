"""The curve of pauses cut off against delay, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.training.sweep import (
    Span,
    cutoffs_at,
    delay_at,
    frontier,
    silence_only,
    summary,
    sweep,
)


def span(scores: list[float], length_s: float, *, end: bool = False) -> Span:
    at = np.arange(1, len(scores) + 1) * 0.1
    return Span(at, np.array(scores), length_s, end)


SURE_END = span([0.1, 0.2, 0.9, 0.9, 0.9], 5.0, end=True)
PAUSE = span([0.1, 0.2, 0.3, 0.4, 0.5], 0.55)


def test_a_score_that_tells_them_apart_cuts_nothing_off_and_ends_at_once() -> None:
    best = delay_at(sweep([SURE_END, PAUSE], [0.8]), 0.0)
    assert best is not None
    assert best.delay_s == pytest.approx(0.3)
    assert best.cutoffs == 0


def test_a_timeout_alone_waits_for_the_longest_pause() -> None:
    best = delay_at(silence_only([SURE_END, PAUSE]), 0.0)
    assert best is not None
    assert best.delay_s == pytest.approx(0.56)


def test_the_action_delay_lets_short_pauses_pass_and_costs_every_end() -> None:
    hasty = span([0.9, 0.9, 0.9], 0.3)
    cut = {p.action_delay_s: p for p in sweep([SURE_END, hasty], [0.8]) if p.timeout_s == 5}
    assert cut[0.2].cutoffs == 1
    assert cut[0.4].cutoffs == 0
    assert cut[0.4].delay_s == pytest.approx(0.4)


def test_pauses_that_are_too_short_or_too_long_do_not_count() -> None:
    short, long = span([1.0], 0.15), span([1.0] * 60, 5.5)
    assert all(
        p.cutoffs == 0 for p in sweep([SURE_END, PAUSE, short, long], [0.95]) if p.timeout_s > 1
    )


def test_what_never_fires_has_no_number_within_a_short_delay() -> None:
    never = Span(np.array([0.1]), np.array([0.0]), 5.0, True)
    points = sweep([never, PAUSE], [0.9], free=False)
    assert cutoffs_at(points, 0.3) is None
    assert summary(points)["cutoffs_at_300ms"] is None


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=9), min_size=2, max_size=6))
def test_the_frontier_only_ever_trades_one_for_the_other(scores: list[list[float]]) -> None:
    spans = [span(s, len(s) / 10 + 0.05, end=i % 2 == 0) for i, s in enumerate(scores)]
    best = frontier(sweep(spans, [0.3, 0.6, 0.9]))
    assert [p.delay_s for p in best] == sorted(p.delay_s for p in best)
    assert [p.cutoffs for p in best] == sorted((p.cutoffs for p in best), reverse=True)
