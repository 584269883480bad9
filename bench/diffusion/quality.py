"""pass@1 on HumanEval, greedy: whole functions, asked for in a chat, and gaps cut out of the known
solutions (one line, several lines), filled by prefix and suffix, as long as the model likes; "cut"
is the same text cut to as many lines as were taken out. Every program runs in a sandbox.

On a CPU a fixed sample of 40 (humaneval.SAMPLE); --whole takes all 164. Speed is of these very
texts, one at a time unless --batch says otherwise."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from bench.command import parser, run
from bench.diffusion import timed
from bench.diffusion.curves import quality_curve
from bench.diffusion.humaneval import Hole, Problem, code_of, hole, problems
from bench.diffusion.kept import Log, Row, missing, through
from bench.diffusion.numbers import share
from bench.diffusion.sandbox import Verdict, judge
from bench.diffusion.setup import dial, judged, kept_option, options
from bench.stats import table

if TYPE_CHECKING:
    from vivavoce.diffusion.text import Asked, Writer

Part = Literal["function", "line", "lines"]
SYSTEMS = ("ar", "lossless-1", "diffusion-0.98", "diffusion-0.9", "diffusion-0.7")
MOST = {"function": 400, "line": 64, "lines": 160}
"""Tokens; what is cut off there fails."""
KEYS = ("model", "kept", "adapter", "device", "compiled", "batch", "part", "system", "task")


def ask(writer: "Writer", problem: Problem, part: Part) -> "Asked":
    """What the network is given."""
    from vivavoce.diffusion.text import Asked

    if part == "function":
        return Asked(writer.chat([("user", problem.request)]), MOST[part])
    gap = _hole(problem, part)
    return writer.fill(gap.prefix, gap.suffix, MOST[part])


def program(problem: Problem, part: Part, answer: str) -> str:
    """What is run to judge an answer."""
    if part == "function":
        return problem.program(code_of(answer, problem))
    gap = _hole(problem, part)
    return problem.program(gap.prefix + answer + gap.suffix)


def tasks(part: Part, whole: bool) -> list[Problem]:
    """Problems that have this part: a short solution has no gap of several lines."""
    return [one for one in problems(whole) if part == "function" or hole(one, part) is not None]


def _hole(problem: Problem, part: Part) -> Hole:
    assert part != "function"
    found = hole(problem, part)
    assert found is not None
    return found


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Collect, unless only the log is to be read; then the shares."""
    log = Log(args.log, lambda row: tuple(row[name] for name in KEYS))
    told = {} if args.read else _collect(args, log)
    result = {"quality": numbers(log.rows)}
    if args.plot and result["quality"]:
        quality_curve(result["quality"], args.plot)
    return {**told, **result, "details": log.rows}


def _collect(args: argparse.Namespace, log: Log) -> Row:
    for part in args.parts:  # the sandbox must let right programs pass, or nothing is told
        for one in tasks(part, whole=False)[:3]:
            middle = one.prompt + one.solution if part == "function" else _hole(one, part).middle
            assert judge(program(one, part, middle)).passed, f"{one.id} fails as it is"
    network = judged(args, args.kept)
    here = (args.model, network.kept, network.adapter, args.device, args.compile, args.batch)
    asked = {(part, one.id): one for part in args.parts for one in tasks(part, args.whole)}
    if args.limit:
        asked = dict(list(asked.items())[:: max(1, len(asked) // args.limit)][: args.limit])
    todo = missing(
        ((*here, part, system, task) for part, task in asked for system in args.systems), log
    )
    groups = _together(todo, args.batch)
    for group in through(groups, lambda group: f"{group[0][-3]}, {group[0][-2]}"):
        *_, part, system, _ = group[0]
        chosen = [asked[part, key[-1]] for key in group]
        wrote = timed.ours(
            network.writer, [ask(network.writer, one, part) for one in chosen], dial(system)
        )
        for key, problem, text in zip(group, chosen, wrote.texts, strict=True):
            verdict: Verdict = judge(program(problem, part, text), seconds=args.seconds)
            row = {"text": text, "verdict": verdict.why, "error": verdict.error}
            if part != "function":
                cut = program(problem, part, _as_long(text, _hole(problem, part).middle))
                row["verdict_cut"] = judge(cut, seconds=args.seconds).why
            took = {k: v / len(group) for k, v in wrote.row.items()} | {"first_s": wrote.first_s}
            log.add(dict(zip(KEYS, key, strict=True)) | row | took)
    return network.told(args)


def _as_long(text: str, middle: str) -> str:
    """As many lines as were cut out."""
    return "\n".join(text.split("\n")[: middle.count("\n") + 1])


def _together(todo: Sequence[Any], batch: int) -> list[list[Any]]:
    """Keys of the same part and system, so many at a time, in the order of the tasks."""
    groups: dict[tuple[Any, ...], list[list[Any]]] = {}
    order: list[list[Any]] = []
    for key in todo:
        mine = groups.setdefault(key[:-1], [[]])
        if not mine[-1]:
            order.append(mine[-1])
        mine[-1].append(key)
        if len(mine[-1]) == batch:
            mine.append([])
    return order


def numbers(rows: Sequence[Row]) -> list[Row]:
    """Shares passed, and the speed of these texts."""
    found = []
    for group in dict.fromkeys(_key(row)[:-1] for row in rows):
        mine = [row for row in rows if _key(row)[:-1] == group]
        total = {name: sum(row[name] for row in mine) for name in ("tokens", "seconds", "forwards")}
        found.append(
            dict(zip(KEYS, group, strict=False))
            | {"pass": share(sum(row["verdict"] == "passed" for row in mine), len(mine))}
            | {"pass_cut": share(sum(r.get("verdict_cut") == "passed" for r in mine), len(mine))}
            | {"timeouts": sum(row["verdict"] == "timeout" for row in mine)}
            | {"tokens_s": round(total["tokens"] / total["seconds"], 1)}
            | {"tokens_a_forward": round(total["tokens"] / max(total["forwards"], 1), 2)}
            | {"tokens": round(total["tokens"])}
        )
    return found


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS)


def show(result: dict[str, Any]) -> str:
    """A row for each part and system."""
    rows = [
        (r["kept"], r["adapter"], r["part"], r["system"], r["pass"]["n"], r["pass"]["percent"],
         r["pass"]["interval_95"], r["pass_cut"]["percent"], r["timeouts"], r["tokens_s"],
         r["tokens_a_forward"])
        for r in result["quality"]
    ]  # fmt: skip
    head = ["kept", "adapter", "part", "system", "tasks", "pass@1 %", "95%", "cut %", "timeouts"]
    return table([*head, "tokens/s", "a forward"], rows)


def main() -> None:
    made = parser(__doc__)
    options(made, "quality.jsonl")
    kept_option(made, several=False)
    made.add_argument("--systems", nargs="+", default=list(SYSTEMS), metavar="NAME")
    made.add_argument("--parts", nargs="+", default=list(get_args(Part)), choices=get_args(Part))
    made.add_argument("--whole", action="store_true", help="all 164, not the sample of 40")
    made.add_argument("--limit", type=int, help="only so many tasks, to try it out")
    made.add_argument("--batch", type=int, default=1, help="texts at once")
    made.add_argument("--seconds", type=int, default=10, help="a program may take")
    made.add_argument("--plot", type=Path, metavar="FILE", help="speed against quality (PNG)")
    args = made.parse_args()
    run("diffusion.quality", lambda: measure(args), show, args.json)
