"""Spoken times and lengths."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.time.conftest import BERLIN
from vivavoce.experts.when import (
    Repeat,
    When,
    cut_length,
    cut_moment,
    cut_span,
    here,
    later,
    length,
    moment,
    repeat,
    say_length,
    say_moment,
    say_repeat,
    span,
)

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=BERLIN)
"""A Wednesday."""
PHRASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "phrases.tsv").read_text().splitlines()
    if line
]
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
nows = st.builds(
    lambda at, zone: datetime.fromtimestamp(at, ZoneInfo(zone)),
    st.integers(1767225600, 1893456000),
    st.sampled_from(ZONES),
)
_WORDS = (
    "at in on by to past half quarter a an the seven ten thirty noon midnight tomorrow today "
    "friday next week monday every day morning evening tonight december 24th 3 7:30 pm am minutes "
    "hour and from until between this month of for second 31.12. 2026-02-30 o'clock call weekend"
)
sentences = st.lists(st.sampled_from(_WORDS.split()), max_size=8).map(" ".join) | st.text(
    max_size=30
)


@pytest.mark.parametrize(("phrase", "meant"), PHRASES, ids=[p for p, _ in PHRASES])
def test_a_phrase_means_what_people_mean_by_it(phrase: str, meant: str):
    if meant.startswith("PT"):
        assert length(phrase) == timedelta(seconds=float(meant[2:]))
        return
    found = moment(phrase, NOW)
    if meant == "-":
        assert found is None
    else:
        assert found
        assert found.at.strftime("%Y-%m-%dT%H:%M" if found.timed else "%Y-%m-%d") == meant


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("today", "25 00:00", "26 00:00"),
        ("this week", "25 00:00", "30 00:00"),
        ("next week", "30 00:00", "07 00:00"),
        ("the weekend", "28 00:00", "30 00:00"),
        ("friday afternoon", "27 12:00", "27 18:00"),
        ("tonight", "25 20:00", "26 05:00"),
        ("the next three days", "25 00:00", "28 00:00"),
        ("next month", "01 00:00", "01 00:00"),
        ("friday after two", "27 14:00", "28 00:00"),
        ("before noon tomorrow", "26 00:00", "26 12:00"),
        ("from ten to twelve on friday", "27 10:00", "27 12:00"),
        ("between two and half past four tomorrow", "26 14:00", "26 16:30"),
        ("friday from 9 to 5", "27 09:00", "27 17:00"),
        ("from monday to wednesday", "30 00:00", "03 00:00"),
        ("friday at ten", "27 10:00", "27 11:00"),
    ],
)
def test_a_span_has_both_its_ends(phrase: str, start: str, end: str):
    found = span(phrase, NOW)
    assert found
    assert (found[0].strftime("%d %H:%M"), found[1].strftime("%d %H:%M")) == (start, end)


@pytest.mark.parametrize(
    ("text", "rest", "when"),
    [
        ("call mum at five", "call mum", "every day"),
        ("take the bins out every monday at eight", "take the bins out", "monday"),
        ("tomorrow at seven to water the plants", "water the plants", ""),
        ("buy milk on the way home at six", "buy milk on the way home", ""),
        ("dinner with anna tomorrow evening", "dinner with anna", ""),
        ("stretch in one second", "stretch", ""),
        ("dentist on the second at five", "dentist", ""),
    ],
)
def test_a_request_is_cut_into_what_and_when(text: str, rest: str, when: str):
    cut = cut_moment(text, NOW)
    assert cut
    assert cut.rest == rest
    assert isinstance(cut.found, Repeat if when == "monday" else When)


@pytest.mark.parametrize(
    "text",
    ["buy two eggs", "call number seven", "tell bob about the first of may", "may the fourth"],
)
def test_what_only_looks_like_a_time_is_left_alone(text: str):
    assert cut_moment(text, NOW) is None


def test_an_hour_that_nobody_called_am_is_not_one_of_the_night_unless_it_is_soon():
    evening = datetime(2026, 11, 25, 17, 20, tzinfo=BERLIN)
    late = datetime(2026, 11, 25, 23, 30, tzinfo=BERLIN)
    assert moment("at five", evening).at == datetime(2026, 11, 26, 17, 0, tzinfo=BERLIN)
    assert moment("at one", late).at == datetime(2026, 11, 26, 1, 0, tzinfo=BERLIN)


def test_who_wants_to_be_woken_at_six_means_the_morning():
    assert moment("at six", NOW, morning=True).at.hour == 6
    assert moment("at six in the evening", NOW, morning=True).at.hour == 18


def test_ten_minutes_are_ten_minutes_while_the_clock_is_put_back():
    before = datetime(2026, 10, 25, 2, 55, tzinfo=BERLIN)
    found = moment("in ten minutes", before)
    assert found.at.timestamp() - before.timestamp() == 600
    assert (found.at.hour, found.at.minute, found.at.fold) == (2, 5, 1)


def test_a_time_that_summer_time_skips_is_an_hour_later():
    before = datetime(2027, 3, 27, 12, 0, tzinfo=BERLIN)
    assert moment("tomorrow at 2:30 am", before).at.strftime("%H:%M") == "03:30"


def test_tomorrow_at_seven_is_seven_on_both_changes_of_the_clock():
    for day in (
        datetime(2027, 3, 27, 22, tzinfo=BERLIN),
        datetime(2026, 10, 24, 22, tzinfo=BERLIN),
    ):
        assert moment("tomorrow at seven", day).at.strftime("%H:%M") == "07:00"


def test_a_clock_without_its_zones_rules_is_read_in_the_machines_zone():
    now = datetime.now().astimezone()
    assert here(now) == now
    assert here(datetime(2026, 1, 1, tzinfo=BERLIN)).tzinfo is BERLIN


@pytest.mark.parametrize("zone", ["CET-1CEST,M3.5.0,M10.5.0/3", "UTC0", "Europe/Berlinn", "/no"])
def test_a_zone_that_only_libc_knows_is_what_it_is_now(zone: str):
    read = (
        "from datetime import datetime; from vivavoce.experts.when import here, moment;"
        "now = datetime.now().astimezone(); assert here(now) == now;"
        "print(moment('tomorrow at seven', here(now)).at.strftime('%H:%M'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", read], env=os.environ | {"TZ": zone}, capture_output=True, text=True
    )
    assert done.stdout == "07:00\n", done.stderr
    assert done.stderr.count("set TZ to a name like Europe/Berlin") == 1


@given(st.integers(1, 99), st.integers(0, 59))
def test_a_length_that_is_said_is_read_again(hours: int, minutes: int):
    made = timedelta(hours=hours, minutes=minutes)
    if made < timedelta(days=1) or minutes == 0:
        assert length(say_length(made)) == made


@given(nows, st.integers(1, 150 * 24 * 60))
def test_a_moment_that_is_said_is_read_again(now: datetime, minutes: int):
    at = later(now.replace(second=0), timedelta(minutes=minutes))
    if at.fold or at <= now or (at.date() - now.date()).days > 150:
        return
    found = moment(say_moment(at, now), now)
    assert found
    assert found.at.replace(tzinfo=None) == at.replace(tzinfo=None)


@given(st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 23), st.integers(0, 59), nows)
def test_a_repeat_that_is_said_is_read_again(days, hour: int, minute: int, now: datetime):
    made = Repeat(days, hour, minute)
    assert repeat(say_repeat(made), now) == made


@given(st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 23), st.integers(0, 59), nows)
def test_a_repeats_next_time_is_ahead_within_a_week_and_on_one_of_its_days(
    days, hour: int, minute: int, now: datetime
):
    following = Repeat(days, hour, minute).after(now)
    assert now < following
    assert following - now < timedelta(days=7, hours=25)
    assert following.weekday() in days
    assert following.astimezone(UTC).astimezone(now.tzinfo).strftime("%H:%M") == following.strftime(
        "%H:%M"
    )


@given(nows, st.integers(1, 12), st.integers(0, 59), st.sampled_from(["", " am", " pm"]))
def test_a_time_of_day_alone_is_always_ahead_and_within_a_day(
    now: datetime, hour: int, minute: int, half: str
):
    found = moment(f"at {hour}:{minute:02}{half}", now)
    assert found
    assert now < found.at <= now + timedelta(days=1, hours=1)


@given(sentences, nows)
def test_no_text_is_too_strange(text: str, now: datetime):
    length(text)
    cut_length(text)
    for read in (moment, repeat, cut_moment, cut_span):
        read(text, now)
    if found := span(text, now):
        assert found[0] <= found[1]
