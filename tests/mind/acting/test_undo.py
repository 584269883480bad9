""" "Undo that" puts back the speaker's newest change, or says why not; never an older one."""

import json
from typing import Any

import anyio
import pytest

from tests.mind.acting.conftest import ANNA, CHILD, TOM
from tests.mind.acting.home import Home
from vivavoce.core import Call, Refused, Retry
from vivavoce.experts import Result, Tool, tool
from vivavoce.mind.acting import hands

pytestmark = pytest.mark.anyio


class Rich(Home):
    """More can be done, and less of it put back."""

    commands = (
        Home.commands
        + """
ring: [{say: ["ring the bell"]}]
both: [{say: ["turn on both"]}]
lock: [{say: ["lock the {door}"]}]
paint: [{say: ["paint the {what}"]}]
shutter: [{say: ["open the shutter"]}]
"""
    )

    def tools(self) -> list[Tool]:
        some = self.ring, self.both, self.lock, self.paint, self.shutter
        more = [tool(one, "change") for one in some]
        return [*super().tools(), *more, tool(self.scrape, "change")]

    async def shutter(self) -> Result:
        """Open the shutter, which takes an hour."""
        await anyio.sleep(3600)
        return Result("open")

    async def ring(self) -> Result:
        """Ring the bell."""
        return Result("ding", "Ding.")

    async def both(self) -> Result:
        """Switch on both lamps, one of which is out of reach."""
        self.lamps["kitchen lamp"] = True
        return Result(
            "the hall lamp does not answer",
            undo=_call("switch", target="kitchen lamp", on=False),
            failed=True,
        )

    async def lock(self, door: str) -> Result:
        """Lock a door."""
        self.doors[door] = True
        return Result("locked", f"The {door} is locked.", undo=_call("unlock", door=door))

    async def paint(self, what: str) -> Result:
        """Paint something."""
        return Result("painted", f"The {what} is red.", undo=_call("scrape", what=what))

    async def scrape(self, what: str) -> Result:
        """Take paint off."""
        raise Refused(f"the paint on the {what} is dry")


def _call(name: str, **arguments: Any) -> Call:
    return Call(name, json.dumps(arguments))


async def test_what_was_done_in_part_is_put_back_and_nothing_older(talking) -> None:
    async with talking(home=Rich()) as t:
        await t.say("turn on the hall lamp")
        assert "does not answer" in await t.say("turn on both")
        await t.say("undo that")
        assert t.home.lamps == {"kitchen lamp": False, "hall lamp": True}
        await t.say("undo that")
        assert t.home.lamps == {"kitchen lamp": False, "hall lamp": False}


async def test_what_can_not_be_put_back_is_told_and_nothing_older_is_touched(talking) -> None:
    async with talking(home=Rich()) as t:
        await t.say("turn on the hall lamp")
        await t.say("ring the bell")
        assert await t.say("undo that") == "The last thing can't be put back: home ring."
        assert t.home.lamps["hall lamp"]


async def test_what_came_too_late_may_have_been_done_and_nothing_older_is_touched(
    talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "CALL_S", 0.1)
    async with talking(home=Rich()) as t:
        await t.say("turn on the hall lamp")
        assert "no answer" in await t.say("open the shutter")
        assert (await t.kept())[0].ended == "interrupted"
        assert await t.say("undo that") == "The last thing can't be put back: home shutter."
        assert t.home.lamps["hall lamp"]


async def test_to_look_changes_nothing_and_to_fail_neither(talking) -> None:
    async with talking("Which?") as t:
        await t.say("turn on the hall lamp")
        await t.say("are the lamps on")
        await t.say("turn on the reading lamp")
        await t.say("turn on the kitchen lamp", CHILD)
        await t.say("undo that")
        assert t.home.lamps == {"kitchen lamp": True, "hall lamp": False}


async def test_what_is_half_an_hour_old_is_not_meant(talking) -> None:
    async with talking() as t:
        await t.say("turn on the kitchen lamp")
        t.later(minutes=31)
        assert await t.say("undo that") == "That was too long ago to be put back."
        await t.say("turn on the hall lamp")
        t.later(minutes=29)
        await t.say("undo that")
        assert t.home.lamps == {"kitchen lamp": True, "hall lamp": False}


async def test_an_undo_that_fails_is_tried_once(talking) -> None:
    async with talking(home=Rich()) as t:
        await t.say("turn on the hall lamp")
        await t.say("paint the door")
        assert "the paint on the door is dry" in await t.say("undo that")
        await t.say("undo that")
        assert not t.home.lamps["hall lamp"]


@pytest.mark.parametrize("gone", ["tool", "expert"])
async def test_an_undo_whose_tool_is_gone_is_told(talking, gone: str) -> None:
    async with talking(home=Rich()) as t:
        await t.say("paint the door")
        if gone == "tool":
            t.home.offered[:] = [tool for tool in t.home.offered if tool.name != "scrape"]
        else:
            t.house.experts.clear()
        assert "there is no such tool any more" in await t.say("undo that")
        assert "nothing" in await t.say("undo that")


async def test_an_undo_whose_expert_is_away_may_be_tried_again(
    talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with talking(home=Rich()) as t:
        await t.say("turn on the hall lamp")
        with monkeypatch.context() as away:
            away.setattr(t.house, "tools", _raises)
            assert "is its hub on?" in await t.say("undo that")
        await t.say("undo that")
        assert not t.home.lamps["hall lamp"]


async def _raises(_: str) -> None:
    raise Retry("the home does not answer; is its hub on?")


async def test_an_undo_that_needs_a_yes_is_still_an_undo_after_it(talking) -> None:
    async with talking(home=Rich()) as t:
        await t.say("turn on the hall lamp")
        await t.say("lock the front door")
        assert await t.say("undo that") == "Shall I unlock the front door?"
        assert await t.say("yes") == "The front door is open."
        await t.say("undo that")
        assert not t.home.lamps["hall lamp"]  # not the lock, which is put back already
        assert [kept.undone for kept in await t.kept() if kept.tool == "home_lock"] == [True]


async def test_an_undo_that_is_declined_may_be_asked_for_again(talking) -> None:
    async with talking(home=Rich()) as t:
        await t.say("lock the front door")
        await t.say("undo that")
        await t.say("no")
        assert await t.say("undo that") == "Shall I unlock the front door?"


async def test_everybody_undoes_their_own(talking) -> None:
    async with talking() as t:
        await t.say("turn on the hall lamp", ANNA)
        await t.say("turn on the kitchen lamp", TOM)
        await t.say("undo that", ANNA)
        assert t.home.lamps == {"kitchen lamp": True, "hall lamp": False}


async def test_what_was_done_by_the_pin_is_the_speakers_own(talking) -> None:
    async with talking(home=Rich(), pin="4821") as t:
        await t.say("turn on the hall lamp", CHILD)
        await t.say("unlock the front door", ANNA)
        await t.say("yes 4821", CHILD)
        assert await t.say("undo that", CHILD) == "The last thing can't be put back: home unlock."


async def test_what_is_under_way_is_not_put_back_and_nothing_older(talking) -> None:
    async with talking() as t:
        await t.say("turn on the hall lamp")
        t.later(seconds=1)
        await t.say("wash the dishes")
        assert await t.say("undo that") == "That is still under way; you can stop it."
        assert t.home.lamps["hall lamp"]
