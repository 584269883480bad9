"""A yes is the answer to just the last question, by somebody who may, while it is fresh."""

from dataclasses import replace

import pytest

from tests.mind.acting.conftest import ANNA, CHILD, TELEVISION, TOM
from tests.mind.acting.home import Home
from vivavoce.core import OWNER, Message
from vivavoce.experts import Tool, tool
from vivavoce.mind.policy import PolicyConfig

pytestmark = pytest.mark.anyio
SHALL = "Shall I unlock the front door?"
BOTH = "Shall I unlock the front door and unlock the back door?"
OPEN = {"front door": False, "back door": False}
SHUT = {"front door": True, "back door": True}
LOCKED = "Too many wrong PINs: none counts for a while. I leave it."
CONFIRMS = PolicyConfig(owner_confirms=True)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("turn on the hall lamp", "The hall lamp is on."),
        ("are the lamps on", "Kitchen lamp: no and hall lamp: no."),
        ("what is the capital of France", "Paris."),
    ],
)
@pytest.mark.parametrize("answered", ["okay", "yes"])
async def test_a_yes_to_what_came_after_the_question_opens_nothing(
    talking, words: str, answer: str, answered: str
) -> None:
    async with talking(*["Paris."] * words.startswith("what"), "Yes what?") as t:
        assert await t.say("unlock the front door") == SHALL
        assert await t.say(words) == answer
        assert await t.say(answered) == "Yes what?"
        assert t.home.doors == SHUT


