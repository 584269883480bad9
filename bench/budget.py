"""Is a thinking budget held to the token, and does an answer always follow? The local model."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bench.command import parser, run
from bench.stats import table
from vivavoce import weights
from vivavoce.core import Budget, Message
from vivavoce.models import Request, Text, Usage
from vivavoce.models.llamacpp import Llama, LlamaConfig

SLOTS = 8
SHORT, LONG = 128, 2048
ANSWER_TOKENS = 24
Row = dict[str, Any]


def request(number: int, most: int) -> Request:
    """A question of its own and a budget 0…most, the same at every run."""
    draw = random.Random(number)
    a, b = draw.randint(2, 99), draw.randint(2, 99)
    question = f"A box holds {a} pens. How many pens are in {b} boxes?"
    budget = Budget(draw.randint(0, most), extend=most == LONG or draw.random() < 0.2)
    return Request(
        (Message("system", "Be brief."), Message("user", question)),
        max_tokens=ANSWER_TOKENS,
        thinking=budget,
        temperature=0.7,
        seed=number,
        conversation=number,
    )


async def one(llama: Llama, number: int, most: int) -> Row:
    """One request's row of the log."""
    asked, said, usage = request(number, most), "", Usage()
    async for piece in llama.stream(asked):
        if isinstance(piece, Text):
            said += piece.text
        elif isinstance(piece, Usage):
            usage = piece
    assert asked.thinking is not None
    return {
        "number": number,
        "most": most,
        "budget": asked.thinking.tokens,
        "granted": usage.granted,
        "thought": usage.tokens_thought,
        "answered": bool(said.strip()),
        "finish": usage.finish,
    }


async def rows(llama: Llama, numbers: list[int], most: int, log: Path, at_once: int) -> None:
    """Adds a line to the log for each request as it ends."""
    gate = asyncio.Semaphore(at_once)
    with log.open("a") as out, Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("requests", total=len(numbers))

        async def work(number: int) -> None:
            async with gate:
                row = await one(llama, number, most)
            out.write(json.dumps(row) + "\n")
            out.flush()
            bar.advance(task)

        await asyncio.gather(*(work(n) for n in numbers))


def measure(model: str, count: int, most: int, log: Path) -> dict[str, Any]:
    """All requests that the log does not have yet, then what it says."""
    log.touch()
    done = _read(log, most)
    left = [n for n in range(count) if n not in done]
    if left:
        cfg = LlamaConfig(slots=SLOTS, context_tokens=16_384)
        llama = Llama(weights.path(f"qwen2.5-coder-{model}-instruct"), cfg)
        at_once = SLOTS if most <= SHORT else SLOTS // 2
        asyncio.run(rows(llama, left, most, log, at_once))
        llama.close()
    found = [row for n, row in sorted(_read(log, most).items()) if n < count]
    return {
        "model": model,
        "requests": len(found),
        "most": most,
        "overruns": sum(r["thought"] > r["budget"] for r in found),
        "granted_less": sum((r["granted"] or 0) < r["budget"] for r in found),
        "answers_missing": sum(not r["answered"] for r in found),
        "thought_tokens": sum(r["thought"] for r in found),
        "finish": dict(Counter(r["finish"] for r in found)),
        "details": found,
    }


def _read(log: Path, most: int) -> dict[int, Row]:
    lines = (json.loads(line) for line in log.read_text().splitlines())
    return {row["number"]: row for row in lines if row["most"] == most}


def show(result: dict[str, Any]) -> str:
    """The table."""
    names = ("requests", "most", "overruns", "granted_less", "answers_missing", "thought_tokens")
    return table(["budget", "value"], [(n.replace("_", " "), result[n]) for n in names])


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--model", default="0.5b", choices=("0.5b", "1.5b"))
    options.add_argument("--requests", type=int, help="default 1000, with --long 20")
    options.add_argument("--long", action="store_true", help="budgets up to 2,048, used up")
    options.add_argument("--log", type=Path, help="goes on where this JSONL file ends")
    args = options.parse_args()
    most = LONG if args.long else SHORT
    count = args.requests or (20 if args.long else 1000)
    log = args.log or Path(f"budget-{args.model}.jsonl")
    run("budget", lambda: measure(args.model, count, most, log), show, args.json)


if __name__ == "__main__":
    main()
