"""Is a thinking budget held to the token, and does an answer always follow? The local model.

Each request has a question and a budget of its own, the same at every run, of 0…128 tokens; --long:
20 requests of up to 2,048 that are used up. Each is logged as it ends; a second start goes on
where the first was stopped.

  python -m bench.budget --model 1.5b --requests 1000 --minutes 30 --log budget.jsonl
  python -m bench.budget --requests 8 --log try.jsonl               # a minute
  python -m bench.budget --log budget.jsonl --read --plot budget.png
"""

import argparse
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.command import parser, run, say
from bench.journal import Row, add_options, collect, logged
from bench.picture import FAINT, INK, RULE
from bench.stats import table
from vivavoce import weights
from vivavoce.core import Budget, Message
from vivavoce.models import LanguageModel, Request, Text, Usage

SLOTS = 8
SHORT, LONG = 128, 2048
ANSWER_TOKENS = 24


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


async def one(model: LanguageModel, number: int, most: int) -> Row:
    """One request's row of the log."""
    asked, said, usage = request(number, most), "", Usage()
    async for piece in model.stream(asked):
        if isinstance(piece, Text):
            said += piece.text
        elif isinstance(piece, Usage):
            usage = piece
    assert asked.thinking is not None
    return {
        "model": model.card.name,
        "number": number,
        "most": most,
        "budget": asked.thinking.tokens,
        "extend": asked.thinking.extend,
        "granted": usage.granted,
        "thought": usage.tokens_thought,
        "answered": bool(said.strip()),
        "finish": usage.finish,
    }


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """All requests that the log does not have yet, then what it says."""
    name, most = f"qwen2.5-coder-{args.model}-instruct", LONG if args.long else SHORT
    done = mine(logged(args.log), name, most)
    left = [n for n in range(args.requests) if n not in done]
    say(f"{len(left)} requests to make, {len(done)} are in {args.log}")
    if left and not args.read:
        _ask(args, name, most, left)
        done = mine(logged(args.log), name, most)
    found = [row for n, row in sorted(done.items()) if n < args.requests]
    if args.plot:
        draw(found, most, args.plot)
    return {"model": args.model, "most": most, **numbers(found), "details": found}


def mine(rows: Sequence[Row], model: str, most: int) -> dict[int, Row]:
    """By number, those of one model and length; a row without a name is of any model."""
    return {r["number"]: r for r in rows if r["most"] == most and r.get("model", model) == model}


def numbers(rows: Sequence[Row]) -> dict[str, Any]:
    """What they come to."""
    return {
        "requests": len(rows),
        "overruns": sum(r["thought"] > r["budget"] for r in rows),
        "granted_less": sum((r["granted"] or 0) < r["budget"] for r in rows),
        "answers_missing": sum(not r["answered"] for r in rows),
        "thought_tokens": sum(r["thought"] for r in rows),
        "finish": dict(Counter(r["finish"] for r in rows)),
    }


def _ask(args: argparse.Namespace, name: str, most: int, left: Sequence[int]) -> None:
    from vivavoce.models.llamacpp import Llama, LlamaConfig

    llama = Llama(weights.path(name), LlamaConfig(slots=SLOTS, context_tokens=16_384))
    at_once = SLOTS if most <= SHORT else SLOTS // 2
    try:
        collect(
            left,
            lambda number: one(llama, number, most),
            args.log,
            at_once=at_once,
            minutes=args.minutes,
        )
    finally:
        llama.close()


def draw(rows: Sequence[Row], most: int, path: Path) -> None:
    """A dot a request: what was thought against what was allowed; above the line is an overrun."""
    figure = Figure(figsize=(6, 5), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([0, most], [0, most], color=INK, lw=1, label="the budget")
    for extend, colour, label in (
        (False, "#2f6f9f", "ends when it likes"),
        (True, "#c8642b", "is to use it up"),
    ):
        some = [r for r in rows if bool(r.get("extend")) is extend]
        if some:
            asked, thought = [r["budget"] for r in some], [r["thought"] for r in some]
            axes.scatter(asked, thought, s=14, color=colour, alpha=0.6, linewidths=0, label=label)
    axes.set_xlabel("tokens of thinking allowed", size=9, color=FAINT)
    axes.set_ylabel("tokens thought", size=9, color=FAINT)
    axes.tick_params(length=0, labelsize=9, labelcolor=FAINT)
    axes.spines[:].set_visible(False)
    axes.grid(color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, labelcolor=INK, fontsize=9, loc="upper left")
    figure.savefig(path, format="png", bbox_inches="tight", pad_inches=0.25)


def show(result: Mapping[str, Any]) -> str:
    """The table."""
    names = ("requests", "most", "overruns", "granted_less", "answers_missing", "thought_tokens")
    return table(["budget", "value"], [(n.replace("_", " "), result[n]) for n in names])


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--model", default="0.5b", choices=("0.5b", "1.5b"), help="[0.5b]")
    options.add_argument("--requests", type=int, help="how many [1000; with --long 20]")
    options.add_argument("--long", action="store_true", help="budgets up to 2,048, used up")
    add_options(options, "budget-{model}.jsonl")
    options.add_argument("--plot", type=Path, metavar="FILE", help="draw thought by budget (PNG)")
    args = options.parse_args()
    args.requests = args.requests or (20 if args.long else 1000)
    args.log = args.log or Path(f"budget-{args.model}.jsonl")
    run("budget", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
