"""Is lossless writing what greedy autoregressive writing writes? On all 164 prompts of HumanEval,
so many new tokens each, for each way of keeping the weights.

equal; tie: different, but at the first difference the autoregressive network's own two likeliest
logits are within 1e-3; rounding: within what the weights' type can tell apart there; different."""

import argparse
import math
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench.command import parser, run
from bench.diffusion.humaneval import problems
from bench.diffusion.kept import Log, Row, missing, through
from bench.diffusion.numbers import middle
from bench.diffusion.setup import dial, judged, kept_option, options
from bench.stats import table

if TYPE_CHECKING:
    from vivavoce.diffusion.network.qwen import Network
    from vivavoce.diffusion.text import Writer

TIE = 1e-3
KEYS = ("model", "kept", "adapter", "system", "most", "task")
VERDICTS = ("equal", "tie", "rounding", "different")


def verdict(one: Sequence[int], other: Sequence[int], gap: float | None, ulp: float) -> str:
    """gap: of the two likeliest logits at the first difference; ulp: the distance between two
    neighbouring logits of that size in the weights' type."""
    if list(one) == list(other):
        return "equal"
    assert gap is not None
    return "tie" if gap <= TIE else "rounding" if gap <= 2 * ulp else "different"


def first_difference(one: Sequence[int], other: Sequence[int]) -> int:
    """Tokens that both begin with."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def gap_behind(network: "Network", prompt: Sequence[int], written: Sequence[int]) -> Row:
    """Of the two likeliest logits behind prompt + written, read as the autoregressive way reads
    them; ulp: from one logit of that size to the next in the network's type."""
    import torch

    from vivavoce.diffusion.decode.prefill import causal, read

    with torch.inference_mode():
        cache = read(network, [prompt], len(written) + 2)
        for token in (prompt[-1], *written):
            ids = torch.tensor([[token]], device=network.device)
            seen = cache.seen(causal(1, network.device))
            hidden = network(ids, cache.positions(1), cache, seen)
            cache.keep(1)
        high, low = network.logits(hidden[0, -1]).topk(2).values.tolist()
    _, exponent = math.frexp(high)
    return {"gap": high - low, "ulp": math.ldexp(torch.finfo(network.dtype).eps, exponent - 1)}


def judge(writer: "Writer", prompts: Sequence[Sequence[int]], most: int, system: str) -> list[Row]:
    """Both ways, side by side, and where they part: a row for each prompt."""
    rows: list[Row] = [{} for _ in prompts]
    ones = _written(writer, prompts, most, "ar", rows)
    others = _written(writer, prompts, most, system, rows)
    return [
        row | {"tokens": len(one)} | _compared(writer, prompt, one, other)
        for row, prompt, one, other in zip(rows, prompts, ones, others, strict=True)
    ]


def _compared(
    writer: "Writer", prompt: Sequence[int], one: Sequence[int], other: Sequence[int]
) -> Row:
    if one == other:
        return {"verdict": "equal"}
    at = first_difference(one, other)
    found = gap_behind(writer.network, prompt, one[:at])
    told = {"at": at, **found, "texts": [one, other]}
    return told | {"verdict": verdict(one, other, found["gap"], found["ulp"])}


def _written(
    writer: "Writer", prompts: Sequence[Sequence[int]], most: int, system: str, rows: list[Row]
) -> list[list[int]]:
    """Tokens of each; how it went is added to the rows, seconds as shares of the whole."""
    import torch

    from vivavoce.diffusion.decode import write

    texts: list[list[int]] = [[] for _ in prompts]
    forwards = [0] * len(prompts)
    began = perf_counter()
    ends = writer.tokens.ends
    with torch.inference_mode():
        for forward in write(writer.network, prompts, most, dial(system), ends.__contains__):
            for i, step in enumerate(forward):
                texts[i] += step.tokens
                forwards[i] += bool(step.tokens)
    each = round((perf_counter() - began) / len(prompts), 2)
    for row, n in zip(rows, forwards, strict=True):
        row[system] = {"forwards": n, "s": each}
    return texts


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Collect, unless only the log is to be read; then count."""
    log = Log(args.log, _key)
    told: Row = {}
    every = problems(whole=True)[: args.prompts]
    for kept in args.kept or ["int8"] if not args.read else ():
        network = judged(args, kept)
        told = network.told(args)
        here = (args.model, kept, network.adapter, args.system, args.tokens)
        todo = missing(((*here, problem.id) for problem in every), log)
        asked = {problem.id: problem.prompt for problem in every}
        groups = [todo[i : i + args.batch] for i in range(0, len(todo), args.batch)]
        for group in through(groups, lambda group: f"{group[0][1]} {group[0][-1]}"):
            prompts = [network.writer.plain(asked[key[-1]]) for key in group]
            found = judge(network.writer, prompts, args.tokens, args.system)
            for key, row in zip(group, found, strict=True):
                log.add(dict(zip(KEYS, key, strict=True)) | row | {"batch": len(group)})
        told = network.told(args)
    return {**told, "tokens": args.tokens, "lossless": counted(log.rows), "details": log.rows}


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS)


def counted(rows: Sequence[Row]) -> list[Row]:
    """For each network and system: how often which verdict, tokens a forward, and the largest gap
    at a first difference."""
    found = []
    for group in dict.fromkeys(_key(row)[:-1] for row in rows):
        mine = [row for row in rows if _key(row)[:-1] == group]
        system = group[KEYS.index("system")]
        gaps = [row["gap"] for row in mine if "gap" in row]
        found.append(
            dict(zip(KEYS, group, strict=False))
            | {"prompts": len(mine)}
            | {name: sum(row["verdict"] == name for row in mine) for name in VERDICTS}
            | {"largest_gap": max(gaps, default=None)}
            | {"tokens_a_forward": middle([r["tokens"] / r[system]["forwards"] for r in mine])}
        )
    return found


def show(result: dict[str, Any]) -> str:
    """A row for each network and system."""
    head = ["kept", "adapter", "system", "prompts", *VERDICTS, "largest gap", "tokens/forward"]
    return table(
        head,
        [
            [*(r[name] for name in head[:-2]), r["largest_gap"], r["tokens_a_forward"]["median"]]
            for r in result["lossless"]
        ],
    )


def main() -> None:
    made = parser(__doc__)
    options(made, "lossless.jsonl")
    kept_option(made, several=True)
    made.add_argument("--system", default="lossless-1", help="or lookup-4")
    made.add_argument("--tokens", type=int, default=64, help="new ones a prompt")
    made.add_argument("--batch", type=int, default=1, help="prompts side by side")
    made.add_argument("--prompts", type=int, default=164, help="the first so many")
    args = made.parse_args()
    run("diffusion.lossless", lambda: measure(args), show, args.json)
