"""Everything that is measured of one conversation, one part after another.

Two cores, in real time, through the real WebSocket; nothing else should run meanwhile. Takes
about half an hour; --only measures a part, --quick fewer of everything.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import bargein, gap, idle, load, servers, wer
from bench.material import clips

Part = tuple[Callable[[bool], dict[str, Any]], Callable[[dict[str, Any]], None]]


def _gap(*who: str) -> Callable[[bool], dict[str, Any]]:
    return lambda quick: gap.measure(list(who), clips("questions")[: 8 if quick else None])


PARTS: dict[str, Part] = {
    "gap": (_gap("ours", "pipecat"), gap.show),
    "bargein": (lambda quick: bargein.measure(6 if quick else None), bargein.show),
    "wer": (lambda quick: wer.measure(8 if quick else None), wer.show),
    "idle": (lambda quick: idle.measure(15 if quick else 60), idle.show),
    "load": (lambda quick: load.measure(2 if quick else 6), load.show),
}
ALONE: dict[str, Part] = {
    "ours": (_gap("ours"), gap.show),
    "pipecat": (_gap("pipecat"), gap.show),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=[*PARTS, *ALONE], help="may be repeated")
    parser.add_argument("--quick", action="store_true", help="fewer questions, shorter silence")
    parser.add_argument("--json", type=Path, help="write everything here")
    args = parser.parse_args()
    result: dict[str, Any] = {"machine": servers.machine()}
    details: dict[str, Any] = {}
    for name in args.only or list(PARTS):
        measure, show = (PARTS | ALONE)[name]
        found = measure(args.quick)
        show(found)
        print(flush=True)
        details[name] = found.pop("details", None)
        result[name] = found
    servers.finish("talk", result | {"details": details}, args.json)


if __name__ == "__main__":
    main()
