"""Calls of tools: our constrained calls against llama.cpp's own reading of them, on BFCL v4.

Both have the same weights in the same process and take turns, question by question. Each reply is
logged and judged when the log is read; a second start goes on where the first was stopped. Only
questions that both have answered count. --tuning takes questions that are never judged: try other
wordings only on those.

  python -m bench.tools --each 50 --log tools.jsonl --plot tools.png
  python -m bench.tools --each 2 --model qwen2.5-coder-0.5b-instruct --log try.jsonl   # minutes
  python -m bench.tools --log tools.jsonl --read --plot tools.png                      # no model

Four categories times --each times two systems; the 1.5B takes some 10 s a reply on two cores.
BFCL's questions (a wheel of 3 MB) are fetched by pip at the first start and never installed.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.command import parser, run, say
from bench.journal import add_options, collect, logged
from bench.peers.own import CACHE
from bench.stats import table
from bench.tools.bfcl import CATEGORIES, WHEEL, Question, questions, sample, wheel
from bench.tools.chart import draw
from bench.tools.check import VERDICTS, verdict
from bench.tools.numbers import numbers, rows
from bench.tools.reply import Reply
from bench.tools.systems import SYSTEMS
from vivavoce import weights
from vivavoce.mind.house import DOUBT
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
    done = replied(args.log)
    # One of each category after another: what is done by Ctrl-C is evenly spread.
    turns = [q for some in zip(*asked.values(), strict=True) for q in some]
    todo = [(s, q) for q in turns for s in args.systems if (args.model, s, q.id) not in done]
    say(f"{len(todo)} questions to ask, {len(done)} replies are in {args.log}")
    if todo and not args.read:
        ask(args, todo)
        done = replied(args.log)
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


def ask(args: argparse.Namespace, todo: Sequence[tuple[str, Question]]) -> None:
    """Each reply is in the log as soon as it is there."""
    doubt = DOUBT.get(args.model, 1.0)
    llama = Llama(weights.path(args.model), LlamaConfig(slots=len(SYSTEMS), doubt=doubt))

    async def one(turn: tuple[str, Question]) -> Row:
        system, question = turn
        reply = await SYSTEMS[system](llama, question)
        return {"model": args.model, "system": system, "id": question.id, **reply.row()}

    try:
        collect(todo, one, args.log, minutes=args.minutes, name=lambda turn: turn[1].id)
    finally:
        llama.close()


def replied(log: Path) -> dict[Key, Reply]:
    """What is in the log."""
    return {(r["model"], r["system"], r["id"]): Reply.of(r) for r in logged(log)}


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
    options.add_argument(
        "--model", default="qwen2.5-coder-1.5b-instruct", help="weights [%(default)s]"
    )
    options.add_argument(
        "--each", type=int, default=50, help="questions of each category, at most half of all [50]"
    )
    options.add_argument("--seed", type=int, default=0, help="of the sample")
    options.add_argument("--tuning", action="store_true", help="other questions, never judged")
    options.add_argument("--categories", nargs="+", choices=CATEGORIES, default=list(CATEGORIES))
    options.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS))
    options.add_argument("--cache", type=Path, default=CACHE / "bfcl", help="BFCL's wheel")
    add_options(options, "tools.jsonl")
    options.add_argument("--plot", type=Path, metavar="FILE", help="draw the bars (PNG)")
    args = options.parse_args()
    run("tools", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
