"""What every benchmark's command does alike: progress, the table, one line of JSON, a clean end."""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vivavoce.core import VivavoceError

Result = dict[str, Any]
STOPPED = 130
"""The exit code after Ctrl-C."""


def say(line: str) -> None:
    """Progress, on standard error: standard output is the table and the JSON."""
    print(line, file=sys.stderr, flush=True)


def parser(doc: str | None) -> argparse.ArgumentParser:
    """With the option that all of them have."""
    spec = sys.modules["__main__"].__spec__
    made = argparse.ArgumentParser(
        prog=f"python -m {spec.name.removesuffix('.__main__')}" if spec else None,
        description=doc,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--json", type=Path, metavar="FILE", help="write everything here")
    return made


def stoppable() -> None:
    """SIGTERM ends a benchmark as Ctrl-C does, so that its servers go with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def run(
    name: str, measure: Callable[[], Result], show: Callable[[Result], str], where: Path | None
) -> None:
    """Measure, print the table, finish."""
    stoppable()
    try:
        result = measure()
    except KeyboardInterrupt:
        say("\nstopped; the servers are stopped too")
        raise SystemExit(STOPPED) from None
    except VivavoceError as error:  # says what to do
        raise SystemExit(f"{name}: {error}") from error
    print(show(result))
    finish(name, result, where)


def finish(name: str, result: Result, where: Path | None) -> None:
    """The last line is JSON without the details; the file has everything."""
    result = {"bench": name, **result}
    keep(result, where)
    print(json.dumps({k: v for k, v in result.items() if k != "details"}), flush=True)


def keep(result: Result, where: Path | None) -> None:
    """Everything, readable."""
    if where:
        where.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
