"""The same next token as llama.cpp with the same GGUF file, at every position of a reference text
(reference.md, prose and code of ours), each behind the text itself.

Where the two differ, the gap between the two likeliest logits says how near a tie it was, to
llama.cpp and to us: llama.cpp rounds activations to eight bits block by block."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.command import parser, run, say
from bench.diffusion.kept import Log, Row, missing, through
from bench.diffusion.numbers import share
from bench.diffusion.setup import judged, kept_option, options
from bench.stats import table

if TYPE_CHECKING:
    from vivavoce.diffusion.network.qwen import Network

TEXT = Path(__file__).with_name("reference.md")
CHUNK = 64
"""Positions at once: a row of logits each."""
NEAR = 0.1
"""A gap of logits below which a difference is told apart: within what eight bits do to a logit."""
LLAMA = "llama.cpp"


def ours(network: "Network", ids: Sequence[int]) -> list[Row]:
    """What the network would write behind each token but the last, and the gap."""
    import torch

    from vivavoce.diffusion.decode.prefill import causal
    from vivavoce.diffusion.network.cache import Cache

    out: list[Row] = []
    cache = Cache(network.shape, 1, len(ids), dtype=network.dtype, device=network.device)
    with torch.inference_mode():
        for piece in torch.tensor([ids[:-1]], device=network.device).split(CHUNK, 1):
            new = piece.shape[1]
            seen = cache.seen(causal(new, network.device))
            hidden = network(piece, cache.positions(new), cache, seen)
            cache.keep(new)
            top = network.logits(hidden)[0].topk(2)
            for (first, _), (high, low) in zip(
                top.indices.tolist(), top.values.tolist(), strict=True
            ):
                out.append({"token": first, "gap": high - low})
    return out


def compared(theirs: Sequence[Row], mine: Sequence[Row], ids: Sequence[int]) -> Row:
    """Both have one entry a position; ids[i + 1] is what the text really goes on with."""
    both = list(zip(theirs, mine, ids[1:], strict=True))
    apart = [(a, b) for a, b, _ in both if a["token"] != b["token"]]
    gaps = sorted(min(a["gap"], b["gap"]) for a, b in apart)
    clear = [a["token"] == b["token"] for a, b, _ in both if a["gap"] >= NEAR]
    return {
        "same": share(len(both) - len(apart), len(both)),
        "same_where_clear": share(sum(clear), len(clear)),
        "median_gap_where_not": round(median(gaps), 4) if gaps else None,
        "largest_gap_where_not": round(gaps[-1], 4) if gaps else None,
        "differences": [
            {"at": i, "theirs": round(a["gap"], 4), "ours": round(b["gap"], 4)}
            for i, (a, b, _) in enumerate(both)
            if a["token"] != b["token"]
        ],
        "text_foreseen": {
            "llama.cpp": share(sum(a["token"] == c for a, _, c in both), len(both)),
            "ours": share(sum(b["token"] == c for _, b, c in both), len(both)),
        },
    }


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Collect, unless only the log is to be read; then compare."""
    log = Log(args.log, lambda row: (row["model"], row["kept"], row.get("at")))
    told: Row = {}
    kinds = args.kept or ["int8"]
    if not args.read:
        told = _collect(args, log, kinds)
    ids = next(row["ids"] for row in log.rows if row["kept"] == "text")
    theirs = [row for row in log.rows if row["kept"] == LLAMA and row["model"] == args.model]
    theirs.sort(key=lambda row: row["at"])
    result: Row = {}
    for row in log.rows:
        if row["kept"] not in (LLAMA, "text") and row["model"] == args.model:
            result[row["kept"]] = compared(theirs, row["next"], ids)
    return {**told, "positions": len(theirs), "near": NEAR, "agree": result}


def _collect(args: argparse.Namespace, log: Log, kinds: Sequence[str]) -> Row:
    told: Row = {}
    text = TEXT.read_text()
    for kept in kinds:
        network = judged(args, kept)
        ids = network.writer.tokens.ids(text, marks=False)
        if (args.model, "text", None) not in log:
            log.add({"model": args.model, "kept": "text", "ids": ids})
        say(f"{kept}: {len(ids) - 1} positions")
        log.add({"model": args.model, "kept": kept, "next": ours(network.writer.network, ids)})
        told = network.told(args)
    todo = missing(((args.model, LLAMA, i) for i in range(len(ids) - 1)), log)
    if todo:
        from bench.diffusion.llama import Peer

        peer = Peer(network.gguf, args.threads)
        told["same_tokens"] = peer.ids(text) == ids
        for _, _, i in through(todo, lambda _: LLAMA):
            found = peer.next(ids[: i + 1])
            row = {"token": found.token, "gap": found.gap}
            log.add({"model": args.model, "kept": LLAMA, "at": i, **row})
        peer.close()
    return told


def show(result: dict[str, Any]) -> str:
    """A row for each way of keeping the weights."""
    rows = [
        (kept, r["same"]["n"], r["same"]["percent"], r["same"]["interval_95"],
         r["same_where_clear"]["percent"], r["median_gap_where_not"], r["largest_gap_where_not"])
        for kept, r in result["agree"].items()
    ]  # fmt: skip
    head = ["kept", "positions", "same %", "95%", f"where their gap ≥ {NEAR}, %"]
    return table([*head, "gap where not: median", "largest"], rows)


def main() -> None:
    made = parser(__doc__)
    options(made, "agree.jsonl")
    kept_option(made, several=True)
    args = made.parse_args()
    run("diffusion.agree", lambda: measure(args), show, args.json)
