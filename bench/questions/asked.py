"""One question put to a model, and what came of it."""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from bench.questions import Question
from vivavoce.mind import Vote
from vivavoce.mind.vote import extract
from vivavoce.models import Piece, Text, Usage


async def answered(question: Question, pieces: AsyncIterator[Piece | Vote]) -> dict[str, Any]:
    """Read to the end: the answer beside the right one (both normalised; right is the true one),
    what it took, and the text. The pieces of a vote are the winner's."""
    began, text, usage = time.monotonic(), "", Usage()
    async with aclosing(pieces) as stream:  # type: ignore[type-var]
        async for piece in stream:
            if isinstance(piece, Text):
                text += piece.text
            elif isinstance(piece, Usage):
                usage = piece
    return {
        "id": question.id,
        "right": extract(question.answer, "number"),
        "answer": extract(text, "number", cut=usage.finish == "length"),
        "tokens": usage.tokens_out,
        "thought": usage.tokens_thought,
        "kept": usage.budget,
        "finish": usage.finish,
        "confidence": usage.confidence,
        "s": round(time.monotonic() - began, 2),
        "text": text,
    }
