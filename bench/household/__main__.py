"""What a household asks: done right or not, by which path, how quickly, and for how many tokens.

Real mosquitto, MPD, Radicale and Dovecot on loopback, put back before each request. The peer is
Home Assistant's sentence matching on the same sentences. --log keeps each request; a second start
goes on where the first was stopped.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from statistics import median
from typing import Any, cast

import anyio
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bench.command import parser, run, say
from bench.household import peer
from bench.household.chart import draw
from bench.household.check import wrong
from bench.household.house import House, house
from bench.stats import table
from vivavoce.core import RANKS, Message, Speaker
from vivavoce.experts import Context
from vivavoce.mind import CHARACTER, Act, Ask, Outcome
from vivavoce.mind.acting.house import open_house
from vivavoce.mind.house import open_mind
from vivavoce.mind.mind import Mind
from vivavoce.models import Request, Text, Usage

Row = dict[str, Any]
REQUESTS = Path(__file__).with_name("requests.yaml")
SETTLE_S = 0.4
"""After an answer, until the devices have told what they did."""
LONGEST_S = 240.0


def requests() -> list[Row]:
    """All of them, numbered."""
    read = yaml.safe_load(REQUESTS.read_text())
    return [{"number": n, "as": "owner", **request} for n, request in enumerate(read)]


async def one(house: House, mind: Mind, request: Row) -> Row:
    """One request to a house that is as new."""
    house.reset()
    rank = next(rank for rank in RANKS if rank == request["as"])
    speaker = Speaker("" if rank == "unknown" else "Lea", rank, 1.0, "text")
    messages = (Message("system", CHARACTER), Message("user", request["say"]))
    asked = Ask(Request(messages, max_tokens=160), speaker=speaker, stays_here=True)
    with tempfile.TemporaryDirectory() as folder:
        async with open_house(mind, folder=Path(folder) / "experts") as opened:
            with anyio.move_on_after(10):
                await opened.warm.wait()
            bread = await opened.opened.tools("lists")
            await bread["lists_add"].run({"items": "bread"}, Context(speaker))
            devices = {name: dict(state) for name, state in house.home.state.items()}
            before: Row = {"devices": devices, "music": house.music()}
            answer, acts, usage, began = "", list[Act](), Usage(), time.monotonic()
            with anyio.move_on_after(LONGEST_S):
                async with aclosing(cast("Any", opened.acting.stream(asked))) as items:
                    async for item in items:
                        if isinstance(item, Text):
                            answer += item.text
                        elif isinstance(item, Act):
                            acts.append(item)
                        elif isinstance(item, Outcome):
                            usage = item.usage
            took = time.monotonic() - began
            await anyio.sleep(SETTLE_S)
            told: Row = {"answer": answer, "verdicts": [act.verdict for act in acts]}
            if then := request.get("then"):
                expert = then["tool"].partition("_")[0]
                tool = (await opened.opened.tools(expert))[then["tool"]]
                owner = Speaker("Lea", "owner")
                result = await tool.run(then.get("arguments", {}), Context(owner))
                told["then"] = result.text
            after = {"devices": house.home.state, "music": house.music()}
            trouble = wrong(request, before, after, told)
    return {
        "number": request["number"],
        "area": request["area"],
        "say": request["say"],
        "as": request["as"],
        "wrong": trouble,
        "path": "none" if usage.model == "none" else "model",
        "s": round(took, 4),
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "answer": answer,
        "acts": [[a.tool, dict(a.arguments), a.verdict, a.result[:200]] for a in acts],
    }


async def collect(args: argparse.Namespace, todo: Sequence[Row]) -> None:
    """Each is in the log as soon as it is done."""
    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    )
    mind = open_mind(args.model)
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
            row = await one(running, mind, request)
            log.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            log.flush()
            bar.advance(shown)
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
    chosen = [r for r in requests() if args.only in (None, r["area"])]
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


def numbers(rows: Sequence[tuple[Row, Row]]) -> Row:
    """By area and path, ours and the peer's."""
    matched = []
    for request, _ in rows:
        began = time.monotonic()
        found = peer.meant(request["say"])
        matched.append((peer.right(request, found), time.monotonic() - began))
    areas: Row = {}
    for area in dict.fromkeys(request["area"] for request, _ in rows):
        mine = [(row, m) for (request, row), m in zip(rows, matched, strict=True) if
                request["area"] == area]  # fmt: skip
        areas[area] = _part(mine)
    both = [(row, m) for (_, row), m in zip(rows, matched, strict=True)]
    paths = {
        path: _part([(row, m) for row, m in both if row["path"] == path])
        for path in ("none", "model")
    }
    return {"requests": len(rows), "all": _part(both), "areas": areas, "paths": paths}


def _part(rows: Sequence[tuple[Row, tuple[bool, float]]]) -> Row:
    if not rows:
        return {"n": 0}
    times = sorted(row["s"] for row, _ in rows)
    return {
        "n": len(rows),
        "right": round(100 * sum(not row["wrong"] for row, _ in rows) / len(rows), 1),
        "no_model": sum(row["path"] == "none" for row, _ in rows),
        "p50_s": round(median(times), 3),
        "p95_s": round(times[min(len(times) - 1, int(0.95 * len(times)))], 3),
        "tokens_in": round(sum(row["tokens_in"] for row, _ in rows) / len(rows)),
        "tokens_out": round(sum(row["tokens_out"] for row, _ in rows) / len(rows)),
        "home_assistant_right": round(100 * sum(ok for _, (ok, _) in rows) / len(rows), 1),
    }


def show(result: Row) -> str:
    """The table."""
    head = ["", "n", "right %", "no model", "p50 s", "p95 s", "in", "out", "Home Assistant %"]
    parts = {**result["areas"], "no model": result["paths"]["none"]}
    parts |= {"local model": result["paths"]["model"], "all": result["all"]}
    return table(head, [(name, *part.values()) for name, part in parts.items() if part["n"]])


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--model", default="auto")
    options.add_argument("--only", help="an area: home, media, time, …")
    options.add_argument("--log", type=Path, default=Path("household.jsonl"))
    options.add_argument("--plot", type=Path, metavar="FILE", help="draw the bars (PNG)")
    options.add_argument("--read", action="store_true", help="only compute from the log")
    args = options.parse_args()
    run("household", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
