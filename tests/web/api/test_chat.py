"""The official openai package asks for chat completions."""

import base64

import httpx
import openai
import pytest
from pydantic import BaseModel

pytestmark = pytest.mark.anyio

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nxx").decode()
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "How it is outside",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def say(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


async def test_a_question_gets_an_answer_and_its_usage(served):
    async with served() as at:
        done = await at.openai.chat.completions.create(model="auto", messages=say("you"))
    assert done.choices[0].message.content == "Hello you."
    assert done.choices[0].finish_reason == "stop"
    assert done.model == "small"
    assert done.usage.prompt_tokens_details.cached_tokens == 4
    assert (done.usage.prompt_tokens, done.usage.total_tokens) == (11, 18)
    assert done.usage.vivavoce["fell_from"] == ["gone"]
    assert done.usage.vivavoce["why"] == "it is the nearest"


async def test_a_stream_has_the_same_words_and_ends_with_the_usage_if_asked(served):
    async with served() as at:
        chunks = [
            chunk
            async for chunk in await at.openai.chat.completions.create(
                model="small",
                messages=say("you"),
                stream=True,
                stream_options={"include_usage": True},
            )
        ]
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "Hello you."
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 7


async def test_thinking_streams_apart_and_its_budget_is_told(served):
    async with served() as at:
        chunks = [
            chunk
            async for chunk in await at.openai.chat.completions.create(
                model="small",
                messages=say("you"),
                stream=True,
                stream_options={"include_usage": True},
                extra_body={"thinking_budget": 64},
            )
        ]
        assert at.request.thinking.tokens == 64
    deltas = [c.choices[0].delta for c in chunks if c.choices]
    assert "".join(getattr(d, "reasoning_content", "") for d in deltas) == "Let me see."
    assert "".join(getattr(d, "reasoning", "") for d in deltas) == "Let me see."
    assert "".join(d.content or "" for d in deltas) == "Hello you."
    usage = chunks[-1].usage
    assert usage.completion_tokens_details.reasoning_tokens == 3
    assert usage.vivavoce["budget"] == {"asked": 64, "granted": 64, "kept": "exact"}


async def test_thinking_is_hidden_on_request(served):
    async with served() as at:
        done = await at.openai.chat.completions.create(
            model="small",
            messages=say("you"),
            reasoning_effort="low",
            extra_body={"vivavoce": {"show_thinking": False}},
        )
        assert at.request.thinking.tokens == 256
    assert "reasoning" not in done.choices[0].message.model_dump()
    assert done.usage.completion_tokens_details.reasoning_tokens == 3


async def test_a_call_goes_out_and_its_result_comes_back(served):
    async with served() as at:
        first = await at.openai.chat.completions.create(
            model="small", messages=say("weather?"), tools=[WEATHER]
        )
        calls = first.choices[0].message.tool_calls
        assert first.choices[0].finish_reason == "tool_calls"
        assert [c.function.arguments for c in calls] == ['{"city": "Rome"}', '{"city": "Oslo"}']
        results = [
            {"role": "tool", "tool_call_id": call.id, "content": f"sun {i}"}
            for i, call in enumerate(calls)
        ]
        second = await at.openai.chat.completions.create(
            model="small",
            messages=[*say("weather?"), first.choices[0].message, *results],
            tools=[WEATHER],
        )
        roles = [m.role for m in at.request.messages]
        assert roles == ["user", "assistant", "tool", "tool"]
        assert at.request.messages[1].calls[1].id == at.request.messages[3].call_id
    assert second.choices[0].message.content == "Hello sun 1."


async def test_calls_stream_one_by_one(served):
    async with (
        served() as at,
        at.openai.chat.completions.stream(
            model="small", messages=say("weather?"), tools=[WEATHER], tool_choice="required"
        ) as stream,
    ):
        final = await stream.get_final_completion()
        assert at.request.tool_choice == "required"
    assert [c.function.name for c in final.choices[0].message.tool_calls] == ["weather"] * 2


async def test_a_tool_may_be_chosen_by_name_alone_or_from_those_allowed(served):
    async with served() as at:
        ask = at.openai.chat.completions.create
        choice = {"type": "function", "function": {"name": "weather"}}
        await ask(
            model="small",
            messages=say("w"),
            tools=[WEATHER],
            tool_choice=choice,
            parallel_tool_calls=False,
        )
        assert at.request.tool_choice == "weather"
        assert not at.request.parallel_calls
        none = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}
        await ask(model="small", messages=say("w"), tools=[WEATHER], tool_choice=none)
        assert at.request.tools == ()


