"""The household suite: its papers are of today, and what it counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bench.household.__main__ import SETS, requests
from bench.household.check import wrong
from bench.household.house import DEVICES
from bench.household.numbers import LEFT, numbers, show
from bench.household.papers import PAPERS, brought, dated
from tests.experts.news.house import NOW
from tests.experts.news.press import real
from vivavoce.experts import past
from vivavoce.experts.builtin.news.reading import stories

moments = st.datetimes(datetime(2026, 1, 2), datetime(2030, 1, 1), timezones=st.just(UTC))
MUSIC = {"state": "play", "title": "First Light", "album": "Late Ferry", "genre": "Ambient"} | {
    "artist": "Harbour Lights", "volume": "50", "random": "0", "repeat": "0",
}  # fmt: skip
"""As the house's player is before each request."""
AGO = st.timedeltas(timedelta(0), timedelta(days=40))


@given(moments)
def test_what_was_of_the_morning_is_of_this_morning_at_any_hour(now: datetime):
    morning = past.since("this morning", now)
    told = {
        story.title: story.at
        for name, (file, content_type) in PAPERS.items()
        for story in stories(dated(real(file), now), content_type, name)
    }
    new = {title for title, at in told.items() if at and at >= morning.replace(microsecond=0)}
    assert "Council approves new bridge over the harbour" in new
    assert "River festival draws a record crowd" not in new
    assert all(at and at <= now for at in told.values())


@given(moments, AGO, AGO)
def test_what_came_first_stays_first(now: datetime, one: timedelta, other: timedelta):
    first, then = NOW - max(one, other), NOW - min(one, other)
    assert brought(first, now) <= brought(then, now) <= now


def test_an_answer_must_have_what_is_asked_and_nothing_else():
    request = {"area": "news", "answer": "bridge", "silent": "festival"}
    house: dict[str, Any] = {"devices": {}, "music": {}}

    def told(answer: str) -> str:
        return wrong(request, house, house, {"answer": answer, "verdicts": []})

    assert told("A bridge.") == ""
    assert "must not match" in told("A bridge. A festival.")
    assert "does not match" in told("Nothing.")


def row(area: str, path: str, trouble: str = "", s: float = 0.1) -> tuple[Any, Any]:
    request = {"area": area, "say": "turn on the hall light", "devices": {}}
    done = {"path": path, "wrong": trouble, "s": s, "tokens_in": 0, "tokens_out": 0}
    return request, done


def test_what_is_left_undone_is_no_right_answer_and_takes_no_time():
    rows = [
        row("home", "none"),
        row("home", "none", "it is off", 0.3),
        row("home", LEFT, "left", 9),
    ]
    result = numbers(rows)
    assert result["all"]["right"] == 33.3
    assert result["all"]["no_model_right"] == 50
    assert result["all"]["p95_s"] == 0.3
    assert result["paths"][LEFT]["p50_s"] is None
    assert "left" in show(result)


@pytest.mark.parametrize("name", SETS)
def test_every_request_says_what_must_happen(name: str):
    checks = {"devices", "music", "then", "answer", "verdict"}
    assert all(checks & request.keys() for request in requests(name))
    known = {*checks, "area", "before", "say", "as", "still", "silent", "first"}
    assert all(known >= row.keys() for row in yaml.safe_load(SETS[name].read_text()))


def test_what_was_written_later_was_not_asked_before():
    said = {name: {request["say"].lower() for request in requests(name)} for name in SETS}
    assert not said["requests"] & said["unseen"]


@pytest.mark.parametrize("name", SETS)
def test_a_request_that_nobody_follows_is_wrong(name: str):
    for request in requests(name):
        other = request.get("first", {})
        devices = {name: {**state, **other.get(name, {})} for name, (_, state) in DEVICES.items()}
        house = {"devices": {**devices, "Robbie": {"state": "docked"}}, "music": MUSIC}
        told = {"answer": "", "verdicts": [], "then": _untouched(request.get("then"))}
        told["earlier"] = [[] for _ in request.get("before", ())]
        assert wrong(request, house, house, told), request["say"]


def _untouched(then: Any) -> str:
    """What a tool tells of a house in which nothing was done."""
    if then is None or then["tool"] == "time_left":
        return "no timers, alarms or reminders"
    if then["tool"] == "mail_inbox":
        return "No unread mail."
    if then["tool"] == "calendar_agenda":
        return "Dentist tomorrow at 9 am to 9:45 am"
    return "bread (added by Lea)" if then["arguments"]["list_name"] == "shopping" else "nothing"
