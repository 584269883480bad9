"""What a household asks: done right or not, by which path, how quickly, and for how many tokens.

Real mosquitto, MPD, Radicale, Dovecot and servers of feeds and weather on loopback, put back before
each request. The peer is Home Assistant's sentence matching on the same sentences. --log keeps each
request; a second start goes on where the first was stopped.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import anyio
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bench.command import parser, run, say
from bench.household.chart import draw
from bench.household.check import wrong
from bench.household.house import House, house
from bench.household.nobody import NOBODY, Nobody
from bench.household.numbers import LEFT, numbers, show
from vivavoce.core import RANKS, Message, Retry, Speaker
from vivavoce.experts import Context
from vivavoce.mind import CHARACTER, Act, Answers, Ask, Direct, Outcome
from vivavoce.mind.acting.house import open_house
from vivavoce.mind.house import open_mind
from vivavoce.mind.mind import Mind
from vivavoce.models import Request, Text, Usage

Row = dict[str, Any]
SETS = {
    name: Path(__file__).with_name(f"{name}.yaml")
    for name in ("requests", "unseen", "strangers", "followups", "followups_unseen")
}
"""What is asked; each file says who wrote it, and what was known by then."""
SETTLE_S = 0.4
"""After an answer, until the devices have told what they did."""
LONGEST_S = 240.0
TRIES = 8
"""A busy machine is no reason to ask a house that lacks an expert."""
WARM_S = 120.0
"""For all sentences to be read: a busy machine is no reason to leave one to a model."""


def requests(name: str = "requests") -> list[Row]:
    """All of one set, numbered."""
    read = yaml.safe_load(SETS[name].read_text())
    return [{"number": n, "as": "owner", **request} for n, request in enumerate(read)]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one turn."""

    text: str
    acts: Sequence[Act]
    usage: Usage
    seconds: float


async def answered(house: Answers, ask: Ask) -> Answered:
    """The whole answer, or what there is of it after LONGEST_S."""
    text, acts, usage, began = "", list[Act](), Usage(), time.monotonic()
    with anyio.move_on_after(LONGEST_S):
        async with aclosing(cast("Any", house.stream(ask))) as items:
            async for item in items:
                if isinstance(item, Text):
                    text += item.text
                elif isinstance(item, Act):
                    acts.append(item)
                elif isinstance(item, Outcome):
                    usage = item.usage
    return Answered(text, acts, usage, time.monotonic() - began)


async def one(house: House, mind: Answers, request: Row) -> Row | None:
    """One request, after what is said before it, to a house that is as new. None: an expert was
    away before it was asked."""
    house.reset(request.get("first"))
    rank = next(rank for rank in RANKS if rank == request["as"])
    speaker = Speaker("" if rank == "unknown" else "Lea", rank, 1.0, "text")

    def asked(messages: Sequence[Message]) -> Ask:
        talk = 1 if request.get("before") else 0
        told = Request(tuple(messages), max_tokens=160, conversation=talk)
        return Ask(told, speaker=speaker, stays_here=True)

    said, verdicts = [Message("system", CHARACTER)], list[list[str]]()
    with tempfile.TemporaryDirectory() as folder:
        async with open_house(mind, folder=Path(folder) / "experts") as opened:
            with anyio.fail_after(WARM_S):
                await opened.warm.wait()
            if opened.acting.commands.experts < sum(
                expert.commands is not None for expert in opened.opened.experts.values()
            ):
                return None
            bread = await opened.opened.tools("lists")
            await bread["lists_add"].run({"items": "bread"}, Context(speaker))
            for text in request.get("before", ()):
                said.append(Message("user", text))
                earlier = await answered(opened.acting, asked(said))
                said.append(Message("assistant", earlier.text))
                verdicts.append([act.verdict for act in earlier.acts])
                await anyio.sleep(SETTLE_S)
            devices = {name: dict(state) for name, state in house.home.state.items()}
            before: Row = {"devices": devices, "music": house.music()}
            said.append(Message("user", request["say"]))
            done = await answered(opened.acting, asked(said))
            await anyio.sleep(SETTLE_S)
            told: Row = {"answer": done.text, "verdicts": [act.verdict for act in done.acts]}
            told["earlier"] = verdicts
            if then := request.get("then"):
                expert = then["tool"].partition("_")[0]
                tool = (await opened.opened.tools(expert))[then["tool"]]
                owner = Speaker("Lea", "owner")
                result = await tool.run(then.get("arguments", {}), Context(owner))
                told["then"] = result.text
            after = {"devices": house.home.state, "music": house.music()}
            trouble = wrong(request, before, after, told)
    by = done.usage.model
    path = "none" if by == "none" else LEFT if NOBODY in mind.cards() else "model"
    return {
        "number": request["number"],
        "area": request["area"],
        "say": request["say"],
        "as": request["as"],
        "wrong": trouble,
        "path": path,
        "s": round(done.seconds, 4),
        "tokens_in": done.usage.tokens_in,
        "tokens_out": done.usage.tokens_out,
        "answer": done.text,
        "acts": [[a.tool, dict(a.arguments), a.verdict, a.result[:200]] for a in done.acts],
        **({"said": [m.text for m in said[1:-1]]} if request.get("before") else {}),
    }


