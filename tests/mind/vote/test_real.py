"""A vote of the real local model."""

import pytest

from tests.weights_here import llama
from vivavoce.core import Message
from vivavoce.mind import Vote, Voting
from vivavoce.mind.vote import Polling
from vivavoce.models import Request, Text, Usage

pytestmark = [pytest.mark.real, pytest.mark.anyio]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_sum_is_voted_on_and_decided_before_the_last_chain() -> None:
    asked = "What is 2 + 3? Answer with the number alone."
    request = Request((Message("user", asked),), max_tokens=16)
    votes, said, usage = [], "", Usage()
    async for item in Polling()((llama(),), request, Voting(5, "decided")):
        if isinstance(item, Vote):
            votes.append(item)
        elif isinstance(item, Text):
            said += item.text
        elif isinstance(item, Usage):
            usage = item
    assert votes[-1].answer == "5"
    assert votes[-1].stopped == "decided"
    assert "5" in said
    assert usage.tokens_out == votes[-1].tokens >= 3
