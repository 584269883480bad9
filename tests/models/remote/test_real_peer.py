"""llama.cpp's own HTTP server, which speaks OpenAI's and Anthropic's language."""

import asyncio
import json
import os
from functools import cache
from typing import Any

import pytest

from tests.models.remote.peers import model
from tests.models.remote.test_openai import WEATHER
from vivavoce import weights
from vivavoce.core import Broken, Call, Message, Refused, VivavoceError
from vivavoce.models import Piece, Request, Text, Usage

pytestmark = pytest.mark.real
BRIEF = Message("system", "Answer in one short sentence.")


@cache
def server() -> Any:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    import xllamacpp as x

    params = x.CommonParams()
    params.model.path = str(weights.path("qwen2.5-coder-0.5b-instruct"))
    params.n_ctx, params.n_parallel = 2048, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.use_jinja, params.verbosity = True, -1
    return x.Server(params)


def far(kind: str, request: Request, **entry: Any) -> tuple[list[Piece], int]:
    """(the answer, tokens that it counts in the request)."""

    async def run() -> tuple[list[Piece], int]:
        base = str(server().listening_address).rstrip("/")
        remote = model(base, kind=kind, sampling=True, **entry)
        try:
            count = await remote.count(request)
            return [piece async for piece in remote.stream(request)], count
        finally:
            await remote.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_it_answers_and_counts(kind: str) -> None:
    question = "Count from one to five, as words."
    request = Request((BRIEF, Message("user", question)), max_tokens=24)
    *text, usage = far(kind, request)[0]
    assert "four" in "".join(t.text for t in text if isinstance(t, Text)).lower()
    assert len(text) > 1  # it was streamed
    assert isinstance(usage, Usage)
    assert usage.tokens_in > 10
    assert 1 < usage.tokens_out <= 24


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_it_reads_a_call_and_its_result(kind: str) -> None:
    messages = (
        BRIEF,
        Message("user", "What is the weather in Rome?"),
        Message("assistant", "", calls=(Call("weather", '{"city": "Rome"}', "c1"),)),
        Message("tool", '{"sky": "sunny"}', call_id="c1"),
    )
    *text, _ = far(kind, Request(messages, max_tokens=32))[0]
    assert "sunny" in "".join(t.text for t in text if isinstance(t, Text)).lower()


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_call_that_had_to_come_comes_whole_or_counts_as_a_failure(kind: str) -> None:
    """This server does not force this model; a text in place of the call must not pass."""
    messages = (BRIEF, Message("user", "What is the weather in Rome?"))
    request = Request(messages, tools=(WEATHER,), tool_choice="required", max_tokens=32)
    try:
        *calls, usage = far(kind, request)[0]
    except Broken as failed:
        assert "call" in str(failed)  # noqa: PT017 - either will do
    else:
        assert all(json.loads(c.arguments).keys() == {"city"} for c in calls if isinstance(c, Call))
        assert isinstance(usage, Usage)
        assert usage.finish == "tool_calls"


def test_its_json_fits_what_was_asked() -> None:
    schema = {
        "type": "object",
        "properties": {"capital": {"type": "string", "maxLength": 20}},
        "required": ["capital"],
        "additionalProperties": False,
    }
    request = Request(
        (BRIEF, Message("user", "The capital of France, as JSON?")), schema=schema, max_tokens=48
    )
    *text, _ = far("openai", request)[0]
    assert json.loads("".join(t.text for t in text if isinstance(t, Text))).keys() == {"capital"}


def test_it_goes_on_from_a_beginning() -> None:
    request = Request(
        (BRIEF, Message("user", "What is the capital of France?")),
        begun="The capital of France is",
        max_tokens=8,
    )
    *text, _ = far("openai", request, prefill=True)[0]
    said = "".join(t.text for t in text if isinstance(t, Text))
    assert said.lstrip().startswith("Paris")


def test_it_counts_a_conversation_for_anthropics_client() -> None:
    request = Request((BRIEF, Message("user", "What is the capital of France?")), max_tokens=1)
    pieces, count = far("anthropic", request)
    assert isinstance(pieces[-1], Usage)
    assert count == pieces[-1].tokens_in


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_conversation_that_is_too_long_is_refused(kind: str) -> None:
    request = Request((Message("user", "word " * 3000),), max_tokens=4)
    failed: VivavoceError | None = None
    try:
        far(kind, request)
    except VivavoceError as error:
        failed = error
    assert isinstance(failed, Refused)
    assert "shorter" in str(failed)