async def collect(args: argparse.Namespace, todo: Sequence[Row]) -> None:
    """Each is in the log as soon as it is done."""
    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    )
    mind = Direct(Nobody()) if args.no_model else open_mind(args.model)
    with (
        tempfile.TemporaryDirectory() as folder,
        house(Path(folder)) as running,
        bar,
        args.log.open("a") as log,
    ):
        os.environ |= running.environment
        none = Path(folder) / "none"
        none.mkdir()
        os.environ["VIVAVOCE_EXPERTS"] = str(none)
        shown = bar.add_task("", total=len(todo))
        for request in todo:
            row = None
            for _ in range(TRIES):
                if (row := await one(running, mind, request)) is not None:
                    break
            if row is None:
                raise Retry("an expert of the house is away; is the machine too busy?")
            log.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            log.flush()
            bar.advance(shown)
    if isinstance(mind, Mind):
        await mind.aclose()


def logged(log: Path) -> dict[int, Row]:
    """By number; a line that was cut off is left out."""
    found: dict[int, Row] = {}
    for line in log.read_text().splitlines() if log.is_file() else []:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            say(f"{log}: a line was cut off; it is asked again")
        else:
            found[row["number"]] = row
    return found


def measure(args: argparse.Namespace) -> Row:
    """Ask what the log lacks, then the numbers."""
    chosen = [r for r in requests(args.set) if args.only in (None, r["area"])]
    done = logged(args.log)
    todo = [r for r in chosen if r["number"] not in done]
    say(f"{len(todo)} requests to make, {len(done)} are in {args.log}")
    if todo and not args.read:
        try:
            asyncio.run(collect(args, todo))
        except KeyboardInterrupt:
            say(f"\nstopped; what was done is in {args.log}, the same command goes on")
            raise
        done = logged(args.log)
    rows = [(r, done[r["number"]]) for r in chosen if r["number"] in done]
    result = numbers(rows)
    if args.plot:
        draw(result, args.plot)
    return {**result, "details": [row for _, row in rows]}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--model", default="auto")
    options.add_argument("--no-model", action="store_true", help="leave what needs a model undone")
    options.add_argument("--set", choices=SETS, default="requests", help="which requests")
    options.add_argument("--only", help="an area: home, media, time, …")
    options.add_argument("--log", type=Path, help="by default household[-SET][-plain].jsonl")
    options.add_argument("--plot", type=Path, metavar="FILE", help="draw the bars (PNG)")
    options.add_argument("--read", action="store_true", help="only compute from the log")
    args = options.parse_args()
    kind = f"-{args.set}" * (args.set != "requests") + "-plain" * args.no_model
    args.log = args.log or Path(f"household{kind}.jsonl")
    run("household", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
