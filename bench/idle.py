"""What an open, silent conversation costs; how soon the server is ready; how quick --help is."""

import asyncio
import os
import subprocess
import time
from statistics import median
from typing import Any

import psutil

from bench import servers
from bench.client import ours, talk
from bench.command import parser, run, say
from bench.stats import table

SETTLE_S = 5.0
HELP_RUNS = 10


async def silence(running: servers.Running, seconds: float) -> float:
    """Stream room noise; the share of one core that the server and its children use."""
    async with talk(ours(running.url)) as conversation:
        await conversation.pause(SETTLE_S)
        used, began = _cpu_s(running.process), time.monotonic()
        await conversation.pause(seconds)
        return (_cpu_s(running.process) - used) / (time.monotonic() - began)


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu_s(process: psutil.Process) -> float:
    return sum(sum(p.cpu_times()[:2]) for p in _tree(process))


def help_ms() -> float:
    """Median of several starts of `vivavoce --help`."""
    took = []
    for _ in range(HELP_RUNS):
        began = time.monotonic()
        subprocess.run([*servers.vivavoce(), "--help"], check=True, stdout=subprocess.DEVNULL)
        took.append(1000 * (time.monotonic() - began))
    return median(took)


def measure(seconds: float = 60.0) -> dict[str, Any]:
    """One server, one silent conversation."""
    before = servers.machine()
    helped = help_ms()
    say(f"vivavoce --help: {helped:.0f} ms; now {seconds:.0f} s of silence")
    with servers.ours() as running:
        share = asyncio.run(silence(running, seconds))
        rss = sum(p.memory_info().rss for p in _tree(running.process)) / 1e9
    return {
        "idle_share_of_a_core": round(share, 3),
        "rss_gb": round(rss, 2),
        "ready_s": round(running.ready_s, 1),
        "help_ms": round(helped),
        "seconds": seconds,
        "machine": before | {"load_after": [round(x, 2) for x in os.getloadavg()]},
    }


def show(result: dict[str, Any]) -> str:
    """The table."""
    rows = [
        ("listening to silence, of a core", f"{result['idle_share_of_a_core']:.1%}"),
        ("resident memory, GB", result["rss_gb"]),
        ("server ready after, s", result["ready_s"]),
        ("vivavoce --help, ms", result["help_ms"]),
    ]
    return table(["idle", "value"], rows)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--seconds", type=float, default=60.0, help="of silence (default 60)")
    args = options.parse_args()
    run("idle", lambda: measure(args.seconds), show, args.json)


if __name__ == "__main__":
    main()
