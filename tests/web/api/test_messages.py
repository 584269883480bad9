"""The official anthropic package asks for messages."""

import base64

import anthropic
import pytest

pytestmark = pytest.mark.anyio

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nxx").decode()
WEATHER = {
    "name": "weather",
    "description": "How it is outside",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def say(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def how(text: str, **more) -> dict:
    return {"model": "small", "max_tokens": 2000, "messages": say(text), **more}


THINK = {"type": "enabled", "budget_tokens": 1024}


async def test_a_question_gets_an_answer_and_its_usage(served):
    async with served() as at:
        done = await at.anthropic.messages.create(**how("you"), system="Be brief.")
        assert [m.role for m in at.request.messages] == ["system", "user"]
    assert done.content[0].text == "Hello you."
    assert done.stop_reason == "end_turn"
    assert (done.usage.input_tokens, done.usage.cache_read_input_tokens) == (7, 4)
    assert done.usage.vivavoce["budget"]["kept"] == "none"


async def test_thinking_streams_as_blocks_with_a_signature(served):
    async with served() as at, at.anthropic.messages.stream(**how("you"), thinking=THINK) as stream:
        events = [event async for event in stream]
        kinds = [getattr(getattr(event, "delta", None), "type", event.type) for event in events]
        final = await stream.get_final_message()
        assert (at.request.max_tokens, at.request.thinking.tokens) == (976, 1024)
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.content[0].thinking == "Let me see."
    assert final.content[0].signature
    assert final.content[1].text == "Hello you."
    assert kinds.index("signature_delta") < kinds.index("text_delta")
    assert final.usage.output_tokens == 7
    assert final.usage.input_tokens == 7


async def test_a_call_and_its_thinking_come_back_with_the_result(served):
    async with served() as at:
        first = await at.anthropic.messages.create(
            **how("weather?"), tools=[WEATHER], thinking=THINK
        )
        assert first.stop_reason == "tool_use"
        calls = [b for b in first.content if b.type == "tool_use"]
        assert [c.input for c in calls] == [{"city": "Rome"}, {"city": "Oslo"}]
        results = [
            {"type": "tool_result", "tool_use_id": c.id, "content": "sun", "is_error": i == 1}
            for i, c in enumerate(calls)
        ]
        messages = [
            *say("weather?"),
            {"role": "assistant", "content": first.content},
            {"role": "user", "content": results},
        ]
        done = await at.anthropic.messages.create(
            model="small", max_tokens=2000, messages=messages, tools=[WEATHER], thinking=THINK
        )
        kept = at.request.messages
        assert [m.role for m in kept] == ["user", "assistant", "tool", "tool"]
        assert kept[1].thoughts[0].text == "Let me see."
        assert kept[1].thoughts[0].vendor == "local"
        assert kept[3].text == "Error: sun"
    assert done.content[-1].text == "Hello Error: sun."


async def test_another_vendors_thoughts_go_back_as_they_came(served):
    async with served() as at:
        ask = {"model": "house/far", "max_tokens": 2000, "thinking": THINK}
        first = await at.anthropic.messages.create(**ask, messages=say("redact"))
        assert [b.type for b in first.content] == ["redacted_thinking", "thinking", "text"]
        messages = [*say("redact"), {"role": "assistant", "content": first.content}, *say("go on")]
        await at.anthropic.messages.create(**ask, messages=messages)
        hidden, seen = at.request.messages[1].thoughts
    assert (hidden.redacted, hidden.vendor) == ("hidden", "anthropic")
    assert (seen.text, seen.signature, seen.vendor) == ("Let me see.", "theirs", "anthropic")


async def test_a_thought_that_was_modified_is_refused(served):
    async with served() as at:
        first = await at.anthropic.messages.create(**how("you"), thinking=THINK)
        block = first.content[0].to_dict() | {"thinking": "Let me cheat."}
        messages = [*say("you"), {"role": "assistant", "content": [block]}, *say("go on")]
        with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
            await at.anthropic.messages.create(model="small", max_tokens=2000, messages=messages)


async def test_thinking_that_is_omitted_leaves_only_its_signature(served):
    async with served() as at:
        omit = {**THINK, "display": "omitted"}
        async with at.anthropic.messages.stream(**how("you"), thinking=omit) as stream:
            first = await stream.get_final_message()
        assert first.content[0].thinking == ""
        messages = [*say("you"), {"role": "assistant", "content": first.content}, *say("go on")]
        await at.anthropic.messages.create(model="small", max_tokens=2000, messages=messages)
        assert at.request.messages[1].thoughts[0].text == "Let me see."


async def test_how_much_to_think_may_be_said_in_each_way(served):
    async with served() as at:
        ask = at.anthropic.messages.create
        await ask(**how("x"))
        assert at.request.thinking is None
        await ask(**how("x"), thinking={"type": "disabled"})
        assert at.request.thinking.tokens == 0
        await ask(**how("x"), thinking={"type": "adaptive"})
        assert at.request.thinking is None
        await ask(**how("x"), thinking={"type": "adaptive"}, output_config={"effort": "low"})
        assert at.request.thinking.tokens == 256
        await ask(**how("x"), thinking={"type": "enabled", "budget_tokens": 5})
        assert at.request.thinking.tokens == 5


async def test_a_schema_choice_and_stop_are_understood(served):
    async with served() as at:
        ask = at.anthropic.messages.create
        schema = {"type": "object", "properties": {}}
        output = {"format": {"type": "json_schema", "schema": schema}}
        done = await ask(**how("x"), output_config=output)
        assert at.request.schema == schema
        assert done.content[0].text == '{"city":"Rome","people":3}'
        choice = {"type": "any", "disable_parallel_tool_use": True}
        await ask(**how("x"), tools=[WEATHER | {"description": None}], tool_choice=choice)
        assert at.request.tools[0]["description"] == ""
        assert (at.request.tool_choice, at.request.parallel_calls) == ("required", False)
        done = await ask(**how("stop"), stop_sequences=["END"])
        assert (done.stop_reason, done.stop_sequence) == ("stop_sequence", "END")
        assert (await ask(**how("long"))).stop_reason == "max_tokens"


async def test_an_answer_that_was_begun_is_gone_on_with(served):
    async with served() as at:
        begun = [*say("x"), {"role": "assistant", "content": "The answer is ("}]
        await at.anthropic.messages.create(model="small", max_tokens=9, messages=begun)
        assert at.request.begun == "The answer is ("
        assert at.request.messages[-1].role == "user"


async def test_a_picture_reaches_the_mind_as_it_is(served):
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "what"}]
    async with served() as at:
        await at.anthropic.messages.create(
            model="small", max_tokens=9, messages=[{"role": "user", "content": content}]
        )
        assert at.request.messages[0].images[0].data == base64.b64decode(PNG)


