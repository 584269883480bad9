"""A benchmark's log (JSON lines): what is done is kept, and the same command goes on from there."""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bench.command import say
from vivavoce.core import VivavoceError

Row = dict[str, Any]
T = TypeVar("T")


def add_options(options: argparse.ArgumentParser, log: str) -> None:
    """--log, --minutes and --read. log: the file's name, or what it depends on in braces."""
    plain = "{" not in log
    shown = log.replace("%", "%%")
    options.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        default=Path(log) if plain else None,
        help=f"what is done (JSON lines); the same command goes on where it ends [{shown}]",
    )
    options.add_argument(
        "--minutes", type=float, metavar="M", help="begin nothing after so many; what runs is ended"
    )
    options.add_argument(
        "--read", action="store_true", help="ask nothing: only compute from the log"
    )


def logged(log: Path) -> list[Row]:
    """The rows of a log; none where there is no file, and a line that was cut off is left out."""
    rows = []
    for line in log.read_text().splitlines() if log.is_file() else []:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            say(f"{log}: a line was cut off; it is measured again")
        else:
            rows.append(row)
    return rows


def collect(
    todo: Sequence[T],
    do: Callable[[T], Awaitable[Row]],
    log: Path,
    *,
    at_once: int = 1,
    minutes: float | None = None,
    name: Callable[[T], str] = str,
) -> None:
    """Do what is left, so many at a time; each row is in the log as soon as it is there. What fails
    (VivavoceError) is told by its name, and is left to the next start."""
    try:
        begun = asyncio.run(_collect(todo, do, log, at_once, minutes, name))
    except KeyboardInterrupt:
        say(f"\nstopped; what was done is in {log}, the same command goes on")
        raise
    if begun < len(todo):
        say(f"time is up with {len(todo) - begun} left; the same command goes on from {log}")


async def _collect(
    todo: Sequence[T],
    do: Callable[[T], Awaitable[Row]],
    log: Path,
    at_once: int,
    minutes: float | None,
    name: Callable[[T], str],
) -> int:
    """How many were begun."""
    until = None if minutes is None else time.monotonic() + 60 * minutes
    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    )
    waiting, begun = iter(todo), 0
    mend(log)
    with bar, log.open("a") as kept:
        shown = bar.add_task("", total=len(todo))

        async def work() -> None:
            nonlocal begun
            while until is None or time.monotonic() < until:
                if (job := next(waiting, None)) is None:
                    return
                begun += 1
                try:
                    row = await do(job)
                except VivavoceError as error:
                    say(f"{name(job)}: {error}; the next start tries it again")
                else:
                    kept.write(json.dumps(row, ensure_ascii=False) + "\n")
                    kept.flush()
                bar.advance(shown)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
    return begun


def mend(log: Path) -> None:
    """What is added stands on lines of its own, also behind one that was cut off."""
    if log.is_file() and (data := log.read_bytes()) and not data.endswith(b"\n"):
        with log.open("a") as kept:
            kept.write("\n")
