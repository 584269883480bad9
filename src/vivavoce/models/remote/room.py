"""How much may be read and written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vivavoce.core import EFFORTS, Budget, Effort
from vivavoce.core.budget import TOKENS
from vivavoce.models.model import Request
from vivavoce.models.remote.server import Server

BYTES_PER_TOKEN = 3.5
"""Of UTF-8; rather too many tokens than too few."""
IMAGE_TOKENS = 1500
MESSAGE_TOKENS = 4
UNASKED_TOKENS = TOKENS["high"]
"""Room beside the answer for a model that thinks although nobody asked."""
HINT_TOKENS = TOKENS["medium"]
"""The least room for thinking that we can't hold to its budget: the answer must still fit."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a request may take, in tokens."""

    granted: int | None
    """Of thinking; None: nobody asked."""
    total: int
    """Of thinking and answer together."""


def room(server: Server, request: Request) -> Room:
    """The answer's tokens first, then what is left for thinking."""
    left = max(1, min(server.context_tokens - estimate(request), server.max_output_tokens))
    answer = min(request.max_tokens, left)
    asked = request.thinking
    if server.budget == "none":
        return Room(None if asked is None else 0, answer)
    if asked is None:
        return Room(None, answer + min(UNASKED_TOKENS, left - answer))
    granted = min(asked.tokens, left - answer)
    spare = granted if server.counted or not asked.tokens else max(granted, HINT_TOKENS)
    return Room(granted, answer + min(spare, left - answer))


def effort(asked: Budget, known: Sequence[Effort]) -> Effort:
    """The least effort a server knows that allows as much, else its greatest."""
    order = sorted(known, key=EFFORTS.index)
    return next((e for e in order if TOKENS[e] >= asked.tokens), order[-1])


def estimate(request: Request) -> int:
    """Tokens that a model would read."""
    texts = [m.text + "".join(c.name + c.arguments for c in m.calls) for m in request.messages]
    texts += [str(tool) for tool in request.tools]
    if request.schema is not None:
        texts.append(str(request.schema))
    images = sum(len(m.images) for m in request.messages)
    return (
        sum(tokens(text) + MESSAGE_TOKENS for text in texts)
        + images * IMAGE_TOKENS
        + tokens(request.begun)
    )


def tokens(text: str) -> int:
    """About so many."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)
