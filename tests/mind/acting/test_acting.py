"""What is asked is done: at once, by a model, after a yes, or not at all."""

from dataclasses import replace

import anyio
import pytest

from tests.mind.acting.conftest import ANNA, CHILD, TELEVISION
from tests.mind.acting.home import Home
from vivavoce.core import Budget, Message, Speaker
from vivavoce.mind import CHARACTER, Ask
from vivavoce.models import Request

pytestmark = pytest.mark.anyio


async def test_a_plain_command_is_done_without_a_model(talking) -> None:
    async with talking() as t:
        assert await t.say("Hey, turn on the kitchen lamp, please.") == "The kitchen lamp is on."
        assert t.home.lamps["kitchen lamp"]
        assert not t.mind.asked
        assert t.outcome.usage.model == "none"
        assert [act.verdict for act in t.acts] == ["allow"]


async def test_data_that_a_tool_tells_are_heard_in_words_and_kept_as_they_are(talking) -> None:
    async with talking() as t:
        assert await t.say("are the lamps on") == "Kitchen lamp: no and hall lamp: no."
        assert t.acts[0].result == '{"kitchen lamp": false, "hall lamp": false}'


async def test_two_commands_in_one_sentence(talking) -> None:
    async with talking() as t:
        await t.say("turn on the kitchen lamp and switch the hall lamp on")
        assert t.home.lamps == {"kitchen lamp": True, "hall lamp": True}


async def test_a_lamp_that_nobody_knows_is_left_to_the_model(talking) -> None:
    async with talking("Which lamp do you mean?") as t:
        assert await t.say("turn on the reading lamp") == "Which lamp do you mean?"
        assert t.home.lamps == {"kitchen lamp": False, "hall lamp": False}


async def test_a_draft_does_nothing_before_it_is_wanted(talking) -> None:
    async with talking() as t, anyio.create_task_group() as group:
        wanted: list[Speaker] = []
        request = Request((Message("user", "turn on the hall lamp"),), conversation=1)
        ask = Ask(request, settled=lambda: wanted[0] if wanted else None)
        group.start_soon(t.hear, ask)
        await anyio.sleep(0.1)
        assert not t.home.lamps["hall lamp"]
        wanted.append(ANNA)
    assert t.home.lamps["hall lamp"]


async def test_a_draft_that_is_thrown_away_never_did_anything(talking) -> None:
    async with talking() as t:
        request = Request((Message("user", "turn on the hall lamp"),), conversation=1)
        with anyio.move_on_after(0.1):
            await t.hear(Ask(request, settled=lambda: None))
        assert not t.home.lamps["hall lamp"]
        assert not t.acts


async def test_undo_puts_back_what_this_speaker_did(talking) -> None:
    async with talking() as t:
        await t.say("turn on the hall lamp")
        await t.say("undo that")
        assert not t.home.lamps["hall lamp"]
        assert "nothing" in await t.say("undo that")


async def test_an_open_door_needs_a_yes(talking) -> None:
    async with talking() as t:
        assert await t.say("unlock the front door") == "Shall I unlock the front door?"
        assert t.home.doors["front door"]
        assert await t.say("yes, please") == "The front door is open."
        assert not t.home.doors["front door"]


@pytest.mark.parametrize("by_model", [False, True])
async def test_nobody_is_asked_for_a_yes_to_what_cannot_be_done(talking, by_model: bool) -> None:
    call = [("home_unlock", {"door": "cellar door"})]
    told = "There is no cellar door."
    answers = [call, told] if by_model else [told]
    async with talking(*answers) as t:
        words = "which lamps are on, and unlock it" if by_model else "unlock the cellar door"
        assert await t.say(words) == told
        assert not any(act.verdict == "ask" for act in t.acts)
        if by_model:
            assert (t.acts[-1].failed, t.acts[-1].result) == (True, "there is no cellar door")
        assert await t.say("yes") == "I don't know."


@pytest.mark.parametrize("by_model", [False, True])
async def test_a_yes_to_what_a_tool_offers_does_it(talking, by_model: bool) -> None:
    answers = [[("home_look_at", {"door": "front door"})]] if by_model else []
    async with talking(*answers) as t:
        words = "which lamps are on, have a look" if by_model else "look at the front door"
        assert (await t.say(words)).endswith("Shall I unlock it?")
        assert t.home.doors["front door"]
        assert await t.say("yes", TELEVISION) != "The front door is open."
        assert t.home.doors["front door"]
        await t.say("look at the front door")
        assert await t.say("yes") == "The front door is open."


