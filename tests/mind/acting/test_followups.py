"""What goes on with what was spoken of before is for the same expert."""

import anyio
import pytest

from vivavoce.core import Message
from vivavoce.experts.meant import Meant
from vivavoce.mind import Ask
from vivavoce.models import Request

pytestmark = [pytest.mark.anyio, pytest.mark.real]

MORE = "and the other one too"
MEANT = Meant.read()


def offered(talk) -> bool:
    """Whether the model was offered the home's tools for the last thing that was said."""
    return any(tool["name"].startswith("home_") for tool in talk.mind.asked[-1].request.tools)


async def test_alone_it_is_for_nobody(talking) -> None:
    async with talking("What do you mean?", meant=MEANT) as t:
        await t.say(MORE)
        assert not offered(t)


async def test_after_a_plain_command(talking) -> None:
    async with talking([("home_switch", {"target": "hall lamp", "on": True})], meant=MEANT) as t:
        await t.say("turn on the kitchen lamp")
        assert not t.mind.asked
        await t.say(MORE)
        assert offered(t)


async def test_thanks_in_between_change_nothing_but_other_talk_does(talking) -> None:
    async with talking("You're welcome.", "Which one?", "Paris.", "Rome.", "Hm?", meant=MEANT) as t:
        await t.say("turn on the kitchen lamp")
        await t.say("thank you very much")
        await t.say(MORE)
        assert offered(t)
        await t.say("what is the capital of France")
        await t.say("what is the capital of Italy")
        await t.say(MORE)
        assert not offered(t)


async def test_a_draft_of_half_a_sentence_changes_nothing(talking) -> None:
    async with talking("Hm?", "Hm?", "Which one?", meant=MEANT) as t:
        await t.say("turn on the kitchen lamp")
        for half in ("who was", "well who was it"):
            told = Request((*t.history, Message("user", half)), conversation=1)
            with anyio.move_on_after(0.1):
                await t.hear(Ask(told, settled=lambda: None))
        await t.say(MORE)
        assert offered(t)


async def test_of_a_conversation_that_nobody_remembers_the_words_before_tell(talking) -> None:
    async with talking("Which one?", meant=MEANT) as t:
        said = ("turn on the kitchen lamp", "unlock the front door")
        for before in said:
            messages = (
                Message("user", before),
                Message("assistant", "Done."),
                Message("user", MORE),
            )
            await t.hear(Ask(Request(messages)))
            assert offered(t), before
