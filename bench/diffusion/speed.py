"""Tokens a second of every system, batch by batch, interleaved; what a wider forward costs.

Same weights, prompts, length and stopping in one run: a round is every system once, on the same
prompts. Systems: llama.cpp, ar, lossless-N (N drafts), denoise-N and lookup-N (controls: the same
without looking up, and without denoising), diffusion-T (accepts from probability T on). Untrained,
diffusion writes nothing of use, and its speed says nothing."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.command import parser, run
from bench.diffusion import timed
from bench.diffusion.curves import bars
from bench.diffusion.humaneval import problems
from bench.diffusion.kept import Log, Row, missing, through
from bench.diffusion.numbers import middle
from bench.diffusion.setup import Judged, dial, judged, kept_option, options
from bench.stats import table
from vivavoce.core import ConfigError

if TYPE_CHECKING:
    from bench.diffusion.llama import Peer

LLAMA = "llama.cpp"
SYSTEMS = (
    LLAMA, "ar", "lossless-1", "lossless-2", "denoise-1", "lookup-4", "diffusion-0.9",
    "diffusion-0.7",
)  # fmt: skip
BATCHES = (1, 4, 16)
WIDTHS = (1, 2, 4, 8, 9, 16, 25, 32)
"""Tokens of one forward; 9 and 16 are what two and three drafts need."""
READ = 256
"""Tokens in the cache of such a forward."""
KEYS = ("model", "kept", "adapter", "device", "compiled", "most", "batch", "system", "round")


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Collect, unless only the log is to be read; then the numbers."""
    log = Log(args.log, lambda row: tuple(row[name] for name in KEYS))
    told = {} if args.read else _collect(args, log)
    result = {"speed": numbers(log.rows), "forward": widths(log.rows)}
    if args.plot and result["speed"]:
        bars(result["speed"], args.plot)
    return {**told, "tokens": args.tokens, **result, "details": log.rows}


def _collect(args: argparse.Namespace, log: Log) -> Row:
    network = judged(args, args.kept)
    here = (args.model, network.kept, network.adapter, args.device, args.compile, args.tokens)
    widening = [(*here, 1, f"forward-{width}", i) for i in range(args.rounds) for width in WIDTHS]
    for key in through(missing(widening, log), lambda key: str(key[-2])):
        log.add(dict(zip(KEYS, key, strict=True)) | {"ms": forward_ms(network, key[-2])})
    asked = _asked(network, args.texts)
    for batch in args.batches:
        todo = missing(
            [(*here, batch, system, i) for i in range(args.rounds) for system in args.systems], log
        )
        if todo:
            _batch(network, args, log, todo, asked)
    return network.told(args)


def _asked(network: Judged, texts: Path | None) -> list[tuple[int, ...]]:
    """Prompts as tokens."""
    if texts is None:
        return [network.writer.chat([("user", one.request)]) for one in problems()]
    from vivavoce.diffusion.training.sources import held_out
    from vivavoce.diffusion.training.texts import kept

    found = [one.ids[: one.begins] for one in kept(texts) if held_out(one.package)]
    if not found:
        raise ConfigError(f"{texts} holds no text of a held-out package; give a run's own.jsonl")
    return found


def _batch(
    network: Judged, args: argparse.Namespace, log: Log, todo: Sequence[Any], asked: Sequence[Any]
) -> None:
    """All that is missing of one batch; each system writes once before it is timed."""
    batch = todo[0][KEYS.index("batch")]
    peer = None
    if any(key[-2] == LLAMA for key in todo):
        from bench.diffusion.llama import Peer

        peer = Peer(network.gguf, args.threads, batch)
    warm: set[str] = set()
    try:
        for key in through(todo, lambda key: f"batch {batch}, {key[-2]}"):
            *_, system, i = key
            prompts = [asked[(i * batch + row) % len(asked)] for row in range(batch)]
            if system not in warm:
                _once(network, peer, system, prompts, min(args.tokens, 8))
                warm.add(system)
            one = _once(network, peer, system, prompts, args.tokens)
            log.add(dict(zip(KEYS, key, strict=True)) | one.row)
    finally:
        if peer:
            peer.close()


def _once(
    network: Judged, peer: "Peer | None", system: str, prompts: Sequence[tuple[int, ...]], most: int
) -> timed.Timed:
    if system == LLAMA:
        assert peer is not None
        return timed.theirs(peer, prompts, most)
    from vivavoce.diffusion.text import Asked

    return timed.ours(network.writer, [Asked(one, most) for one in prompts], dial(system))


