"""The local ladder: what each rung is worth, and what going up only in doubt saves.

Four rungs answer the same GSM8K test questions: the 0.5B, the 1.5B, the 1.5B after --thinking
tokens of thought, and a vote of --chains such chains (stopped early, as in the product). Each
answer is logged with its seconds and with how sure it was of its words; a second start goes on
where the first was stopped. Then the router's own rules (choose, escalate) are run over the
answers: always the largest against going up in doubt. The threshold of doubt is chosen on four
fifths of the questions and judged on the last; the table of difficulty is learned without the
questions asked.

  export VIVAVOCE_DATA=…                                        # a folder with questions/
  python -m bench.ladder --minutes 120 --log ladder.jsonl --plot ladder.png
  python -m bench.ladder --questions 3 --only small --log try.jsonl        # a minute
  python -m bench.ladder --log ladder.jsonl --read --plot ladder.png       # no model

A question takes some two minutes on two cores, the vote most of it. The table ends with lines for
src/vivavoce/mind/router/data/measured.toml; what is put there must be judged on another --seed.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.command import parser, run, say
from bench.journal import add_options, collect, logged
from bench.ladder.chart import draw
from bench.ladder.numbers import lines, numbers
from bench.ladder.steps import KEYS, Job, Models, Step, ladder
from bench.questions import Question, gsm8k
from bench.stats import table as drawn
from vivavoce.core import ConfigError
from vivavoce.mind.router.difficulty import Table

Row = dict[str, Any]
RESPONSES = "gsm8k_responses.csv"
"""RouteLLM's file, from which the table of difficulty is learned."""


def jobs(
    questions: Sequence[Question], steps: Sequence[Step], *, bare: bool, done: set[Any]
) -> list[Job]:
    """All of a question together, so that what is done by Ctrl-C is whole questions."""
    all_of = [Job(step, question, bare) for question in questions for step in steps]
    return [job for job in all_of if job.key not in done]


def table_without(questions: Sequence[Question], folder: Path) -> Table:
    """How difficult questions are, learned from all but these; the shipped table has seen them all.
    ConfigError where there is nothing to learn from."""
    from bench.router import read
    from vivavoce.training.router import learn, solutions

    if not (folder / RESPONSES).is_file():
        raise ConfigError(f"{folder} has no {RESPONSES} (RouteLLM's); name the data by --data")
    texts, right, _ = read(folder / RESPONSES)
    asked = {" ".join(q.text.split()) for q in questions}
    kept = [i for i, text in enumerate(texts) if " ".join(text.split()) not in asked]
    solved = solutions(folder / "gsm8k_train.jsonl")
    return learn([texts[i] for i in kept], np.asarray(right)[kept], solved)


def measure(args: argparse.Namespace) -> Row:
    """Ask what the log lacks, then the numbers."""
    questions = gsm8k(args.data, args.questions, args.seed)
    steps = ladder(args.thinking, args.chains)
    rows = logged(args.log)
    if not args.read:
        chosen = [step for key, step in zip(KEYS, steps, strict=True) if key in args.only]
        done = {(r["rung"], r["id"], r["bare"]) for r in rows}
        todo = jobs(questions, chosen, bare=args.bare, done=done)
        say(f"{len(todo)} answers to get, {len(rows)} are in {args.log}")
        if todo:
            ask(todo, args.log, args.minutes)
            rows = logged(args.log)
    table = table_without(questions, args.data / "questions")
    result = numbers(rows, questions, steps, table, bare=args.bare)
    command = (
        f"python -m bench.ladder --questions {args.questions} --seed {args.seed} "
        f"--thinking {args.thinking}"
    )
    result |= {
        "seed": args.seed,
        "thinking": args.thinking,
        "chains": args.chains,
        "bare": args.bare,
        "command": f"{command} --chains {args.chains}{' --bare' * args.bare}",
    }
    if args.plot:
        draw(result, args.plot)
    return {**result, "details": {**result.get("details", {}), "rows": rows}}


def ask(todo: Sequence[Job], log: Path, minutes: float | None) -> None:
    """One at a time: what is measured is how long each takes alone."""
    models = Models()
    try:
        collect(todo, models.ask, log, minutes=minutes, name=lambda job: " ".join(job.key[:2]))
    finally:
        models.close()


def show(result: Row) -> str:
    """The tables, and the lines for the router's file."""
    rungs = [
        (name, r["questions"], r["right"], _95(r["right_95"]), r["s"], r["thought"],
         r["confidence"], r["auc"])
        for name, r in result["rungs"].items()
    ]  # fmt: skip
    parts = [drawn(["rung", "n", "right %", "95%", "s", "thought", "sure", "auc"], rungs)]
    if "policies" in result:
        ways = [
            (name, p["right"], p["s"], p["lost"], _95(p["lost_95"]), p["saved"], p["worth_cents"])
            for name, p in result["policies"].items()
        ]
        head = ["way", "right %", "s", "points lost", "95%", "time saved %", "worth, cents"]
        parts.append(f"{result['questions']} questions that all rungs answered:\n")
        parts.append(drawn(head, ways))
        taken = ", ".join(f"{name}: {share:.0%}" for name, share in result["chosen"].items())
        parts.append(f"\nthresholds that the other folds chose: {taken}")
    if not result["bare"] and (told := lines(result, result["command"])):
        parts.append(f"\nfor src/vivavoce/mind/router/data/measured.toml:\n\n{told}\n")
    return "\n".join(parts)


def _95(bounds: Sequence[float]) -> str:
    return "…".join(str(x) for x in bounds)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--data", type=Path, default=os.environ.get("VIVAVOCE_DATA"),
                         help="folder with questions/ [VIVAVOCE_DATA]")  # fmt: skip
    options.add_argument("--questions", type=int, default=50, help="how many [50]")
    options.add_argument(
        "--seed", type=int, default=1, help="of the sample [1; bench.vote's questions are 0]"
    )
    options.add_argument("--thinking", type=int, default=256, help="tokens of thought [256]")
    options.add_argument("--chains", type=int, default=5, help="of the vote [5]")
    options.add_argument("--only", nargs="+", choices=KEYS, default=KEYS, help="ask these only")
    options.add_argument(
        "--bare", action="store_true", help="ask for the bare answer: no steps but in the thinking"
    )
    add_options(options, "ladder.jsonl")
    options.add_argument("--plot", type=Path, metavar="FILE", help="right by time (PNG)")
    args = options.parse_args()
    if args.data is None:
        options.error("name the folder with questions/ by --data or VIVAVOCE_DATA")
    args.data = Path(args.data)
    if args.thinking < 1 or args.chains < 2:
        options.error("--thinking is at least 1, --chains at least 2: else rungs are the same")
    run("ladder", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
