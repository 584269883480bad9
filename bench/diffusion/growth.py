"""How cost grows: tokens a second against block size, steps a block, context, and batch.

A fixed number of tokens each, to no end: what is written does not matter, what it costs does."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.command import parser, run
from bench.diffusion.curves import growth_curves
from bench.diffusion.kept import Log, Row, missing, through
from bench.diffusion.numbers import middle
from bench.diffusion.setup import judged, kept_option, options
from bench.stats import table

if TYPE_CHECKING:
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.network.qwen import Network

BLOCKS = (4, 8, 16, 32)
STEPS = (1, 2, 4, 8, 16)
CONTEXTS = (64, 256, 1024, 4096)
BATCHES = (1, 2, 4, 8, 16)
AT = 128
"""Tokens of context where that isn't what grows."""
KEYS = ("model", "kept", "adapter", "device", "compiled", "most", "of", "way", "value", "round")


@dataclass(frozen=True, slots=True)
class Point:
    """What is measured: `of` grows to `value`, all else stays."""

    of: str
    way: str
    value: int

    def dial(self) -> "Dial":
        """A block of 16 in 4 steps where that isn't what grows."""
        from vivavoce.diffusion.decode import Dial

        match self.way, self.of:
            case "ar", _:
                return Dial("ar")
            case "lossless", _:
                return Dial("lossless", drafts=2)
            case _, "block":  # four tokens a step, however large the block
                return Dial("diffusion", block=self.value, steps=self.value // 4, threshold=1.0)
            case _, "steps":
                return Dial("diffusion", block=16, steps=self.value, threshold=1.0)
        return Dial("diffusion", block=16, steps=4, threshold=1.0)


def points(longest: int, widest: int) -> list[Point]:
    """All of them; block and steps mean nothing to ar and lossless."""
    ways = ("ar", "lossless", "diffusion")
    found = [Point("block", "diffusion", value) for value in BLOCKS]
    found += [Point("steps", "diffusion", value) for value in STEPS]
    found += [Point("context", way, n) for n in CONTEXTS if n <= longest for way in ways]
    found += [Point("batch", way, n) for n in BATCHES if n <= widest for way in ways]
    return found


def once(network: "Network", point: Point, most: int) -> Row:
    """Seconds and forwards behind the prompts, and the tokens that were written; the first forward
    is not counted, since it reads the prompt too."""
    import torch

    from vivavoce.diffusion.decode import write

    rows = point.value if point.of == "batch" else 1
    length = point.value if point.of == "context" else AT
    draw = torch.Generator().manual_seed(0)
    prompts = torch.randint(1000, 20000, (rows, length), generator=draw).tolist()
    tokens, forwards, began = 0, 0, 0.0
    with torch.inference_mode():
        for steps in write(network, prompts, most, point.dial(), lambda _: False):
            if forwards:
                tokens += sum(len(step.tokens) for step in steps)
            else:
                began = time.perf_counter()
            forwards += 1
    return {"tokens": tokens, "forwards": forwards, "seconds": time.perf_counter() - began}


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Collect, unless only the log is to be read; then the medians."""
    log = Log(args.log, lambda row: tuple(row[name] for name in KEYS))
    told = {} if args.read else _collect(args, log)
    result = {"growth": numbers(log.rows)}
    if args.plot and result["growth"]:
        growth_curves(result["growth"], args.plot)
    return {**told, "tokens": args.tokens, **result, "details": log.rows}


def _collect(args: argparse.Namespace, log: Log) -> Row:
    network = judged(args, args.kept)
    here = (args.model, network.kept, network.adapter, args.device, args.compile, args.tokens)
    every = points(args.longest, args.widest)
    todo = missing(
        ((*here, p.of, p.way, p.value, i) for i in range(args.rounds) for p in every), log
    )
    warm: set[Point] = set()
    for key in through(todo, lambda key: f"{key[-4]} {key[-2]}, {key[-3]}"):
        point = Point(*key[-4:-1])
        if args.compile and point not in warm:
            once(network.writer.network, point, args.tokens)
        warm.add(point)
        found = once(network.writer.network, point, args.tokens)
        log.add(dict(zip(KEYS, key, strict=True)) | found)
    return network.told(args)


def numbers(rows: Sequence[Row]) -> list[Row]:
    """Tokens a second of each point, and milliseconds a forward."""
    found = []
    for group in dict.fromkeys(_key(row)[:-1] for row in rows):
        mine = [row for row in rows if _key(row)[:-1] == group]
        found.append(
            dict(zip(KEYS, group, strict=False))
            | {"tokens_s": middle([row["tokens"] / row["seconds"] for row in mine], 1)}
            | {
                "forward_ms": middle(
                    [1000 * r["seconds"] / max(r["forwards"] - 1, 1) for r in mine], 1
                )
            }
        )
    return found


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS)


def show(result: dict[str, Any]) -> str:
    """A row for each point."""
    rows = [
        (r["kept"], r["of"], r["value"], r["way"], r["tokens_s"]["median"], r["tokens_s"]["q1"],
         r["tokens_s"]["q3"], r["forward_ms"]["median"])
        for r in result["growth"]
    ]  # fmt: skip
    return table(["kept", "of", "value", "way", "tokens/s", "q1", "q3", "ms a forward"], rows)


def main() -> None:
    made = parser(__doc__)
    options(made, "growth.jsonl")
    kept_option(made, several=False)
    made.add_argument("--tokens", type=int, default=128, help="new ones a text")
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--longest", type=int, default=CONTEXTS[-1], help="tokens of context")
    made.add_argument("--widest", type=int, default=BATCHES[-1], help="texts at once")
    made.add_argument("--plot", type=Path, metavar="FILE", help="draw the curves (PNG)")
    args = made.parse_args()
    run("diffusion.growth", lambda: measure(args), show, args.json)
