"""Calls of tools: our constrained calls against llama.cpp's own reading of them, on BFCL v4.

Both have the same weights in the same process and take turns, question by question. Each reply is
logged in --log (JSON lines) and judged when the log is read; a second start goes on where the first
was stopped. --tuning takes questions that are never judged: try other wordings only on those.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bench.command import parser, run, say
from bench.peers.pipecat import CACHE
from bench.stats import table
from bench.tools.bfcl import CATEGORIES, WHEEL, Question, questions, sample, wheel
from bench.tools.chart import draw
from bench.tools.check import VERDICTS, verdict
from bench.tools.numbers import numbers, rows
from bench.tools.reply import Reply
from bench.tools.systems import SYSTEMS
from vivavoce import weights
from vivavoce.models.llamacpp import Llama, LlamaConfig

Row = dict[str, Any]
Key = tuple[str, str, str]
"""Model, system, question."""


def measure(args: argparse.Namespace) -> Row:
    """Ask what the log lacks, then judge."""
    path = wheel(args.cache)
    asked = {
        c: sample(questions(path, c), args.each, args.seed, tuning=args.tuning)
        for c in args.categories
    }
    done = logged(args.log)
    # One of each category after another: what is done by Ctrl-C is evenly spread.
    turns = [q for some in zip(*asked.values(), strict=True) for q in some]
    todo = [(s, q) for q in turns for s in args.systems if (args.model, s, q.id) not in done]
    say(f"{len(todo)} questions to ask, {len(done)} replies are in {args.log}")
    if todo and not args.read:
        collect(args, todo)
        done = logged(args.log)
    replies = {
        s: {q.id: done[key] for q in turns if (key := (args.model, s, q.id)) in done}
        for s in args.systems
    }
    result = {
        "data": WHEEL,
        "model": args.model,
        "sample": "tuning" if args.tuning else "judged",
        "seed": args.seed,
        **numbers(turns, replies),
    }
    if args.plot:
        draw(result, args.plot)
    return {**result, "details": _details(turns, replies)}


def collect(args: argparse.Namespace, todo: Sequence[tuple[str, Question]]) -> None:
    """Each reply is in the log as soon as it is there."""
    llama = Llama(weights.path(args.model), LlamaConfig(slots=len(SYSTEMS)))
    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    )

    if args.log.is_file() and not args.log.read_bytes().endswith(b"\n"):
        with args.log.open("a") as log:
            log.write("\n")  # after a line that was cut off

    async def work() -> None:
        with bar, args.log.open("a") as log:
            shown = bar.add_task("", total=len(todo))
            for system, question in todo:
                reply = await SYSTEMS[system](llama, question)
                row = {"model": args.model, "system": system, "id": question.id, **reply.row()}
                log.write(json.dumps(row, ensure_ascii=False) + "\n")
                log.flush()
                bar.advance(shown)

    try:
        asyncio.run(work())
    except KeyboardInterrupt:
        say(f"\nstopped; what was done is in {args.log}, the same command goes on")
        raise
    finally:
        llama.close()


def logged(log: Path) -> dict[Key, Reply]:
    """What is in the log; a line that was cut off is left out."""
    found = {}
    for line in log.read_text().splitlines() if log.is_file() else []:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            say(f"{log}: a line was cut off; it is asked again")
        else:
            found[row["model"], row["system"], row["id"]] = Reply.of(row)
    return found


def _details(asked: Sequence[Question], replies: dict[str, dict[str, Reply]]) -> list[Row]:
    return [
        {
            "id": q.id,
            "system": system,
            "verdict": verdict(q, mine[q.id]),
            "question": q.text,
            "expected": q.answers,
            **mine[q.id].row(),
        }
        for q in asked
        for system, mine in replies.items()
        if q.id in mine
    ]


def show(result: Row) -> str:
    """The table."""
    wrong = [name for name in VERDICTS if name != "right"]
    head = ["category", "system", "n", "right %", "lenient %", *wrong, "in", "out", "s"]
    drawn = table(head, rows(result))
    if (gap := result.get("difference")) is None:
        return drawn
    low, high = gap["points_95"]
    lenient_low, lenient_high = gap["points_lenient_95"]
    return (
        f"{drawn}\n\nours - llama.cpp: {gap['points']} points ({low}…{high}); if calls in its text "
        f"count: {gap['points_lenient']} ({lenient_low}…{lenient_high})"
    )


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--model", default="qwen2.5-coder-1.5b-instruct")
    options.add_argument("--each", type=int, default=50, help="questions of each category")
    options.add_argument("--seed", type=int, default=0, help="of the sample")
    options.add_argument("--tuning", action="store_true", help="other questions, never judged")
    options.add_argument("--categories", nargs="*", choices=CATEGORIES, default=list(CATEGORIES))
    options.add_argument("--systems", nargs="*", choices=list(SYSTEMS), default=list(SYSTEMS))
    options.add_argument("--cache", type=Path, default=CACHE / "bfcl", help="BFCL's wheel")
    options.add_argument("--log", type=Path, default=Path("tools.jsonl"))
    options.add_argument("--plot", type=Path, metavar="FILE", help="draw the bars (PNG)")
    options.add_argument("--read", action="store_true", help="only judge what is in the log")
    args = options.parse_args()
    run("tools", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
