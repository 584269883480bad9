"""A program that nobody has read, run with limits: time, memory, files, no network where Linux
allows that. Keeps mistakes in; a program that means harm needs more than this."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from bench.diffusion import confined

Why = Literal["passed", "failed", "timeout"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended."""

    why: Why
    error: str = ""
    """The exception's last line, at most 200 characters."""

    @property
    def passed(self) -> bool:
        return self.why == "passed"


def judge(program: str, *, seconds: int = 10, megabytes: int = 1024) -> Verdict:
    """Passed if it runs to its end: neither an exception nor an exit before that counts. Blocks for
    at most `seconds` of processor or of waiting."""
    word = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", confined.__file__, str(seconds), str(megabytes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=folder, env={"HOME": folder, "PATH": os.defpath}, start_new_session=True,
        )  # fmt: skip
        with child:
            try:
                said, _ = child.communicate(f"{word}\n{program}".encode(), timeout=seconds + 2)
            except subprocess.TimeoutExpired:
                return Verdict("timeout")
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)  # and all that it started
    told = said.decode(errors="replace").strip()
    if told == word:
        return Verdict("passed")
    if -child.returncode in (signal.SIGXCPU, signal.SIGKILL):
        return Verdict("timeout")
    return Verdict("failed", told[-200:] or f"exit {child.returncode}")
