"""The two that are compared: the same weights in the same process, the same questions."""

import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import httpx

from bench.tools.bfcl import Question
from bench.tools.reply import Reply
from vivavoce.core import Call, Message, VivavoceError
from vivavoce.models import Request, Text, Usage
from vivavoce.models.llamacpp import Llama

MOST_TOKENS = 384
"""Of an answer: the longest right one has some 300."""
WAIT_S = 600.0
_OURS, _THEIRS = 0, 1  # slots, so that neither reads over the other's prefix

Answer = Callable[[Llama, Question], Awaitable[Reply]]


async def ours(llama: Llama, question: Question) -> Reply:
    """Our prompt and grammar."""
    request = Request(
        (Message("user", question.text),),
        max_tokens=MOST_TOKENS,
        tools=question.tools,
        conversation=_OURS,
    )
    calls, text, usage, began = [], "", Usage(), time.monotonic()
    try:
        async with aclosing(llama.stream(request)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Call):
                    calls.append((piece.name, piece.arguments))
                elif isinstance(piece, Text):
                    text += piece.text
                elif isinstance(piece, Usage):
                    usage = piece
    except VivavoceError as error:
        return Reply(failed=str(error), s=round(time.monotonic() - began, 2))
    return Reply(
        tuple(calls),
        text,
        cut=usage.finish == "length",
        tokens_in=usage.tokens_in,
        tokens_cached=usage.tokens_cached,
        tokens_out=usage.tokens_out,
        s=round(time.monotonic() - began, 2),
    )


async def llama_cpp(llama: Llama, question: Question) -> Reply:
    """llama.cpp's server with the model's own chat template and its own reading of calls."""
    body = {
        "messages": [{"role": "user", "content": question.text}],
        "tools": [{"type": "function", "function": tool} for tool in question.tools],
        "parallel_tool_calls": True,
        "max_tokens": MOST_TOKENS,
        "temperature": 0.0,
        "id_slot": _THEIRS,
    }
    began = time.monotonic()
    told = await _post(f"{llama.address}/v1/chat/completions", body)
    s = round(time.monotonic() - began, 2)
    if "error" in told:
        return Reply(failed=str(told["error"].get("message", told["error"])), s=s)
    choice, usage = told["choices"][0], told["usage"]
    calls = [c["function"] for c in choice["message"].get("tool_calls") or ()]
    return Reply(
        tuple((c["name"], c["arguments"]) for c in calls),
        choice["message"].get("content") or "",
        cut=choice["finish_reason"] == "length",
        tokens_in=usage["prompt_tokens"],
        tokens_cached=(usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0),
        tokens_out=usage["completion_tokens"],
        s=s,
    )


SYSTEMS: dict[str, Answer] = {"ours": ours, "llama.cpp": llama_cpp}


async def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer, or {"error": …}."""
    try:
        async with httpx.AsyncClient(timeout=WAIT_S, trust_env=False) as http:
            answer = await http.post(url, json=body)
    except httpx.HTTPError as failed:
        return {"error": {"message": f"{type(failed).__name__}: {failed}"}}
    if answer.is_error:
        return {"error": {"message": answer.text[:500]}}
    told: dict[str, Any] = answer.json()
    return told
