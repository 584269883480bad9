"""The start-up control: does a server hold the budget that it claims to hold?"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.models.remote.peers import HELLO, Peer, model, serving
from tests.models.remote.test_openai import chunk, counts
from vivavoce.core import Budget
from vivavoce.models import Request, Usage
from vivavoce.models.remote import prove


class Thinker(Peer):
    """Streams so many tokens of thinking for a budget, two in a piece; counts as vLLM does."""

    def __init__(self, thinks: Callable[[int], int], tells: float = 1.0) -> None:
        super().__init__()
        self.thinks, self.tells, self.asked = thinks, tells, 0

    async def answer(self, asked: Asked) -> Response:
        body = json.loads(await asked.body())
        if asked.url.path == "/tokenize":
            return JSONResponse({"count": len(body["prompt"].split()), "max_model_len": 9})
        self.asked += 1
        tokens = self.thinks(body["thinking_token_budget"])
        return StreamingResponse(self._think(tokens), media_type="text/event-stream")

    async def _think(self, tokens: int) -> AsyncIterator[bytes]:
        for _ in range(tokens // 2):
            yield f"data: {json.dumps(chunk(reasoning='so then '))}\n\n".encode()
        details = {"reasoning_tokens": int(tokens * self.tells)}
        for each in (chunk("stop", content="7"), counts(completion_tokens_details=details)):
            yield f"data: {json.dumps(each)}\n\n".encode()
        yield b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("thinks", "tells", "kept"),
    [
        (lambda budget: budget, 1.0, "exact"),
        (lambda budget: budget + 12, 1.0, "exact"),  # closes with a sentence of its own
        (lambda budget: budget, 0.0, "exact"),  # does not report, but can be counted
        (lambda budget: 3 * budget, 1.0, "hint"),
        (lambda budget: 3 * budget, 0.3, "hint"),  # reports less than it streams
        (lambda budget: 4000, 1.0, "none"),
        (lambda budget: 0, 1.0, "none"),
        (lambda budget: 20, 1.0, "none"),
    ],
    ids=["holds", "hand-off", "silent", "overruns", "lies", "ignores", "thoughtless", "fixed"],
)
def test_a_claim_counts_as_much_as_it_was_proved(
    thinks: Callable[[int], int], tells: float, kept: str
) -> None:
    async def run() -> None:
        peer = Thinker(thinks, tells)
        async with serving(peer) as base:
            remote = model(base, budget="thinking_token_budget")
            assert remote.card.budget == "hint"  # before
            assert await prove(remote) == kept
            assert remote.card.budget == kept
            request = Request(HELLO.messages, thinking=Budget(50))
            usage = [piece async for piece in remote.stream(request)][-1]
            assert isinstance(usage, Usage)
            assert usage.budget == kept
            await remote.aclose()

    asyncio.run(run())


def test_an_answer_that_overran_its_budget_was_not_held_to_it() -> None:
    def thinks(budget: int) -> int:
        return {50: 90, 60: 70}.get(budget, budget)

    async def run() -> None:
        async with serving(Thinker(thinks)) as base:
            remote = model(base, budget="thinking_token_budget")
            assert await prove(remote) == "exact"
            for budget, kept in ((50, "hint"), (60, "exact")):
                request = Request(HELLO.messages, thinking=Budget(budget))
                usage = [piece async for piece in remote.stream(request)][-1]
                assert isinstance(usage, Usage)
                assert usage.budget == kept
            await remote.aclose()

    asyncio.run(run())


def test_a_server_that_claims_nothing_is_asked_nothing() -> None:
    async def run() -> None:
        peer = Thinker(lambda budget: budget)
        async with serving(peer) as base:
            for style, kept in (("reasoning_effort", "hint"), ("none", "none")):
                assert await prove(model(base, budget=style)) == kept
        assert peer.asked == 0

    asyncio.run(run())
