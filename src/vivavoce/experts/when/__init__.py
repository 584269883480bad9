"""Spoken times and lengths of time, to and fro. Pure, and strict: None if a word is left over."""

from vivavoce.experts.when.cut import Cut, cut_length, cut_moment, cut_span
from vivavoce.experts.when.lengths import length
from vivavoce.experts.when.moment import (
    Repeat,
    Span,
    When,
    here,
    later,
    local,
    moment,
    repeat,
    span,
)
from vivavoce.experts.when.spoken import (
    say_clock,
    say_day,
    say_length,
    say_moment,
    say_repeat,
    say_time,
)

__all__ = [
    "Cut",
    "Repeat",
    "Span",
    "When",
    "cut_length",
    "cut_moment",
    "cut_span",
    "here",
    "later",
    "length",
    "local",
    "moment",
    "repeat",
    "say_clock",
    "say_day",
    "say_length",
    "say_moment",
    "say_repeat",
    "say_time",
    "span",
]
