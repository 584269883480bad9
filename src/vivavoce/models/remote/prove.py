"""Whether a server that claims to hold a thinking budget does."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from vivavoce.core import Budget, Message
from vivavoce.models.model import Kept, Piece, Request, Thinking, Usage
from vivavoce.models.remote.remote import Remote
from vivavoce.models.remote.tally import HAND_OFF

LONG = (
    "How many positive integers below 10,000 have digits that add up to 18 and are divisible by 7? "
    "Check every step, then check all of it again in another way."
)
SMALL, LARGE = 32, 160
"""Budgets of the two trials; a model that thinks at all uses up both on this question."""
MOST = 3 * LARGE
"""Pieces after which a trial is stopped: nothing holds."""


async def prove(model: Remote) -> Kept:
    """What the model keeps to, which it is then told; two short requests, none if it claims
    nothing. Retry, Refused, Broken as when streaming: then nothing is proved."""
    if not model.server.counted:
        return model.card.budget
    small, large = await _thought(model, SMALL), await _thought(model, LARGE)
    kept: Kept = "hint"
    if small <= SMALL + HAND_OFF and large <= LARGE + HAND_OFF and large > small + HAND_OFF:
        kept = "exact"
    elif abs(large - small) <= HAND_OFF // 2 or small >= large:
        kept = "none"  # it makes no difference what we ask for
    model.proved(kept)
    return kept


async def _thought(model: Remote, budget: int) -> int:
    """Tokens of thinking under a budget: the most that the server reports, that its tokeniser
    counts in what it streamed, or that came in pieces of their own."""
    request = Request((Message("user", LONG),), max_tokens=16, thinking=Budget(budget))
    pieces, told, parts = 0, 0, list[str]()
    async with aclosing(_open(model, request)) as stream:
        async for piece in stream:
            if isinstance(piece, Thinking):
                pieces += 1
                parts.append(piece.text)
            elif isinstance(piece, Usage):
                told = piece.tokens_thought
            if pieces > MOST:
                break
    text = "".join(parts)
    return max(pieces, told, await model.count_text(text) or 0 if text else 0)


def _open(model: Remote, request: Request) -> AsyncGenerator[Piece, None]:
    return cast("AsyncGenerator[Piece, None]", model.stream(request))
