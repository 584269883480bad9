"""A model that would say what it did not look up, or did not do, must call first."""

from dataclasses import replace

import pytest

from tests.mind.acting.home import Home
from vivavoce.core import Budget
from vivavoce.experts import Result, Tool, Unclear, tool
from vivavoce.experts.meant import Meant

pytestmark = [pytest.mark.anyio, pytest.mark.real]

MEANT = Meant.read()


def choices(talk) -> list[str]:
    return [ask.request.tool_choice for ask in talk.mind.asked]


async def test_a_wish_that_goes_on_is_not_answered_with_a_claim(talking) -> None:
    call = [("home_switch", {"target": "hall lamp", "on": True})]
    async with talking("The other one is on too.", call, "Both are on.", meant=MEANT) as t:
        await t.say("turn on the kitchen lamp")
        assert "other one" not in await t.say("and the other one too")
        assert t.home.lamps["hall lamp"]
        assert choices(t)[:2] == ["auto", "required"]


async def test_thanks_are_never_made_into_a_call(talking) -> None:
    async with talking("You're welcome.", meant=MEANT) as t:
        await t.say("turn on the kitchen lamp")
        assert await t.say("thank you very much") == "You're welcome."
        assert "required" not in choices(t)


async def test_a_model_that_still_calls_nothing_is_heard(talking) -> None:
    async with talking("It is on.", "Which one?", meant=MEANT) as t:
        await t.say("turn on the kitchen lamp")
        assert await t.say("and the other one too") == "Which one?"


async def test_who_thinks_is_believed(talking) -> None:
    async with talking("No, it is better off.", meant=MEANT) as t:
        await t.say("turn on the kitchen lamp")
        ask = t.ask("and the other one too")
        ask = replace(ask, request=replace(ask.request, thinking=Budget(64)))
        assert await t.hear(ask) == "No, it is better off."


class Misled(Home):
    """Its first tool is for something else, and says which would do."""

    def tools(self) -> list[Tool]:
        return [tool(self.dust, "change"), *super().tools()]

    async def dust(self) -> Result:
        """Dust."""
        raise Unclear("that is a lamp", instead="switch")


async def test_a_tool_that_names_another_is_followed(talking) -> None:
    lamp = [("home_switch", {"target": "hall lamp", "on": True})]
    async with talking([("home_dust", {})], lamp, home=Misled()) as t:
        await t.say("which lamps are on, and brighten up the hall")
        assert t.home.lamps["hall lamp"]
        assert [ask.request.allowed for ask in t.mind.asked[:2]] == [(), ("home_switch",)]
        assert choices(t)[:2] == ["auto", "required"]


async def test_a_claim_is_held_back_where_the_expert_is_only_likely(talking) -> None:
    lamp = [("home_switch", {"target": "hall lamp", "on": True})]
    async with talking("The hall lamp is on.", lamp) as t:
        assert await t.say("let there be light of the lamp in the hall") == "The hall lamp is on."
        assert t.home.lamps["hall lamp"]
        assert choices(t) == ["auto", "required"]


async def test_a_question_back_is_heard(talking) -> None:
    async with talking("Which hall do you mean? There are two.") as t:
        told = await t.say("let there be light of the lamp in the hall")
        assert told == "Which hall do you mean? There are two."
        assert choices(t) == ["auto"]


async def test_who_talks_of_tools_after_a_failure_is_not_heard(talking) -> None:
    wrong = [("home_switch", {"target": "cellar lamp", "on": True})]
    async with talking(wrong, "To switch it, use home_switch with the target.") as t:
        told = await t.say("let there be light of the lamp in the cellar")
        assert "home_switch" not in told
        assert "there is no cellar lamp" in told.lower()
