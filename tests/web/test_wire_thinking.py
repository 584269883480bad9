"""Thinking, votes and routes on the wire."""

import json

import pytest

from tests.web.api.fakes import RuleMind
from tests.web.help import talking
from vivavoce.core import Budget
from vivavoce.mind import Voting
from vivavoce.web import ServeConfig
from vivavoce.web.conversation import How

pytestmark = pytest.mark.anyio

THOUGHTS = ("six times ", "twelve is SECRET")


async def test_thinking_votes_and_the_route_are_told_beside_the_answer(house):
    async with talking(house, thoughts=THOUGHTS) as (_at, c, inbox):
        await c.session.update(session={"type": "realtime", "vivavoce": {"show_thinking": True}})
        await c.response.create()
        done = (await inbox.wait("response.done"))["response"]
    assert "".join(e["delta"] for e in inbox.all("vivavoce.thinking")) == "".join(THOUGHTS)
    assert {e["response_id"] for e in inbox.all("vivavoce.thinking")} == {done["id"]}
    held, over = inbox.all("vivavoce.vote")
    assert (held["stopped"], over["stopped"]) == ("", "decided")
    assert (over["chains"], over["counts"], over["tokens"]) == (5, {"72": 3, "70": 1}, 90)
    (route,) = inbox.all("vivavoce.route")
    assert (route["model"], route["why"]) == ("large", "it is hard")
    assert (route["thought"], route["granted"], route["kept"]) == (212, 256, "exact")
    assert (route["fell_from"], route["shortened"]) == (["small"], 2)
    assert done["usage"]["output_token_details"]["reasoning_tokens"] == 212


async def test_thinking_is_never_in_any_other_event(house):
    async with talking(house, thoughts=THOUGHTS) as (_at, c, inbox):
        await c.response.create()
        await inbox.wait("response.done")
    assert inbox.all("vivavoce.thinking") == []
    assert inbox.all("vivavoce.route")
    assert "SECRET" not in json.dumps(inbox.events)


@pytest.mark.parametrize(
    ("asked", "how"),
    [
        ({"vivavoce": {"thinking": 300}}, How(thinking=Budget(300))),
        ({"vivavoce": {"thinking": "low"}}, How(thinking=Budget(256))),
        ({"vivavoce": {"chains": 5, "model": "large"}}, How("large", None, Voting(5))),
        ({"reasoning": {"effort": "high"}}, How(thinking=Budget(8192))),
        ({"reasoning": {"effort": "xhigh"}}, How(thinking=Budget(128_000))),
        (
            {"reasoning": {"effort": "high"}, "vivavoce": {"thinking": 0}},
            How(thinking=Budget(0)),
        ),
    ],
)
async def test_a_session_says_how_answers_are_made_and_takes_it_back(house, asked, how):
    async with talking(house) as (at, c, inbox):
        await c.session.update(session={"type": "realtime", **asked})
        await inbox.wait("session.updated")
        back = {"thinking": None, "chains": None, "model": "auto"}
        await c.session.update(session={"type": "realtime", "reasoning": None, "vivavoce": back})
        await inbox.wait("session.updated", times=2)
        told = at.session.asked_for("configure")
    assert told == [{"how": how}, {"how": How()}]


async def test_one_response_may_differ_and_keeps_the_rest(house):
    async with talking(house) as (at, c, inbox):
        await c.session.update(
            session={"type": "realtime", "vivavoce": {"thinking": 300, "chains": 3}}
        )
        await c.response.create(response={"vivavoce": {"thinking": None, "model": "large"}})
        await inbox.wait("response.done")
        await c.response.create(response={"reasoning": {"effort": "low"}})
        await inbox.wait("response.done", times=2)
        await c.response.create(response={"vivavoce": {"chains": 99}})
        error = (await inbox.wait("error"))["error"]
        asked = [how["how"] for how in at.session.asked_for("respond")]
    assert asked == [How("large", None, Voting(3)), How("auto", Budget(256), Voting(3))]
    assert error["param"] == "response.vivavoce.chains"


async def test_a_model_that_there_is_not_is_refused_and_nothing_else_is_taken(house):
    async with talking(house, mind=RuleMind()) as (at, c, inbox):
        ours = {"model": "gpt-9", "thinking": 300}
        await c.session.update(session={"type": "realtime", "vivavoce": ours})
        error = (await inbox.wait("error"))["error"]
        await c.response.create(response={"vivavoce": {"model": "gpt-8"}})
        other = (await inbox.wait("error", times=2))["error"]
        for name in ("house/far", "auto"):
            await c.session.update(session={"type": "realtime", "vivavoce": {"model": name}})
        await inbox.wait("session.updated", times=2)
        await c.response.create(response={"vivavoce": {"model": "small"}})
        await inbox.wait("response.done")
        told, asked = at.session.asked_for("configure"), at.session.asked_for("respond")
    assert (error["code"], error["param"]) == ("model_not_found", "session.vivavoce.model")
    assert "gpt-9" in error["message"]
    assert "'house/far'" in error["message"]
    assert (other["code"], other["param"]) == ("model_not_found", "response.vivavoce.model")
    assert told == [{"how": How("house/far")}, {"how": How()}]
    assert asked == [{"how": How("small")}]


async def test_who_answers_at_first_stays_when_only_the_thinking_changes(house):
    limits = ServeConfig(answers="small")
    async with talking(house, mind=RuleMind(), limits=limits) as (at, c, inbox):
        created = await inbox.wait("session.created")
        await c.session.update(session={"type": "realtime", "vivavoce": {"thinking": 300}})
        await inbox.wait("session.updated")
        (told,) = at.session.asked_for("configure")
    assert created["session"]["vivavoce"]["model"] == "small"
    assert told == {"how": How("small", Budget(300))}


async def test_a_temperature_that_is_taken_back_is_as_at_first(house):
    async with talking(house) as (at, c, inbox):
        for n, warm in enumerate((0.5, None)):
            await c.session.update(session={"type": "realtime", "temperature": warm})
            await inbox.wait("session.updated", times=n + 1)
        told = at.session.asked_for("configure")
    assert told == [{"temperature": 0.5}, {"temperature": 0.0}]
