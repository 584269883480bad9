"""The two servers as processes, one at a time: they must not share the cores while measured."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.command import say

BUSY = 0.1
"""Share of all cores that others may use without a warning."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is ready."""

    url: str
    process: psutil.Process
    ready_s: float
    """From the start of the process to the first good answer."""
    log: Path


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@contextlib.contextmanager
def process(
    command: list[str],
    ready: Callable[[], bool],
    timeout_s: float = 120,
    more: Mapping[str, str] | None = None,
) -> Iterator[tuple[psutil.Process, float, Path]]:
    """Start a command and wait until it is ready; it is gone when the block ends. more: besides
    this process's environment."""
    log = Path(tempfile.mkstemp(prefix="bench-", suffix=".log")[1])
    began = time.monotonic()
    with log.open("wb") as out:
        # Pipecat logs each frame otherwise
        environment = os.environ | {"LOGURU_LEVEL": "INFO"} | dict(more or {})
        child = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # a terminal's Ctrl-C is for us; we then stop it
        )
    try:
        while not ready():
            if child.poll() is not None or time.monotonic() - began > timeout_s:
                tail = log.read_text(errors="replace")[-3000:]
                raise SystemExit(f"{' '.join(command)} did not become ready; its log:\n{tail}")
            time.sleep(0.05)
        yield psutil.Process(child.pid), time.monotonic() - began, log
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answers(url: str) -> bool:
    """Whether this address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=1) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def listens(port: int) -> bool:
    """Whether something accepts connections on this port."""
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


def vivavoce() -> list[str]:
    """The product's command, beside the Python that runs the benchmark."""
    command = Path(sys.executable).with_name("vivavoce")
    if not command.exists():
        raise SystemExit(f"no {command}: run the benchmark in the environment of `make run`")
    return [str(command)]


@contextlib.contextmanager
def ours(people: Path | None = None) -> Iterator[Running]:
    """`vivavoce serve`, ready; people: who is known, instead of this machine's."""
    port = free_port()
    command = [*vivavoce(), "serve", "--port", str(port)]
    healthy = f"http://127.0.0.1:{port}/healthz"
    known = {"VIVAVOCE_PEOPLE": str(people)} if people else {}
    with process(command, lambda: answers(healthy), more=known) as (p, took, log):
        yield Running(f"ws://127.0.0.1:{port}/v1/realtime", p, took, log)


def machine() -> dict[str, object]:
    """What a number was measured on, and what else was running; takes 3 s."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "?",
    )
    busy = round(psutil.cpu_percent(3.0) / 100, 3)
    if busy > BUSY:
        say(f"something else uses {busy:.0%} of this machine: the numbers will be worse for it")
    load = [round(x, 2) for x in os.getloadavg()]
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "load_before": load,
        "busy_before": round(busy, 3),
    }
