"""Colours, and a room's commands."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoce.experts.builtin.home.device import Change
from vivavoce.experts.builtin.home.hue_colour import apart, kelvin, mirek, rgb, xy
from vivavoce.experts.builtin.home.hue_commands import put_of

part = st.integers(0, 255)


@given(part, part, part)
def test_a_colour_that_a_lamp_shows_is_the_colour_that_was_asked_for(r: int, g: int, b: int):
    shown = xy((r, g, b))
    assert apart(xy(rgb(shown)), shown) < 0.02


def test_well_known_colours_are_where_the_maker_says():
    assert apart(xy((255, 0, 0)), (0.640, 0.330)) < 0.001
    assert apart(xy((0, 255, 0)), (0.300, 0.600)) < 0.001
    assert apart(xy((255, 255, 255)), (0.3127, 0.329)) < 0.001


@given(st.integers(2000, 6500))
def test_white_light_is_as_warm_as_it_was_asked_for(k: int):
    assert abs(kelvin(mirek(k)) - k) <= 30


def test_white_light_stays_within_what_the_lamp_can_do():
    assert mirek(1000) == 500
    assert mirek(20000) == 153


def test_off_sends_nothing_that_would_light_it():
    assert put_of("x", Change(on=False, brightness=40)).body == {"on": {"on": False}}
    assert put_of("x", Change(brightness=0)).body == {"on": {"on": False}}