async def test_tokens_are_counted_before_they_cost(served):
    async with served() as at:
        found = await at.anthropic.messages.count_tokens(
            model="small", messages=say("one two"), system="three", tools=[WEATHER]
        )
        assert found.input_tokens == 3
        assert len(at.request.tools) == 1


async def test_errors_are_the_classes_that_clients_catch(served):
    async with served(token="s3cret") as at:
        with pytest.raises(anthropic.AuthenticationError):
            await at.anthropic.messages.create(**how("x"))
    async with served(token="s3cret", key="s3cret") as at:
        assert (await at.anthropic.messages.create(**how("x"))).content
        ask = at.anthropic.messages.create
        with pytest.raises(anthropic.NotFoundError):
            await ask(model="claude-99", max_tokens=9, messages=say("x"))
        with pytest.raises(anthropic.BadRequestError, match=r"thinking\.budget_tokens"):
            await ask(**how("x"), thinking={"type": "enabled", "budget_tokens": 2000})
        with pytest.raises(anthropic.BadRequestError, match=r"messages\.0\.content"):
            await ask(model="small", max_tokens=9, messages=[{"role": "user"}])
        with pytest.raises(anthropic.BadRequestError, match="not permitted"):
            await ask(**how("x"), extra_body={"colour": 1})
        with pytest.raises(anthropic.OverloadedError):
            await ask(**how("busy"))
        with pytest.raises(anthropic.InternalServerError):
            await ask(**how("bug"))
        with pytest.raises(anthropic.APIStatusError, match="died"):
            async for _ in await ask(**how("break"), stream=True):
                pass
