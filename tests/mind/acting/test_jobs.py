"""Long jobs are somebody's: they, or an adult, may ask and stop; the log gets the real end."""

import json
from dataclasses import replace

import anyio
import pytest

from tests.mind.acting.conftest import ANNA, CHILD, TELEVISION, TOM
from tests.mind.acting.home import Home
from vivavoce.core import Call, Refused
from vivavoce.experts import Context, Result

pytestmark = pytest.mark.anyio
ASKS, STOPS = "how far is it?", "stop that"


class Washing(Home):
    """Washing lights a lamp, which can be put out again."""

    refuses = False

    async def wash(self, what: str, context: Context) -> Result:
        """Wash something; takes long."""
        await self.finish.wait()
        if self.refuses:
            raise Refused("the machine leaks")
        self.lamps["hall lamp"] = True
        off = Call("switch", json.dumps({"target": "hall lamp", "on": False}))
        return Result(f"{what} washed", f"The {what} is clean.", undo=off)


async def ends(t) -> None:  # type: ignore[no-untyped-def]
    t.home.finish.set()
    await anyio.sleep(0.05)


@pytest.mark.parametrize("who", [TELEVISION, CHILD, replace(TOM, rank="guest")])
async def test_who_has_no_say_neither_hears_of_a_job_nor_stops_it(talking, who) -> None:
    announced: list[str] = []
    async with talking(*["What?"] * 4, announced=announced) as t:
        await t.say("wash the dishes", ANNA)
        assert await t.say(ASKS, who) == "What?"
        assert await t.say(STOPS, who) == "What?"
        await ends(t)
        assert announced == ["The dishes is clean."]


@pytest.mark.parametrize("who", [CHILD, TOM, ANNA])
async def test_its_own_speaker_and_adults_have_a_say(talking, who) -> None:
    announced: list[str] = []
    async with talking(announced=announced) as t:
        await t.say("wash the dishes", CHILD)
        assert "50% done" in await t.say(ASKS, who)
        assert await t.say(STOPS, who) == "I stopped home wash."
        await ends(t)
        assert not announced


async def test_the_log_tells_how_it_really_ended(talking) -> None:
    async with talking(home=Washing()) as t:
        await t.say("wash the dishes")
        assert await t.kept() == []
        t.later(minutes=40)
        await ends(t)
        (kept,) = await t.kept()
        assert (kept.ended, kept.at, kept.effect) == ("done", t.now, "change")
        assert kept.took_s >= 2
        await t.say("undo that")
        assert not t.home.lamps["hall lamp"]


async def test_a_job_that_fails_later_is_written_down_as_that(talking) -> None:
    announced: list[str] = []
    home = Washing()
    home.refuses = True
    async with talking(home=home, announced=announced) as t:
        await t.say("wash the dishes")
        await ends(t)
        assert announced == ["That did not work: the machine leaks."]
        assert [kept.ended for kept in await t.kept()] == ["failed"]


async def test_a_job_that_is_stopped_may_have_been_done(talking) -> None:
    async with talking(home=Washing()) as t:
        await t.say("wash the dishes")
        await t.say(STOPS)
        assert [kept.ended for kept in await t.kept()] == ["interrupted"]


async def test_a_job_is_written_down_when_the_house_is_closed(talking) -> None:
    async with talking(home=Washing()) as t:
        await t.say("wash the dishes")
    assert [kept.ended for kept in t.audit.recent()] == ["interrupted"]
    t.audit.close()


async def test_a_job_that_is_soon_over_is_an_ordinary_call(talking) -> None:
    async with talking(home=Washing()) as t:
        t.home.finish.set()
        assert await t.say("wash the dishes") == "The dishes is clean."
        assert [kept.ended for kept in await t.kept()] == ["done"]


async def test_a_job_goes_on_and_is_announced_if_somebody_cuts_in_at_its_start(talking) -> None:
    announced: list[str] = []
    async with talking(announced=announced) as t:
        with anyio.move_on_after(0.3):
            await t.hear(t.ask("wash the dishes"))
        await ends(t)
        assert announced == ["The dishes is clean."]
