"""A peer's own Python: its package in an environment of its own, made at the first use."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.command import say
from vivavoce.core import ConfigError

CACHE = Path(os.environ.get("VIVAVOCE_BENCH_CACHE", Path.home() / ".cache" / "vivavoce-bench"))


def own_python(
    package: str, name: str, cache: Path = CACHE, *, first: Sequence[str] = (), deps: bool = True
) -> Path:
    """The interpreter of cache/name, where package ("name==version") is installed. first: what pip
    installs before it. deps: with all that it asks for. ConfigError: it can't be installed."""
    python = cache / name / "bin" / "python"
    if not (done := _mark(package, name, cache)).exists():
        say(f"installing {package} into {cache / name}")
        subprocess.run([sys.executable, "-m", "venv", cache / name], check=True)
        pip = [str(python), "-m", "pip", "install", "-q"]
        for what in ([*first], [package] if deps else ["--no-deps", package]):
            if what and subprocess.run([*pip, *what], check=False).returncode:
                raise ConfigError(f"{package} can't be installed; see pip's message above")
        done.touch()
    return python


def is_installed(package: str, name: str, cache: Path = CACHE) -> bool:
    """Whether own_python has nothing to do."""
    return _mark(package, name, cache).exists()


def _mark(package: str, name: str, cache: Path) -> Path:
    return cache / name / package.rpartition("==")[2]
