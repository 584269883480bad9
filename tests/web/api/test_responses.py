"""The official openai package asks for responses."""

import base64

import openai
import pytest
from openai.types.responses import ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter

from vivavoce.web import ServeConfig

pytestmark = pytest.mark.anyio

EVENTS = TypeAdapter(ResponseStreamEvent)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nxx").decode()
WEATHER = {
    "type": "function",
    "name": "weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


async def test_a_question_gets_an_answer_and_its_usage(served):
    async with served() as at:
        done = await at.openai.responses.create(model="auto", input="you", instructions="Be brief.")
        assert [m.role for m in at.request.messages] == ["system", "user"]
    assert done.output_text == "Hello you."
    assert done.status == "completed"
    assert done.usage.input_tokens_details.cached_tokens == 4
    assert done.usage.vivavoce["model"] == "small"


async def test_a_stream_has_the_documented_events_in_their_order(served):
    async with served() as at:
        stream = await at.openai.responses.create(
            model="small",
            input="you",
            stream=True,
            reasoning={"effort": "low", "summary": "auto"},
        )
        events = [event async for event in stream]
    for event in events:
        EVENTS.validate_python(event.to_dict())
    assert [e.sequence_number for e in events] == list(range(len(events)))
    assert [e.type.removeprefix("response.") for e in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    last = events[-1].response
    assert last.output[0].summary[0].text == "Let me see."
    assert last.output_text == "Hello you."
    assert last.usage.output_tokens_details.reasoning_tokens == 3


async def test_calls_go_out_and_their_results_come_back(served):
    async with served() as at:
        async with at.openai.responses.stream(
            model="small", input="weather?", tools=[WEATHER], reasoning={"effort": "low"}
        ) as stream:
            async for _ in stream:
                pass
            first = await stream.get_final_response()
        calls = [item for item in first.output if item.type == "function_call"]
        assert [c.arguments for c in calls] == ['{"city": "Rome"}', '{"city": "Oslo"}']
        outputs = [
            {"type": "function_call_output", "call_id": c.call_id, "output": "sun"} for c in calls
        ]
        by_hand = [
            {"role": "user", "content": "weather?"},
            *[item.to_dict() for item in first.output],
            *outputs,
        ]
        ask = at.openai.responses.create
        again = await ask(model="small", input=by_hand, tools=[WEATHER], store=False)
        history = at.request.messages
        kept = await ask(
            model="small", input=outputs, tools=[WEATHER], previous_response_id=first.id
        )
        assert at.request.messages == history
    assert [m.role for m in history] == ["user", "assistant", "tool", "tool"]
    assert history[1].thoughts[0].text == "Let me see."
    assert again.output_text == kept.output_text == "Hello sun."


async def test_a_response_is_kept_until_it_is_dropped_or_too_many_followed(served):
    async with served(limits=ServeConfig(max_responses=2)) as at:
        api = at.openai.responses
        first = await api.create(model="small", input="a", instructions="Be brief.")
        assert (await api.retrieve(first.id)).output_text == "Hello a."
        second = await api.create(model="small", input="b", previous_response_id=first.id)
        assert [m.text for m in at.request.messages] == ["a", "Hello a.", "b"]
        secret = await api.create(model="small", input="c", store=False)
        with pytest.raises(openai.NotFoundError):
            await api.retrieve(secret.id)
        await api.create(model="small", input="d")
        with pytest.raises(openai.NotFoundError):
            await api.retrieve(first.id)
        await api.delete(second.id)
        with pytest.raises(openai.BadRequestError) as gone:
            await api.create(model="small", input="e", previous_response_id=second.id)
        assert gone.value.code == "previous_response_not_found"


async def test_structured_output_parses_and_a_picture_is_seen(served):
    class City(BaseModel):
        city: str
        people: int

    content = [
        {"type": "input_text", "text": "which city"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "auto"},
    ]
    async with served() as at:
        done = await at.openai.responses.parse(
            model="small", input=[{"role": "user", "content": content}], text_format=City
        )
        assert at.request.messages[0].images[0].data == base64.b64decode(PNG)
    assert done.output_parsed == City(city="Rome", people=3)


async def test_an_answer_that_was_cut_is_incomplete(served):
    async with served() as at:
        done = await at.openai.responses.create(model="small", input="long", max_output_tokens=20)
        assert at.request.max_tokens == 20
        stream = await at.openai.responses.create(model="small", input="long", stream=True)
        events = [event async for event in stream]
    assert done.status == "incomplete"
    assert done.incomplete_details.reason == "max_output_tokens"
    (ended,) = [event.item for event in events if event.type == "response.output_item.done"]
    assert ended.status == events[-1].response.output[0].status == "incomplete"


async def test_a_response_that_breaks_says_so(served):
    async with served() as at:
        stream = await at.openai.responses.create(model="small", input="break", stream=True)
        events = [event async for event in stream]
        with pytest.raises(openai.InternalServerError):
            await at.openai.responses.create(model="small", input="break")
        with pytest.raises(openai.InternalServerError):
            await at.openai.responses.create(model="small", input="busy", stream=True)
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.message == "the model died"


async def test_what_we_do_not_have_is_refused_by_name(served):
    async with served() as at:
        for body, param in (
            ({"background": True}, "background"),
            ({"conversation": "c"}, "conversation"),
            ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
            ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0]"),
            ({"input": []}, "input"),
            ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]},
             "input[0].content[0].text"),
            ({"input": [{"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}]},
             "input[0].encrypted_content"),
            ({"colour": 1}, "colour"),
        ):  # fmt: skip
            got = await at.http.post("/v1/responses", json={"model": "small", "input": "x"} | body)
            assert got.status_code == 400
            assert got.json()["error"]["param"] == param


async def test_tokens_are_counted_before_they_cost(served):
    async with served() as at:
        found = await at.openai.responses.input_tokens.count(model="small", input="one two")
    assert found.input_tokens == 2


async def test_a_vote_is_seen_while_it_is_held(served):
    async with served() as at:
        ours = {"vivavoce": {"chains": 3}}
        stream = await at.openai.responses.create(
            model="small", input="2+2", stream=True, extra_body=ours
        )
        events = [event.to_dict() async for event in stream]
        async with at.openai.responses.stream(
            model="small", input="2+2", extra_body=ours
        ) as helped:
            final = await helped.get_final_response()
    votes = [e["vote"] for e in events if e["type"] == "vivavoce.vote"]
    assert [v["voted"] for v in votes] == [1, 2]
    assert final.output_text == "Hello 2+2."
    assert final.usage.vivavoce["vote"]["stopped"] == "decided"
