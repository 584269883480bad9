"""τ²-bench's airline and retail desks behind our seam: experts whose tools change τ²'s databases.

Replay: each task's reference calls go through our hands, with the policy and their owner's yes;
the database's hash must be the one after the same calls made in τ² itself. Valid: none of them
fails there. With a model: a fixed sample of tasks, judged by the hash alone. The user is NOT τ²'s
simulator but a script that says the task's whole instructions at once and then yes to each
question, at most 8 turns: this pass^1 is no τ² score and can't be compared with any. Where the
reference changes nothing, doing nothing passes: the column "idle %" is who never does anything.
--log keeps each played task; a second start goes on.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.command import parser, run, say
from bench.peers.own import CACHE
from bench.peers.served import Peer
from bench.stats import table
from bench.tau2.desk import WHEN, Desk, Row, desk
from bench.tau2.peer import PACKAGE, tau2
from bench.tau2.play import hands, play, replay
from vivavoce import weights
from vivavoce.experts.commands import Commands
from vivavoce.experts.finder import Finder
from vivavoce.experts.meaning import Meaning
from vivavoce.mind.acting import Acting, ActingConfig
from vivavoce.mind.house import DEFAULT, open_mind

CFG = ActingConfig(steps=12, tools=20)
"""A desk's clerk has all its tools."""
Chosen = Sequence[tuple[str, Row]]


async def replayed(peer: Peer, desks: Mapping[str, Desk]) -> list[Row]:
    """Every task of every desk."""
    rows = []
    for name, one in desks.items():
        say(f"{name}: {len(one.tasks)} tasks")
        with tempfile.TemporaryDirectory() as folder:
            async with hands(one, Path(folder)) as made:
                rows += [await replay(peer, made, name, task) for task in one.tasks]
    return rows


async def played(
    peer: Peer, desks: Mapping[str, Desk], todo: Chosen, model: str, log: Path
) -> None:
    """Each is in the log as soon as it is done."""
    mind, meaning = open_mind(model), Meaning(weights.path("wordllama-256"))
    with tempfile.TemporaryDirectory() as folder, log.open("a") as kept:
        for number, (name, task) in enumerate(todo, 1):
            say(f"{name} {task['id']}: {number} of {len(todo)}")
            finder = Finder({name: desks[name].expert}, meaning)
            async with hands(desks[name], Path(folder)) as made:
                acting = Acting(mind, made, finder, Commands(), CFG)
                row = await play(acting, peer, name, task, model, number)
            kept.write(json.dumps(row, ensure_ascii=False) + "\n")
            kept.flush()
    await mind.aclose()


def logged(log: Path, model: str) -> dict[tuple[str, str], Row]:
    """This model's, by domain and task; a line that was cut off is left out."""
    lines = log.read_text().splitlines() if log.is_file() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return {(row["domain"], row["task"]): row for row in rows if row["model"] == model}


def sample(tasks: Sequence[Row], n: int) -> list[Row]:
    """n of them, evenly spread; always the same."""
    n = min(n, len(tasks))
    return [tasks[i * len(tasks) // n] for i in range(n)]


def measure(args: argparse.Namespace) -> Row:
    """The replay, then what the log lacks."""
    with tau2(args.cache) as peer:
        desks = {name: desk(peer, name) for name in WHEN}
        replays = asyncio.run(replayed(peer, desks))
        result: Row = {"data": PACKAGE, "replay": by_domain(replays, replay_numbers)}
        if args.replay_only:
            return {**result, "details": replays}
        chosen = [(n, task) for n, d in desks.items() for task in sample(d.tasks, args.tasks)]
        done = logged(args.log, args.model)
        todo = [(name, task) for name, task in chosen if (name, task["id"]) not in done]
        say(f"{len(todo)} tasks to play, {len(chosen) - len(todo)} are in {args.log}")
        if todo:
            asyncio.run(played(peer, desks, todo, args.model, args.log))
    done = logged(args.log, args.model)
    rows = [done[name, task["id"]] for name, task in chosen]
    numbers = {"model": args.model, **by_domain(rows, model_numbers)}
    return {**result, "scripted_user": numbers, "details": [*replays, *rows]}


def by_domain(rows: Sequence[Row], numbers: Callable[[Sequence[Row]], Row]) -> Row:
    """The numbers of each, and of all."""
    parts = {name: [row for row in rows if row["domain"] == name] for name in WHEN}
    return {name: numbers(part) for name, part in (parts | {"all": list(rows)}).items()}


def replay_numbers(rows: Sequence[Row]) -> Row:
    """Of those whose reference calls all work in τ², and of the others."""
    valid = [row for row in rows if not row["reference_errors"]]
    others = [row for row in rows if row["reference_errors"]]
    return {
        "tasks": len(rows),
        "calls": sum(row["calls"] for row in rows),
        "after a yes": sum(row["yes"] for row in rows),
        "valid": len(valid),
        "equal": sum(row["equal"] for row in valid),
        "equal %": _percent([row["equal"] for row in valid]),
        "changing": sum(row["changes"] for row in valid),
        "of them equal": sum(row["equal"] for row in valid if row["changes"]),
        "others": len(others),
        "others equal": sum(row["equal"] for row in others),
    }


def model_numbers(rows: Sequence[Row]) -> Row:
    """pass^1 with the scripted user."""
    return {
        "tasks": len(rows),
        "passed": sum(row["passed"] for row in rows),
        "pass^1 %": _percent([row["passed"] for row in rows]),
        "idle %": _percent([not row["changes"] for row in rows]),
        "late": sum(row["late"] for row in rows),
    }


def _percent(right: Sequence[bool]) -> float | None:
    return round(100 * sum(right) / len(right), 1) if right else None


def show(result: Row) -> str:
    """A table for the replay, one for the model."""
    shown = []
    for part in ("replay", "scripted_user"):
        rows = {name: result.get(part, {}).get(name) for name in (*WHEN, "all")}
        lines = [(name, *row.values()) for name, row in rows.items() if row]
        if lines:
            shown.append(table([part.replace("_", " "), *(rows["all"] or {})], lines))
    return "\n\n".join(shown)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--cache", type=Path, default=CACHE, help="where τ² is installed")
    options.add_argument("--replay-only", action="store_true", help="no model")
    options.add_argument("--model", default=DEFAULT)
    options.add_argument("--tasks", type=int, default=5, metavar="N", help="with a model, of each")
    options.add_argument("--log", type=Path, default=Path("tau2.jsonl"))
    args = options.parse_args()
    run("tau2", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
