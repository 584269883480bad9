"""Everything that is measured of one conversation, one part after another.

Two cores, in real time, through the real WebSocket; nothing else should run meanwhile. Takes
about half an hour; --only measures a part, --quick fewer of everything. Ctrl-C stops the servers
and reports the parts that are done. Progress goes to standard error; standard output is one table
in Markdown and a line of JSON.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import bargein, gap, idle, load, servers, wer
from bench.command import STOPPED, finish, keep, parser, say, stoppable
from bench.material import clips
from bench.report import report

Measure = Callable[[bool], dict[str, Any]]


def _gap(*who: str) -> Measure:
    return lambda quick: gap.measure(list(who), clips("questions")[: 8 if quick else None])


PARTS: dict[str, Measure] = {
    "gap": _gap("ours", "pipecat"),
    "bargein": lambda quick: bargein.measure(6 if quick else None),
    "wer": lambda quick: wer.measure(8 if quick else None),
    "idle": lambda quick: idle.measure(15 if quick else 60),
    "load": lambda quick: load.measure(2 if quick else 6),
}
ALONE: dict[str, Measure] = {"ours": _gap("ours"), "pipecat": _gap("pipecat")}


def measure(names: list[str], quick: bool, where: Path | None) -> dict[str, Any]:
    """One part after another; each is kept in `where` as soon as it is done."""
    result: dict[str, Any] = {"machine": servers.machine(), "details": {}}
    for n, name in enumerate(names, 1):
        say(f"== {name} ({n} of {len(names)})")
        try:
            found = (PARTS | ALONE)[name](quick)
        except KeyboardInterrupt:
            say("\nstopped; the servers are stopped too")
            return result | {"stopped_in": name}
        result["details"][name] = found.pop("details", None)
        result[name] = found
        keep(result, where)
    return result


def main() -> None:
    options = parser(__doc__)
    known = [*PARTS, *ALONE]
    options.add_argument("--only", action="append", choices=known, help="may be repeated")
    options.add_argument("--quick", action="store_true", help="fewer questions, shorter silence")
    options.add_argument("--plot", type=Path, metavar="OUT.png", help="draw the gaps and stages")
    options.add_argument("--read", type=Path, metavar="FILE", help="measure nothing: a --json file")
    args = options.parse_args()
    if args.read:
        result = json.loads(args.read.read_text())
    else:
        stoppable()
        result = measure(args.only or list(PARTS), args.quick, args.json)
    if result["details"]:
        print(report(result) + "\n")
    if args.plot:
        from bench.picture import draw

        draw(result, args.plot)
        say(f"drawn: {args.plot}")
    finish("talk", result, args.json)
    if "stopped_in" in result and not args.read:
        raise SystemExit(STOPPED)


if __name__ == "__main__":
    main()
