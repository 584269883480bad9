"""Tokens a second: read, written, of 1 to 8 chains; the first token beside another's thought."""

import asyncio
import time
from contextlib import aclosing
from statistics import median
from typing import Any

from bench.command import parser, run, say
from bench.stats import table
from vivavoce import weights
from vivavoce.core import Budget, Message
from vivavoce.models import Request, Text, Thinking, Usage
from vivavoce.models.llamacpp import Llama, LlamaConfig

CHAINS = (1, 2, 4, 8)
READ = 30
"""Sentences of the prompt whose reading is timed."""
ASIDE = Request(
    (Message("system", "Be brief."), Message("user", "What is the capital of Italy?")),
    max_tokens=4,
    conversation=2,
)


def puzzle(tokens: int, conversation: int = 1) -> Request:
    """Thinks for so many tokens."""
    asked = Message("user", "How many ways are there to pay 1 euro with coins?")
    return Request(
        (Message("system", "Be brief."), asked),
        max_tokens=8,
        temperature=0.8,
        thinking=Budget(tokens, extend=True),
        conversation=conversation,
    )


async def reading(llama: Llama) -> float:
    """Tokens a second that are read into an empty slot."""
    text = " ".join(f"The number {n} is written here." for n in range(READ))
    request = Request((Message("user", text),), read_only=True)
    began = time.monotonic()
    async with aclosing(llama.stream(request)) as pieces:
        usage = await anext(pieces)
    assert isinstance(usage, Usage)
    return (usage.tokens_in - usage.tokens_cached) / (time.monotonic() - began)


async def writing(llama: Llama, tokens: int) -> float:
    """Tokens a second of one answer, once its prompt is read."""
    asked = Request((Message("user", "Count from 1 to 999."),), max_tokens=tokens + 1)
    async with aclosing(llama.stream(asked)) as pieces:
        assert isinstance(await anext(pieces), Text)
        began = time.monotonic()
        async for piece in pieces:
            if isinstance(piece, Usage):
                return (piece.tokens_out - 1) / (time.monotonic() - began)
    raise AssertionError("no answer came")


async def chains(llama: Llama, n: int, tokens: int) -> float:
    """Tokens a second of all chains together, reading included."""
    began, written = time.monotonic(), 0
    async with aclosing(llama.chains(puzzle(tokens), n)) as pieces:
        async for _, piece in pieces:
            if isinstance(piece, Usage):
                written += piece.tokens_out
    return written / (time.monotonic() - began)


async def first_token_ms(llama: Llama) -> float:
    """Of a short question whose prompt is known."""
    began = time.monotonic()
    async with aclosing(llama.stream(ASIDE)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Text):
                return 1000 * (time.monotonic() - began)
    raise AssertionError("no answer came")


async def beside(llama: Llama, rounds: int) -> float:
    """Median of the first token's time while another conversation thinks."""
    async with aclosing(llama.stream(puzzle(2000))) as pieces:
        assert isinstance(await anext(pieces), Thinking)
        return median([await first_token_ms(llama) for _ in range(rounds)])


async def _all(llama: Llama, tokens: int, rounds: int) -> dict[str, Any]:
    read, written = await reading(llama), await writing(llama, tokens)
    say(f"{read:.1f} tokens/s read, {written:.1f} written")
    speeds = {}
    for n in CHAINS:
        speeds[str(n)] = round(await chains(llama, n, tokens), 1)
        say(f"{n} chains: {speeds[str(n)]} tokens/s")
    await first_token_ms(llama)
    alone = median([await first_token_ms(llama) for _ in range(rounds)])
    return {
        "read_tokens_s": round(read, 1),
        "write_tokens_s": round(written, 1),
        "tokens_s": speeds,
        "first_token_alone_ms": round(alone),
        "first_token_beside_a_thought_ms": round(await beside(llama, rounds)),
    }


def measure(model: str, tokens: int, rounds: int) -> dict[str, Any]:
    """One model, all numbers."""
    path = weights.path(f"qwen2.5-coder-{model}-instruct")
    llama = Llama(path, LlamaConfig(slots=max(CHAINS) + 1))
    result = asyncio.run(_all(llama, tokens, rounds))
    llama.close()
    return {"model": model, "tokens": tokens, **result}


def show(result: dict[str, Any]) -> str:
    """The table."""
    rows = [(f"{name}, tokens/s", result[f"{name}_tokens_s"]) for name in ("read", "write")]
    rows += [(f"{n} chains, tokens/s", speed) for n, speed in result["tokens_s"].items()]
    rows.append(("first token alone, ms", result["first_token_alone_ms"]))
    rows.append(("beside a thought, ms", result["first_token_beside_a_thought_ms"]))
    return table(["slots", "value"], rows)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--model", default="0.5b", choices=("0.5b", "1.5b"))
    options.add_argument("--tokens", type=int, default=128, help="of thought a chain")
    options.add_argument("--rounds", type=int, default=5, help="first tokens measured")
    args = options.parse_args()
    run("slots", lambda: measure(args.model, args.tokens, args.rounds), show, args.json)


if __name__ == "__main__":
    main()
