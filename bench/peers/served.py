"""A peer in its own environment and process, asked over stdio; see serve.py."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

from vivavoce.core import Broken

_SERVE = Path(__file__).with_name("serve.py")


class Peer:
    """The process; one question at a time."""

    def __init__(self, into: IO[str], out: IO[str]) -> None:
        self._into, self._out, self._lock = into, out, Lock()

    def ask(self, do: str, domain: str, **more: Any) -> dict[str, Any]:
        """A method of the peer's Domain of that name. Broken: the process has ended."""
        with self._lock, suppress(BrokenPipeError):
            print(json.dumps({"do": do, "domain": domain, **more}), file=self._into, flush=True)
            if line := self._out.readline():
                told: dict[str, Any] = json.loads(line)
                return told
        raise Broken(f"the peer's process ended at {do!r}; see its message above")


@contextmanager
def served(python: Path, domain: Path) -> Iterator[Peer]:
    """The process, ended with the block. domain: the file that has the class Domain."""
    process = subprocess.Popen(
        [str(python), "-P", str(_SERVE), str(domain)],
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