def forward_ms(network: Judged, system: str) -> float:
    """Of so many tokens at once and their logits, behind READ others; the median of five."""
    import torch

    from vivavoce.diffusion.decode.prefill import causal

    width, inner = int(system.removeprefix("forward-")), network.writer.network
    took = []
    with torch.inference_mode():
        cache = inner.cache(1, READ + width)
        cache.lengths = [READ]  # what they say makes no difference to what they cost
        ids = torch.ones(1, width, dtype=torch.long, device=inner.device)
        for _ in range(6):
            began = time.perf_counter()
            seen = cache.seen(causal(width, inner.device))
            hidden = inner(ids, cache.positions(width), cache, seen)
            inner.logits(hidden).argmax(-1).tolist()  # waits for the device
            took.append(1000 * (time.perf_counter() - began))
    return round(median(took[1:]), 2)


def numbers(rows: Sequence[Row]) -> list[Row]:
    """Medians and quartiles over the rounds; ratios are taken round by round."""
    found = []
    timed_rows = [row for row in rows if "seconds" in row]
    for group in dict.fromkeys(_key(row)[:-1] for row in timed_rows):
        mine = {row["round"]: row for row in timed_rows if _key(row)[:-1] == group}
        told = dict(zip(KEYS, group, strict=False))
        per_s = {i: row["tokens"] / row["seconds"] for i, row in mine.items()}
        decode = [x for row in mine.values() if (x := timed.decode_tokens_s(row)) is not None]
        told["tokens_s"] = middle(list(per_s.values()), 1)
        told["decode_tokens_s"] = middle(decode, 1)
        told["first_ms"] = middle([1000 * row["first_s"] for row in mine.values()], 0)
        told["seconds"] = middle([row["seconds"] for row in mine.values()])
        steps = [r["tokens"] / r["forwards"] for r in mine.values() if r["forwards"]]
        told["tokens_a_forward"] = middle([x / told["batch"] for x in steps])
        for other in ("ar", LLAMA):
            base = {
                row["round"]: row["tokens"] / row["seconds"]
                for row in timed_rows
                if _key(row)[:-2] == group[:-1] and row["system"] == other and row["tokens"]
            }
            told[f"times_{other}"] = middle([per_s[i] / base[i] for i in per_s if i in base])
        found.append(told)
    return found


def widths(rows: Sequence[Row]) -> list[Row]:
    """What a forward of so many tokens takes, and how many times one of a single token."""
    found = []
    each = [row for row in rows if "ms" in row]
    for group in dict.fromkeys(_key(row)[:6] for row in each):
        mine = [row for row in each if _key(row)[:6] == group]
        by = {
            int(row["system"].removeprefix("forward-")): [
                other["ms"] for other in mine if other["system"] == row["system"]
            ]
            for row in mine
        }
        alone = median(by[1]) if 1 in by else None
        for width, took in sorted(by.items()):
            told = dict(zip(KEYS, group, strict=False)) | {"width": width, "ms": middle(took, 1)}
            found.append(told | {"times_one": alone and round(median(took) / alone, 2)})
    return found


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS)


def show(result: dict[str, Any]) -> str:
    """Two tables: the systems, and the width of a forward."""
    rows = [
        (r["kept"], r["adapter"], r["batch"], r["system"], _spread(r["tokens_s"]),
         r["decode_tokens_s"]["median"], r["tokens_a_forward"]["median"], r["first_ms"]["median"],
         r["seconds"]["median"], r["times_ar"]["median"], r[f"times_{LLAMA}"]["median"])
        for r in sorted(result["speed"], key=lambda r: (r["kept"], r["batch"]))
    ]  # fmt: skip
    head = ["kept", "adapter", "batch", "system", "tokens/s", "after the first", "a forward"]
    first = table([*head, "first ms", "s", "× ar", "× llama.cpp"], rows)
    wide = [(r["kept"], r["width"], r["ms"]["median"], r["times_one"]) for r in result["forward"]]
    return f"{first}\n\n{table(['kept', 'tokens a forward', 'ms', '× one'], wide)}"


def _spread(told: Row) -> str:
    return f"{told['median']} ({told['q1']}…{told['q3']})"


def main() -> None:
    made = parser(__doc__)
    options(made, "speed.jsonl")
    kept_option(made, several=False)
    made.add_argument("--systems", nargs="+", default=list(SYSTEMS), metavar="NAME")
    made.add_argument("--batches", nargs="+", type=int, default=list(BATCHES))
    made.add_argument("--tokens", type=int, default=128, help="new ones a text, at most")
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--plot", type=Path, metavar="FILE", help="draw tokens a second (PNG)")
    made.add_argument(
        "--texts", type=Path, metavar="FILE",
        help="own.jsonl of a training run: its held-out prompts instead of HumanEval's requests, "
        "to tune on; give it a log of its own",
    )  # fmt: skip
    args = made.parse_args()
    run("diffusion.speed", lambda: measure(args), show, args.json)
