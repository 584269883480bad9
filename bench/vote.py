"""Right answers by thinking budget, and of one chain against votes, with the local model.

Every chain is run once, to its end, and logged; a second start goes on where the first was stopped.
Votes of 5 and 9, with and without early stopping, and weighted by the chains' confidence, are
computed from the log.

  VIVAVOCE_DATA=… python -m bench.vote --only gsm8k --log vote.jsonl --plot vote.png
  python -m bench.vote --log vote.jsonl --read --plot vote.png      # no model
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.command import parser, run, say
from bench.journal import add_options, collect, logged
from bench.questions import Question, gsm8k, gym
from bench.questions.asked import answered
from bench.questions.curve import draw
from bench.questions.replay import Done, compared
from bench.stats import table
from vivavoce import weights
from vivavoce.core import Budget
from vivavoce.mind import Voting
from vivavoce.models import LanguageModel, Request

Row = dict[str, Any]
BUDGETS = (0, 32, 64, 128, 256)
VOTES = (5, 9)
VOTINGS = {
    "all": Voting(stop="all"),
    "decided": Voting(stop="decided"),
    "confident": Voting(stop="confident"),
    "confident .9": Voting(stop="confident", sure=0.9),
    "confident .8": Voting(stop="confident", sure=0.8),
    "all, weighted": Voting(stop="all", weighted=True),
}
WRITTEN = 256
"""Tokens of a voting chain, which writes its steps into the answer."""
ANSWER = 32
"""Tokens after a budget's thinking: enough for "The answer is N"."""


@dataclass(frozen=True, slots=True)
class Job:
    """One chain of one question."""

    task: str
    question: Question
    budget: int | None
    """None: a voting chain, without a budget."""
    chain: int

    @property
    def key(self) -> tuple[str, int | None, int]:
        """What it is found by in the log."""
        return self.question.id, self.budget, self.chain

    def request(self) -> Request:
        """Budgets are compared without chance, votes with it."""
        if self.budget is None:
            return Request(
                self.question.messages,
                max_tokens=WRITTEN,
                temperature=0.7,
                seed=self.chain,
                confidence=True,
            )
        return Request(self.question.direct, max_tokens=ANSWER, thinking=Budget(self.budget))


def jobs(tasks: dict[str, list[Question]], chains: int, budgets: Sequence[int]) -> list[Job]:
    """All of a question together, so that what is done by Ctrl-C is whole questions."""
    longest = max((len(questions) for questions in tasks.values()), default=0)
    return [
        Job(task, questions[i], budget, chain)
        for i in range(longest)
        for task, questions in tasks.items()
        if i < len(questions)
        for budget, count in [(None, chains), *((b, 1) for b in budgets)]
        for chain in range(count)
    ]


async def answer(model: LanguageModel, job: Job) -> Row:
    """One chain to its end."""
    told = await answered(job.question, model.stream(job.request()))
    about = {"model": model.card.name, "task": job.task, "budget": job.budget, "chain": job.chain}
    return about | told


def numbers(rows: Sequence[Row], at_once: int) -> Row:
    """The tasks' accuracies, of those questions that are whole."""
    found: Row = {}
    for task in dict.fromkeys(r["task"] for r in rows):
        mine = [r for r in rows if r["task"] == task]
        found[task] = {"budgets": _budgets(mine), "votes": _votes(mine, at_once)}
    written = sum(r["tokens"] for r in rows)
    return {"tasks": found, "chains": len(rows), "tokens": written}


def _budgets(rows: Sequence[Row]) -> Row:
    found: Row = {}
    for budget in sorted({r["budget"] for r in rows if r["budget"] is not None}):
        mine = [r for r in rows if r["budget"] == budget]
        found[str(budget)] = {
            "questions": len(mine),
            "right": round(100 * sum(r["answer"] == r["right"] for r in mine) / len(mine), 1),
            "thought": round(sum(r["thought"] for r in mine) / len(mine), 1),
            "over": sum(r["thought"] > budget for r in mine),
            "kept": sorted({r["kept"] for r in mine}),
        }
    return found


