"""What changes something is done to its end, and written down, whatever becomes of the answer."""

import asyncio

import anyio
import pytest

from tests.mind.acting.conftest import ANNA
from tests.mind.acting.home import Home
from vivavoce.experts import Result, Tool, tool

pytestmark = pytest.mark.anyio


class Slow(Home):
    """Whose gate takes a while."""

    commands = Home.commands + 'gate: [{say: ["open the gate"]}]\nlisten: [{say: ["listen"]}]\n'

    def __init__(self) -> None:
        super().__init__()
        self.moving, self.open, self.listened = anyio.Event(), False, False

    def tools(self) -> list[Tool]:
        return [*super().tools(), tool(self.gate, "change"), tool(self.listen)]

    async def gate(self) -> Result:
        """Open the gate."""
        self.moving.set()
        await anyio.sleep(0.3)
        self.open = True
        return Result("open", "The gate is open.")

    async def listen(self) -> Result:
        """Listen at the gate."""
        self.moving.set()
        await anyio.sleep(0.3)
        self.listened = True
        return Result("nothing to be heard")


async def broken_off(t, words: str) -> None:  # type: ignore[no-untyped-def]
    """Somebody cuts in while it is done."""
    async with anyio.create_task_group() as group:
        group.start_soon(t.hear, t.ask(words))
        await t.home.moving.wait()
        group.cancel_scope.cancel()


async def test_a_gate_that_moves_is_not_stopped_halfway(talking) -> None:
    async with talking(home=Slow()) as t:
        await broken_off(t, "open the gate")
        assert t.home.open
        (kept,) = await t.kept()
        assert (kept.tool, kept.ended, kept.speaker.name) == ("home_gate", "done", "Anna")
        assert kept.took_s >= 0.3


async def test_by_a_model_too(talking) -> None:
    async with talking([("home_gate", {})], home=Slow()) as t:
        await broken_off(t, "which lamps are on, and is the gate open")
        assert t.home.open
        assert [kept.ended for kept in await t.kept()] == ["done"]


async def test_after_a_yes_too(talking) -> None:
    class Careful(Slow):
        def tools(self) -> list[Tool]:
            return [*super().tools()[:-2], tool(self.gate, "danger"), tool(self.listen)]

    async with talking(home=Careful()) as t:
        await t.say("open the gate")
        await broken_off(t, "yes")
        assert t.home.open
        assert [kept.ended for kept in await t.kept()] == ["done", "asked"]


async def test_what_only_looks_may_be_stopped_and_that_is_written_down(talking) -> None:
    async with talking(home=Slow()) as t:
        await broken_off(t, "listen")
        assert not t.home.listened
        assert [kept.ended for kept in await t.kept()] == ["interrupted"]


async def test_what_is_killed_halfway_may_have_been_done(talking) -> None:
    async with talking(home=Slow()) as t:
        await t.say("turn on the hall lamp", ANNA)
        task = asyncio.create_task(t.hear(t.ask("open the gate")))
        await t.home.moving.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        last = (await t.kept())[0]
        assert (last.tool, last.ended) == ("home_gate", "interrupted")
        assert "may have been done" in last.reason
        assert await t.say("undo that") == "The last thing can't be put back: home gate."
        assert t.home.lamps["hall lamp"]
