"""Where the client's loudspeaker is, with time passed in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.web.pace import LOST_S, STALE_S, Playhead


def test_what_real_time_has_not_reached_has_not_sounded():
    head = Playhead()
    head.send(10.0, 0.08)
    head.send(10.0, 0.08)
    assert head.lag(10.0) == pytest.approx(0.16)
    assert head.lag(10.1) == pytest.approx(0.06)
    assert head.lag(11.0) == 0
    assert head.played(10.1) == pytest.approx(0.1)


def test_after_a_gap_sound_begins_now():
    head = Playhead()
    head.send(10.0, 0.08)
    head.send(20.0, 0.08)
    assert head.lag(20.0) == pytest.approx(0.08)


def test_the_clients_word_counts_and_is_carried_forward_for_a_while():
    head = Playhead()
    head.send(0.0, 1.0)
    head.report(0.5, 0.2)
    assert head.lag(0.5) == pytest.approx(0.8)
    assert head.lag(0.6) == pytest.approx(0.7)
    assert head.lag(1.5) == pytest.approx(0.8 - STALE_S)
    assert head.lag(0.5 + LOST_S + 0.1) == 0  # it stopped reporting: real time is believed


def test_a_flush_goes_on_from_where_the_client_was():
    head = Playhead()
    head.send(0.0, 1.0)
    head.report(0.5, 0.4)
    head.flush(0.5)
    assert head.sent_s == pytest.approx(0.4)
    assert head.lag(0.5) == 0
    head.send(0.5, 0.08)
    assert head.lag(0.5) == pytest.approx(0.08)


@given(st.lists(st.tuples(st.sampled_from("srfb"), st.floats(0, 1)), max_size=40))
def test_lag_and_played_always_share_what_was_sent(steps):
    head, now = Playhead(), 0.0
    for what, x in steps:
        now += x / 10
        if what == "s":
            head.send(now, 0.08)
        elif what == "r":
            head.report(now, x)
        elif what == "f":
            head.flush(now)
        else:
            head.begin()
        assert 0 <= head.played(now) <= head.sent_s + 1e-9
        assert head.lag(now) >= 0