async def test_structured_output_parses(served):
    class City(BaseModel):
        city: str
        people: int

    async with served() as at:
        done = await at.openai.chat.completions.parse(
            model="small", messages=say("city"), response_format=City
        )
        assert at.request.schema["required"] == ["city", "people"]
        await at.openai.chat.completions.create(
            model="small", messages=say("city"), response_format={"type": "json_object"}
        )
        assert at.request.schema == {}
    assert done.choices[0].message.parsed == City(city="Rome", people=3)


async def test_a_picture_reaches_the_mind_as_it_is(served):
    content = [
        {"type": "text", "text": "what is this"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    ]
    async with served() as at:
        await at.openai.chat.completions.create(
            model="small", messages=[{"role": "user", "content": content}]
        )
        (image,) = at.request.messages[0].images
    assert image.data == base64.b64decode(PNG)
    assert image.media_type == "image/png"


async def test_several_choices_are_several_answers_with_seeds_of_their_own(served):
    async with served() as at:
        done = await at.openai.chat.completions.create(
            model="small", messages=say("you"), n=3, seed=5
        )
        seeds = [ask.request.seed for ask in at.mind.asked]
        warm = [ask.request.temperature for ask in at.mind.asked]
    assert [c.index for c in done.choices] == [0, 1, 2]
    assert sorted(seeds) == [5, 6, 7]
    assert warm == [1.0] * 3
    assert done.usage.completion_tokens == 21


async def test_a_vote_is_seen_while_it_is_held_and_told_in_the_usage(served):
    async with served() as at:
        chunks = [
            chunk
            async for chunk in await at.openai.chat.completions.create(
                model="small",
                messages=say("2+2"),
                stream=True,
                stream_options={"include_usage": True},
                extra_body={"vivavoce": {"chains": 5, "stop": "decided", "stays_here": True}},
            )
        ]
        assert at.mind.asked[-1].voting.chains == 5
        assert at.mind.asked[-1].stays_here
    votes = [c.vivavoce["vote"] for c in chunks if hasattr(c, "vivavoce")]
    assert [v["tokens"] for v in votes] == [9, 18]
    last = chunks[-1].usage.vivavoce["vote"]
    assert (last["chains"], last["counts"], last["stopped"]) == (5, {"4": 2.0}, "decided")


async def test_limits_of_tokens_share_out_what_may_be_written(served):
    async with served() as at:
        ask = at.openai.chat.completions.create
        await ask(
            model="small",
            messages=say("x"),
            max_completion_tokens=500,
            extra_body={"thinking_budget": 200},
        )
        assert (at.request.max_tokens, at.request.thinking.tokens) == (300, 200)
        await ask(
            model="small", messages=say("x"), max_tokens=50, extra_body={"thinking_budget": 200}
        )
        assert (at.request.max_tokens, at.request.thinking.tokens) == (50, 200)
        await ask(model="small", messages=say("x"), max_tokens=1_000_000)
        assert at.request.max_tokens == 4096
        await ask(
            model="small", messages=say("x"), max_completion_tokens=100, reasoning_effort="max"
        )
        assert at.request.max_tokens + at.request.thinking.tokens == 100


WRONG = [
    ({"model": "gpt-9"}, 404, "model", "model_not_found"),
    ({"messages": []}, 400, "messages", "invalid_value"),
    ({"messages": None}, 400, "messages", "invalid_type"),
    ({"messages": [{"role": "user"}]}, 400, "messages[0].content", "missing_required_parameter"),
    ({"messages": [{"role": "king", "content": "x"}]}, 400, "messages[0]", "invalid_value"),
    ({"temperature": "hot"}, 400, "temperature", "invalid_type"),
    ({"temperature": 3}, 400, "temperature", "invalid_value"),
    ({"colour": 1}, 400, "colour", "unknown_parameter"),
    ({"thinking_budget": -1}, 400, "thinking_budget", "invalid_value"),
    ({"thinking_budget": 128_001}, 400, "thinking_budget", "invalid_value"),
    ({"thinking_budget": 1.5}, 400, "thinking_budget", None),
    ({"thinking_budget": True}, 400, "thinking_budget", None),
    ({"thinking_budget": 9, "max_completion_tokens": 9}, 400, "thinking_budget", "invalid_value"),
    ({"reasoning_effort": "much"}, 400, "reasoning_effort", "invalid_value"),
    ({"vivavoce": {"chains": 65}}, 400, "vivavoce.chains", "invalid_value"),
    ({"vivavoce": {"chain": 6}}, 400, "vivavoce.chain", "unknown_parameter"),
    ({"logprobs": True}, 400, "logprobs", "unsupported_parameter"),
    ({"n": 99}, 400, "n", "invalid_value"),
    ({"stop": ["a"] * 5}, 400, "stop", "invalid_value"),
    ({"stream_options": {}}, 400, "stream_options", "invalid_value"),
    ({"tool_choice": "required"}, 400, "tool_choice", "invalid_value"),
    ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, 400,
     "tools[0].function.name", "invalid_value"),
    ({"messages": [{"role": "tool", "tool_call_id": "c", "content": "x"}]}, 400,
     "messages", "invalid_value"),
    ({"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]}]}, 400,
     "messages[0].content[0].image_url.url", "invalid_image_url"),
    ({"messages": [{"role": "user", "content": "x" * 1_100_000}]}, 400,
     "messages[0].content", "string_above_max_length"),
    ({"messages": [{"role": "user", "content": "refuse"}]}, 400, None, "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "param", "code"), WRONG)
async def test_what_is_wrong_is_named_in_openais_shape(served, body, status, param, code):
    async with served() as at:
        whole = {"model": "small", "messages": say("x"), **body}
        got = await at.http.post("/v1/chat/completions", json=whole)
    error = got.json()["error"]
    assert got.status_code == status, error
    assert error["param"] == param
    assert code is None or error["code"] == code
    assert error["type"] == "invalid_request_error"


async def test_errors_are_the_classes_that_clients_catch(served):
    async with served(token="s3cret") as at:
        with pytest.raises(openai.AuthenticationError):
            await at.openai.models.list()
    async with served() as at:
        ask = at.openai.chat.completions.create
        with pytest.raises(openai.NotFoundError):
            await ask(model="gpt-9", messages=say("x"))
        with pytest.raises(openai.BadRequestError) as bad:
            await ask(model="small", messages=say("refuse"), stream=True)
        assert "make it shorter" in str(bad.value)
        with pytest.raises(openai.InternalServerError) as busy:
            await ask(model="small", messages=say("busy"))
        assert busy.value.status_code == 503
        with pytest.raises(openai.InternalServerError) as bug:
            await ask(model="small", messages=say("bug"))
        assert "secret" not in str(bug.value)
        with pytest.raises(openai.APIError, match="died"):
            async for _ in await ask(model="small", messages=say("break"), stream=True):
                pass


async def test_a_body_that_is_no_json_object_is_refused(served):
    async with served() as at:
        for body in (b"", b"{", b"[1]", b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe"):
            got = await at.http.post("/v1/chat/completions", content=body)
            assert got.status_code == 400, body[:9]
            assert got.json()["error"]["code"] == "invalid_json"
        assert (await at.http.get("/v1/chat/completions")).json()["error"]["code"] == "not_found"


async def test_a_foreign_page_may_not_ask(served):
    async with served() as at:
        got = await at.http.post(
            "/v1/chat/completions", json={}, headers={"origin": "https://evil.example"}
        )
    assert got.status_code == 403
    assert isinstance(got, httpx.Response)