def _votes(rows: Sequence[Row], at_once: int) -> Row:
    chains: dict[str, dict[int, Row]] = {}
    for r in rows:
        if r["budget"] is None:
            chains.setdefault(r["id"], {})[r["chain"]] = r
    found: Row = {}
    for count in VOTES:
        whole = [mine for mine in chains.values() if set(range(count)) <= mine.keys()]
        asked = [(mine[0]["right"], [_done(mine[i]) for i in range(count)]) for mine in whole]
        if asked:
            found[str(count)] = {"questions": len(asked)} | {
                name: compared(asked, replace(voting, chains=count), at_once)
                for name, voting in VOTINGS.items()
            }
    return found


def _done(row: Row) -> Done:
    """A row without a confidence counts whole."""
    return Done(row["answer"], row["tokens"], row.get("confidence") or 1.0)


def measure(args: argparse.Namespace) -> Row:
    """Collect, unless only the log is to be read; then the numbers."""
    if not args.read:
        _collect(args)
    rows = _mine(args)
    result = {**numbers(rows, args.at_once), "model": args.model, "at_once": args.at_once}
    if args.plot:
        draw(result, args.plot)
    return {**result, "details": rows}


def _mine(args: argparse.Namespace) -> list[Row]:
    """This model's rows."""
    return [r for r in logged(args.log) if r.get("model", args.model) == args.model]


def _collect(args: argparse.Namespace) -> None:
    from vivavoce.models.llamacpp import Llama, LlamaConfig

    tasks: dict[str, list[Question]] = {}
    if args.only in (None, "gsm8k"):
        tasks["gsm8k"] = gsm8k(args.data, args.questions, args.seed)
    if args.only in (None, "gym"):
        tasks["gym"] = gym(args.questions, args.seed)
    done = {(r["id"], r["budget"], r["chain"]) for r in _mine(args)}
    todo = [j for j in jobs(tasks, args.chains, args.budgets) if j.key not in done]
    say(f"{len(todo)} chains to run, {len(done)} are in {args.log}")
    if not todo:
        return
    model = Llama(weights.path(args.model), LlamaConfig(slots=args.at_once))
    try:
        collect(
            todo,
            lambda job: answer(model, job),
            args.log,
            at_once=args.at_once,
            minutes=args.minutes,
            name=lambda job: job.question.id,
        )
    finally:
        model.close()


def show(result: Row) -> str:
    """Two tables."""
    budgets = [
        (task, b, v["questions"], v["right"], v["thought"], v["over"], "/".join(v["kept"]))
        for task, found in result["tasks"].items()
        for b, v in found["budgets"].items()
    ]
    votes = [
        (task, n, name, v["questions"], w["single"], w["right"], w["gain"],
         "…".join(str(x) for x in w["gain_95"]), w["saved"], w["lost"])
        for task, found in result["tasks"].items()
        for n, v in found["votes"].items()
        for name, w in v.items()
        if name != "questions"
    ]  # fmt: skip
    by_budget = ["task", "budget", "questions", "right %", "thought", "over", "kept"]
    by_stop = ["task", "chains", "stop", "questions", "one %", "vote %", "gain", "95%"]
    return f"{table(by_budget, budgets)}\n\n{table([*by_stop, 'saved %', 'lost'], votes)}"


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--data", type=Path, default=os.environ.get("VIVAVOCE_DATA"),
                         help="folder with questions/ (VIVAVOCE_DATA)")  # fmt: skip
    options.add_argument("--model", default="qwen2.5-coder-0.5b-instruct")
    options.add_argument("--questions", type=int, default=100, help="of each task")
    options.add_argument("--seed", type=int, default=0, help="of the sample")
    options.add_argument("--only", choices=["gsm8k", "gym"])
    options.add_argument("--chains", type=int, default=9, help="of each question; 0: no votes")
    options.add_argument("--budgets", type=int, nargs="*", default=list(BUDGETS))
    options.add_argument("--at-once", type=int, default=4)
    add_options(options, "vote.jsonl")
    options.add_argument("--plot", type=Path, metavar="FILE", help="draw the curves (PNG)")
    args = options.parse_args()
    if args.only != "gym" and not args.read and args.data is None:
        options.error("name the folder with questions/ by --data or VIVAVOCE_DATA")
    run("vote", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
