"""Heard in a crowd: who speaks, and whom we let disturb us.

Needs VIVAVOCE_DATA (speech, noises and rooms to make the scenes of) and the weights; Pipecat
installs itself at the first use. Faster than real time, on modelled time, so that a busy machine
changes nothing but how long it takes. Progress goes to standard error; standard output is the
tables and a line of JSON.
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.command import keep, parser, run, say
from bench.crowd import bystanders, curve, who
from bench.crowd.systems import systems
from vivavoce.scenes import Corpus, Split

PARTS = ("who", "bystanders")
SCENE_S = 30.0


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """One part after another; each is kept as soon as it is done."""
    corpus = Corpus(data_dir(), Split.TEST)
    result: dict[str, Any] = {"seed": who.SEED}
    parts = [args.only] if args.only else PARTS
    if "who" in parts:
        result["who"] = measure_who(corpus, args)
        keep(result, args.json)
    if "bystanders" in parts:
        result["bystanders"] = measure_bystanders(corpus, args, result)
    if args.plot:
        say(f"drawn: {', '.join(str(p) for p in curve.draw(result, args.plot))}")
    return result


def measure_who(corpus: Corpus, args: argparse.Namespace) -> dict[str, Any]:
    """Average precision by condition."""
    rounds = 1 if args.quick else args.rounds
    if args.quick:
        corpus = Corpus(corpus.data_dir, corpus.split)
        corpus.__dict__["speakers"] = corpus.speakers[:6]
    whole_s = who.seconds(corpus, rounds, args.condition, SCENE_S)
    with bar("who speaks", whole_s) as done:
        return who.measure(corpus, rounds, args.condition, done)


def measure_bystanders(
    corpus: Corpus, args: argparse.Namespace, result: dict[str, Any]
) -> dict[str, Any]:
    """Every system through the same beds and scenes."""
    size = bystanders.Size(*((1.0, 8) if args.quick else (args.minutes, args.scenes)))
    heard = bystanders.sounds(corpus, size)
    found: dict[str, Any] = {}
    few_s = 60 * min(size.minutes, args.peer_minutes)
    for name, system in systems().items():
        if args.system and args.system not in name:
            continue
        seconds = 60 * size.minutes if name.startswith("ours") else few_s
        with bar(name, bystanders.whole_s(heard, seconds)) as done:
            went = bystanders.hear(system, heard, seconds, done)
        found[name] = bystanders.summary(went, heard)
        keep({**result, "bystanders": found}, args.json)
    if not args.system or args.system in "pipecat":
        with bar("pipecat", bystanders.whole_s(heard, few_s)) as done:
            found["pipecat"] = bystanders.summary(bystanders.pipecat(heard, few_s, done), heard)
    return found


def data_dir() -> Path:
    """Where speech, noise and rooms lie."""
    named = os.environ.get("VIVAVOCE_DATA")
    if not named:
        raise SystemExit("set VIVAVOCE_DATA to the folder that holds speech/, noise/ and rooms/")
    return Path(named)


@contextmanager
def bar(name: str, whole_s: float) -> Iterator[bystanders.Done]:
    """How many seconds of sound were heard; a line now and then where there is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(name, whole_s)
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(name, total=whole_s)
        yield lambda seconds: progress.advance(task, seconds)


class Lines:
    """Every tenth of the whole, on standard error."""

    def __init__(self, name: str, whole_s: float) -> None:
        self._name, self._whole_s, self._done_s, self._told = name, whole_s, 0.0, 0
        say(f"{name}: {whole_s / 60:.0f} minutes of sound")

    def __call__(self, seconds: float) -> None:
        self._done_s += seconds
        tenth = int(10 * self._done_s / max(self._whole_s, 1e-9))
        if tenth > self._told:
            self._told = tenth
            say(f"{self._name}: {min(tenth, 10) * 10}%")


def show(result: dict[str, Any]) -> str:
    """The tables of the parts that were measured."""
    shown = []
    if "who" in result:
        shown.append(who.show(result["who"]))
    if "bystanders" in result:
        shown.append(bystanders.show(result["bystanders"]))
    return "\n\n".join(shown)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--only", choices=PARTS, help="measure one part")
    options.add_argument("--quick", action="store_true", help="fewer people, a minute of each bed")
    options.add_argument("--condition", metavar="NAME", help="who: only conditions with this in it")
    options.add_argument("--rounds", type=int, default=1, help="who: scenes of each owner")
    options.add_argument("--system", metavar="NAME", help="bystanders: only systems of this name")
    options.add_argument("--minutes", type=float, default=20, help="of each bed (default 20)")
    options.add_argument("--peer-minutes", type=float, default=4, help="the others' (default 4)")
    options.add_argument("--scenes", type=int, default=72, help="interruptions (default 72)")
    options.add_argument("--plot", type=Path, metavar="FOLDER", help="draw the pictures there")
    args = options.parse_args()
    run("crowd", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
