"""The console script, as a shell starts it."""

import os
import subprocess
import sys
from pathlib import Path

VIVAVOCE = Path(sys.executable).with_name("vivavoce")
Done = subprocess.CompletedProcess[str]


def vivavoce(
    *arguments: object, said: str | None = None, within_s: float = 120, **environment: object
) -> Done:
    """Run it to its end; said is standard input."""
    return subprocess.run(
        [VIVAVOCE, *map(str, arguments)],
        input=said if said is not None else "",
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
        env=os.environ | {name: str(value) for name, value in environment.items()},
    )


def refused(done: Done, code: str) -> str:
    """The one line that says why; no traceback, nothing on standard output."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith(f"{code}: "), done.stderr
    return line
