"""The local model behind the HTTP APIs, and the official clients before them."""

import json
from pathlib import Path

import anyio
import pytest

from tests.weights_here import llama
from vivavoce.mind import Direct
from vivavoce.mind.house import open_mind
from vivavoce.models.book import Book

pytestmark = [pytest.mark.anyio, pytest.mark.real]

CAPITAL = [{"role": "user", "content": "What is the capital of Australia? Answer in one word."}]


@pytest.fixture
def direct() -> Direct:
    return Direct(llama())


async def test_the_local_model_answers_in_all_three_languages(served, direct):
    name = next(iter(direct.cards()))
    async with served(direct) as at:
        chat = await at.openai.chat.completions.create(model=name, messages=CAPITAL, max_tokens=16)
        response = await at.openai.responses.create(model=name, input=CAPITAL, max_output_tokens=16)
        message = await at.anthropic.messages.create(model=name, messages=CAPITAL, max_tokens=16)
        counted = await at.anthropic.messages.count_tokens(model=name, messages=CAPITAL)
    assert "Canberra" in chat.choices[0].message.content
    assert "Canberra" in response.output_text
    assert "Canberra" in message.content[0].text
    assert chat.usage.prompt_tokens == response.usage.input_tokens == counted.input_tokens


async def test_its_thinking_keeps_to_the_budget_and_streams_apart(served, direct):
    name = next(iter(direct.cards()))
    async with served(direct) as at:
        chunks = [
            chunk
            async for chunk in await at.openai.chat.completions.create(
                model=name,
                messages=CAPITAL,
                max_tokens=24,
                stream=True,
                stream_options={"include_usage": True},
                extra_body={"thinking_budget": 24},
            )
        ]
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    usage = chunks[-1].usage
    assert "".join(getattr(delta, "reasoning_content", "") for delta in deltas)
    assert "".join(delta.content or "" for delta in deltas)
    assert usage.completion_tokens_details.reasoning_tokens <= 24
    assert usage.vivavoce["budget"]["kept"] == "exact"


async def test_what_fits_a_schema_is_what_comes(served, direct):
    name = next(iter(direct.cards()))
    schema = {
        "type": "object",
        "properties": {"capital": {"type": "string"}},
        "required": ["capital"],
        "additionalProperties": False,
    }
    async with served(direct) as at:
        done = await at.openai.responses.create(
            model=name,
            input=CAPITAL,
            max_output_tokens=40,
            text={"format": {"type": "json_schema", "name": "capital", "schema": schema}},
        )
    assert list(json.loads(done.output_text)) == ["capital"]


async def test_a_client_that_goes_frees_the_model(served, direct):
    name = next(iter(direct.cards()))
    async with served(direct) as at:
        with anyio.move_on_after(1.5):
            await at.openai.chat.completions.create(
                model=name,
                messages=[{"role": "user", "content": "Count to 1000."}],
                max_tokens=2000,
            )
        with anyio.fail_after(15):
            await at.openai.chat.completions.create(model=name, messages=CAPITAL, max_tokens=4)


async def test_the_whole_mind_chooses_who_answers_and_says_why(served):
    async with served(open_mind(book=Book(Path("none")), load=lambda _path, _card: llama())) as at:
        done = await at.openai.chat.completions.create(
            model="auto", messages=CAPITAL, max_tokens=16
        )
        listed = [model.id async for model in at.openai.models.list()]
    assert done.choices[0].message.content
    assert done.model in listed[1:]
    assert done.usage.vivavoce["why"]