async def test_who_thanks_for_a_timer_opens_no_door(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        t.history.append(Message("assistant", "Your timer of 5 minutes is over."))
        await t.say("okay")
        assert t.home.doors == SHUT


async def test_a_text_that_repeats_the_question_later_does_not_ask_it(talking) -> None:
    async with talking([("home_read_mail", {})], f"Bob writes: {SHALL}") as t:
        t.home.mails = [("Bob", SHALL)]
        await t.say("unlock the front door")
        assert SHALL in await t.say("read my mail and tell me what it says")
        await t.say("okay")
        assert t.home.doors == SHUT


async def test_a_question_is_not_answered_after_a_minute(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        t.later(seconds=59)
        assert "open" in await t.say("yes")
        await t.say("unlock the back door")
        t.later(seconds=61)
        assert await t.say("yes") == "That was too long ago. Ask me again."
        assert t.home.doors["back door"]


@pytest.mark.parametrize(
    ("heard", "opens"),
    [("Shall I", False), ("Shall I unlock the", False), ("Shall I unlock the front", True)],
)
async def test_who_cuts_in_before_the_end_must_have_heard_most_of_it(
    talking, heard: str, opens: bool
) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        t.heard(heard)
        await t.say("yes")
        assert t.home.doors["front door"] is not opens


async def test_a_question_that_nobody_heard_was_not_asked(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        del t.history[1:]
        await t.say("unlock the front door yes")  # two turns without an answer between are one
        assert t.home.doors == SHUT


async def test_a_long_history_may_be_cut_before_the_question(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        del t.history[1]
        await t.say("yes")
        assert not t.home.doors["front door"]


async def test_one_yes_does_all_that_was_asked_about(talking) -> None:
    async with talking() as t:
        assert await t.say("unlock the front door and unlock the back door") == BOTH
        assert await t.say("yes") == "The front door is open. The back door is open."
        assert t.home.doors == OPEN


async def test_what_needs_no_yes_is_done_and_the_rest_is_asked_about_together(talking) -> None:
    calls = [
        ("home_unlock", {"door": "front door"}),
        ("home_switch", {"target": "hall lamp", "on": True}),
        ("home_unlock", {"door": "back door"}),
        ("home_unlock", {"door": "cellar door"}),
        ("home_unlock", {"door": "front door"}),
    ]
    async with talking(calls) as t:
        said = await t.say("I want some light in the hall by the lamp, and open all the doors")
        assert said == (f"The hall lamp is on. That did not work: there is no cellar door. {BOTH}")
        assert t.home.doors == SHUT
        await t.say("yes")
        assert t.home.doors == OPEN
    assert len(t.mind.asked) == 1


async def test_an_offer_and_a_question_are_answered_by_one_yes(talking) -> None:
    async with talking() as t:
        said = await t.say("look at the front door and unlock the back door")
        assert said == (
            "The front door is locked. Shall I unlock it? Shall I unlock the back door?"
        )
        await t.say("yes")
        assert t.home.doors == OPEN


@pytest.mark.parametrize("who", [TELEVISION, CHILD, replace(ANNA, confidence=0.5)])
async def test_each_of_several_is_checked_again(talking, who) -> None:
    async with talking() as t:
        await t.say("unlock the front door and unlock the back door")
        assert await t.say("yes", who)
        assert [act.verdict for act in t.acts[2:]] == ["refuse", "refuse"]
        assert t.home.doors == SHUT


async def test_another_adult_may_say_yes_to_what_somebody_asked(talking) -> None:
    calls = [("home_read_mail", {})], [("home_unlock", {"door": "front door"})]
    async with talking(*calls) as t:
        assert await t.say("read my mail, then unlock the front door") == SHALL
        assert await t.say("yes", TOM) == "The front door is open."


async def test_a_model_that_forgets_what_the_summary_needs_is_told(talking) -> None:
    class Summed(Home):
        def tools(self) -> list[Tool]:
            summed = tool(self.unlock, "danger", summary=lambda a: f"unlock {a['door']}")
            return [summed, *(one for one in super().tools() if one.name != "unlock")]

    async with talking([("home_unlock", {})], home=Summed()) as t:
        said = await t.say("which lamps are on, and unlock it")
        assert said == "Shall I do this: home unlock?"
        assert "Field required" in await t.say("yes")


async def test_what_is_gone_by_the_yes_is_told(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door and unlock the back door")
        t.home.offered[:] = [tool for tool in t.home.offered if tool.name != "unlock"]
        assert "there is no such tool any more" in await t.say("yes")
        assert t.acts[-1].failed


async def test_a_yes_to_an_own_command_counts_beside_a_mail_too(talking) -> None:
    class Jargon(Home):
        commands = Home.commands.replace("unlock [the] {door}", "sesame {door}")

    async with talking([("home_read_mail", {})], "Bob wrote.", home=Jargon()) as t:
        await t.say("read my mail and tell me what it says")
        assert await t.say("sesame front door") == SHALL
        assert await t.say("yes") == "The front door is open."


# -- the owner's yes -----------------------------------------------------------------------------


UNSURE = replace(TOM, confidence=0.5)


async def test_a_voice_that_is_not_sure_needs_the_owners_yes(talking) -> None:
    async with talking(policy=CONFIRMS) as t:
        said = await t.say("unlock the front door", UNSURE)
        assert said == (
            "I am not sure enough by the voice that this is Tom, so it needs the owner's yes. "
            f"{SHALL}"
        )
        for who in (UNSURE, TOM, CHILD, TELEVISION, replace(ANNA, confidence=0.5)):
            assert await t.say("yes", who) == f"That needs the owner's yes. {SHALL}"
            assert t.home.doors == SHUT
        assert await t.say("yes", ANNA) == "The front door is open."


async def test_a_login_is_an_owners_yes(talking) -> None:
    async with talking(policy=CONFIRMS) as t:
        await t.say("unlock the front door", UNSURE)
        assert await t.say("yes", OWNER) == "The front door is open."


async def test_a_pin_is_an_owners_yes(talking) -> None:
    async with talking(policy=CONFIRMS, pin="4821") as t:
        await t.say("unlock the front door", UNSURE)
        assert await t.say("yes, four eight two one", UNSURE) == "The front door is open."
        assert (await t.kept())[0].speaker.name == "Tom"


async def test_the_owner_may_confirm_what_a_child_asks_for_where_that_is_set_up(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door", CHILD)
        assert await t.say("yes", ANNA) == "I don't know."
    async with talking(policy=PolicyConfig(confirmed=frozenset({"child"}))) as t:
        assert (await t.say("unlock the front door", CHILD)).endswith(SHALL)
        await t.say("yes", TOM)
        assert t.home.doors == SHUT
        assert await t.say("yes", ANNA) == "The front door is open."


async def test_the_owners_yes_is_waited_for_no_longer_than_any_other(talking) -> None:
    async with talking(policy=CONFIRMS) as t:
        await t.say("unlock the front door", UNSURE)
        t.later(seconds=40)
        await t.say("yes", UNSURE)
        t.later(seconds=40)
        assert "too long ago" in await t.say("yes", ANNA)


# -- the PIN -------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", ["1 4821", "48211", "4 8 2", "four eight two one four eight"])
async def test_only_the_pin_itself_is_the_pin(talking, digits: str) -> None:
    async with talking(pin="4821") as t:
        await t.say("unlock the front door")
        said = await t.say(f"yes, {digits}", replace(ANNA, confidence=0.3))
        assert said == f"That is not the PIN. {SHALL}"
        assert t.home.doors == SHUT
        assert await t.say("yes 4821", CHILD) == "The front door is open."


async def test_three_wrong_pins_end_the_question(talking) -> None:
    async with talking("Yes what?", pin="4821") as t:
        await t.say("unlock the front door")
        await t.say("yes 1111", CHILD)
        await t.say("yes 2222", CHILD)
        assert await t.say("yes 3333", CHILD) == LOCKED
        assert await t.say("yes 4821", CHILD) == "Yes what?"
        assert t.home.doors == SHUT


async def test_who_guesses_the_pin_gets_nowhere_by_asking_again(talking) -> None:
    async with talking(policy=CONFIRMS, pin="4821") as t:
        for minutes in (5, 10):
            for guess in ("yes 1111", "yes 2222"):
                await t.say("unlock the front door", UNSURE)
                assert (await t.say(guess, UNSURE)).startswith("That is not the PIN.")
            await t.say("unlock the front door", UNSURE)
            assert await t.say("yes 3333", UNSURE) == LOCKED
            t.later(seconds=60 * minutes - 1)
            await t.say("unlock the front door", UNSURE)
            assert await t.say("yes 4821", UNSURE) == LOCKED
            assert t.home.doors == SHUT
            t.later(seconds=2)
        await t.say("unlock the front door", UNSURE)
        assert await t.say("yes 4821", UNSURE) == "The front door is open."


@pytest.mark.parametrize("said", ["yes", "yes, four eight two one"])
async def test_the_owners_own_yes_counts_while_no_pin_does(talking, said: str) -> None:
    async with talking(policy=CONFIRMS, pin="4821") as t:
        await t.say("unlock the front door", UNSURE)
        for guess in ("yes 1111", "yes 2222", "yes 3333"):
            await t.say(guess, UNSURE)
        await t.say("unlock the front door", UNSURE)
        assert await t.say(said, ANNA) == "The front door is open."


async def test_without_a_pin_digits_beside_a_yes_mean_nothing(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        assert await t.say("yes 4821") == "The front door is open."


async def test_oh_yes_is_no_wrong_pin(talking) -> None:
    async with talking(pin="4821") as t:
        await t.say("unlock the front door")
        assert await t.say("oh yes") == "The front door is open."