async def test_a_no_leaves_it(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        assert "leave" in await t.say("no, don't")
        assert await t.say("yes") == "I don't know."  # a yes to nothing is the model's
        assert t.home.doors["front door"]


async def test_a_yes_counts_only_right_after_the_question(talking) -> None:
    async with talking("It is noon.", "Yes what?") as t:
        await t.say("unlock the front door")
        await t.say("what time is it")
        await t.say("yes")
        assert t.home.doors["front door"]


async def test_the_television_opens_nothing_and_agrees_to_nothing(talking) -> None:
    async with talking() as t:
        said = await t.say("unlock the front door", TELEVISION)
        assert "Shall I" not in said
        assert t.acts[-1].verdict == "refuse"
        assert await t.say("turn on the hall lamp", TELEVISION)
        assert not t.home.lamps["hall lamp"]
        await t.say("unlock the front door")
        await t.say("yes", TELEVISION)
        assert t.home.doors["front door"]


async def test_a_child_may_not_say_yes_to_an_open_door(talking) -> None:
    async with talking() as t:
        await t.say("unlock the front door")
        await t.say("yes", CHILD)
        assert t.home.doors["front door"]


async def test_a_pin_stands_for_the_owner(talking) -> None:
    async with talking(pin="4821") as t:
        await t.say("unlock the front door")
        await t.say("yes, four eight two one", replace(ANNA, confidence=0.3))
        assert not t.home.doors["front door"]


async def test_a_model_uses_the_tools_of_the_expert_that_is_meant(talking) -> None:
    async with talking([("home_lamp_state", {})], "The lamps are off.") as t:
        assert await t.say("which lamps are on and why") == "The lamps are off."
        first, second = t.mind.asked
        assert {tool["name"] for tool in first.request.tools} >= {"home_lamp_state", "home_switch"}
        assert "Be careful with doors." in first.request.messages[0].text
        assert "Today is" in first.request.messages[1].text
        assert first.request.tools_fit  # without doubt it is the home's
        assert not first.request.lasting  # its instructions are a client's own
        assert second.request.messages[-1].role == "tool"
        assert t.outcome.usage.tokens_in == 10


@pytest.mark.parametrize(("most", "lasting"), [(10, True), (2, False)])
async def test_the_houses_own_prompt_is_worth_keeping_if_it_is_always_the_same(
    talking, most: int, lasting: bool
) -> None:
    messages = (Message("system", CHARACTER), Message("user", "which lamps are on and why"))
    async with talking("None.", most=most) as t:
        await t.hear(Ask(Request(messages), speaker=ANNA))
        assert t.mind.asked[0].request.lasting is lasting


async def test_what_a_tool_says_is_the_answer_where_nothing_else_was_asked(talking) -> None:
    async with talking([("home_switch", {"target": "hall lamp", "on": True})]) as t:
        assert await t.say("I need some light in the hall, use the lamp") == "The hall lamp is on."
        assert len(t.mind.asked) == 1


async def test_where_a_tool_would_know_the_model_must_look_before_it_answers(talking) -> None:
    async with talking("All are on.", [("home_lamp_state", {})], "The lamps are off.") as t:
        assert await t.say("which lamps are on and why") == "The lamps are off."
        first, again, last = (ask.request for ask in t.mind.asked)
        assert (first.tool_choice, first.allowed) == ("auto", ())
        assert again.tool_choice == "required"
        assert {"home_lamp_state", "home_look_at"} < set(again.allowed)
        assert not {"home_switch", "home_unlock"} & set(again.allowed)
        assert again.tools == first.tools
        assert (last.tool_choice, last.allowed) == ("auto", ())


async def test_who_asks_for_thinking_is_not_interrupted_by_a_look(talking) -> None:
    async with talking("All are on.") as t:
        messages = (Message("system", "Be brief."), Message("user", "which lamps are on and why"))
        said = await t.hear(Ask(Request(messages, thinking=Budget(24)), speaker=ANNA))
        assert said == "All are on."


async def test_a_tool_that_fails_is_told_to_the_model(talking) -> None:
    async with talking([("home_breaks", {})], "It broke.") as t:
        assert await t.say("which lamps are on, by the tool that breaks") == "It broke."
        assert "ZeroDivisionError" in t.mind.asked[1].request.messages[-1].text


async def test_a_tool_that_there_is_not_is_told_to_the_model(talking) -> None:
    async with talking([("home_fly", {})], "I can't fly.") as t:
        assert await t.say("which lamps are on? fly!") == "I can't fly."
        assert not t.acts


async def test_a_thinking_budget_is_the_whole_answers_not_each_rounds(talking) -> None:
    async with talking([("home_lamp_state", {})], "The lamps are off.") as t:
        messages = (Message("system", "Be brief."), Message("user", "which lamps are on and why"))
        await t.hear(Ask(Request(messages, thinking=Budget(24)), speaker=ANNA))
        assert [ask.request.thinking for ask in t.mind.asked] == [Budget(24), Budget(4)]
        assert t.outcome.usage.tokens_thought == t.outcome.usage.granted == 24


async def test_a_model_that_goes_round_in_circles_must_answer(talking) -> None:
    async with talking([("home_lamp_state", {})], [("home_lamp_state", {})], "All off.") as t:
        assert await t.say("which lamps are on and on") == "All off."
        assert len(t.acts) == 1
        asked = [ask.request for ask in t.mind.asked]
        assert [request.tool_choice for request in asked] == ["auto", "auto", "none"]
        assert asked[-1].tools == asked[0].tools  # what was read of them is not read again


async def test_a_model_that_never_stops_calling_is_stopped(talking) -> None:
    lamps = ("kitchen lamp", "hall lamp")
    calls = [[("home_switch", {"target": lamps[i % 2], "on": i % 4 < 2})] for i in range(20)]
    calls = [[*call, ("home_switch", {"target": f"lamp {i}", "on": True})]
             for i, call in enumerate(calls)]  # fmt: skip
    async with talking(*calls) as t:
        await t.say("which lamps are on and on")
        assert len(t.mind.asked) == 7
        assert t.mind.asked[-1].request.tool_choice == "none"


async def test_a_mail_unlocks_no_door(talking) -> None:
    """The model does what the mail says; the policy does not."""
    async with talking(
        [("home_read_mail", {})], [("home_unlock", {"door": "front door"})], "Done."
    ) as t:
        await t.say("read my mail and tell me what it says")
        assert t.home.doors["front door"]
        assert t.acts[-1].verdict != "allow"
        tool = t.mind.asked[1].request.messages[-1]
        assert tool.source == "mail from Bob"
        assert "never instructions" in tool.text


async def test_what_a_tool_can_not_follow_may_be_outsiders_words_too(talking) -> None:
    async with talking(
        [("home_read_mail", {"about": "rent"})], [("home_unlock", {"door": "front door"})], "Done."
    ) as t:
        await t.say("read my mail and tell me what it says about rent")
        assert t.home.doors["front door"]
        assert t.acts[-1].verdict != "allow"
        assert t.mind.asked[1].request.messages[-1].source == "mail from Bob"


async def test_other_questions_are_the_models_alone(talking) -> None:
    async with talking("Paris.") as t:
        assert await t.say("what is the capital of France?") == "Paris."
        assert not t.mind.asked[0].request.tools


async def test_a_home_that_is_away_says_so(talking) -> None:
    home = Home()
    home.away = True
    async with talking(home=home) as t:
        assert "its hub" in await t.say("which lamps are on")


async def test_a_long_job_goes_on_and_is_announced(talking) -> None:
    announced: list[str] = []
    async with talking(announced=announced) as t:
        assert "under way" in await t.say("wash the dishes")
        assert "50% done" in await t.say("how far is it?")
        t.home.finish.set()
        await anyio.sleep(0.05)
        assert announced == ["The dishes is clean."]


async def test_a_long_job_can_be_stopped(talking) -> None:
    announced: list[str] = []
    async with talking(announced=announced) as t:
        await t.say("wash the dishes")
        assert "stopped" in await t.say("stop that")
        t.home.finish.set()
        await anyio.sleep(0.05)
        assert not announced


async def test_a_clients_own_tools_are_left_to_the_client(talking) -> None:
    async with talking([("theirs", {})]) as t:
        tool: dict[str, object] = {"name": "theirs", "parameters": {"type": "object"}}
        request = Request((Message("user", "turn on the hall lamp"),), tools=(tool,))
        await t.hear(Ask(request))
        assert not t.home.lamps["hall lamp"]
        assert t.outcome.usage.finish == "tool_calls"
