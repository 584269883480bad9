"""Somebody at a terminal with a command in it."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress


class Seat:
    """Types and sees."""

    def __init__(self, command: Sequence[object], **environment: object) -> None:
        self.master, slave = pty.openpty()
        given = {name: str(value) for name, value in environment.items()}
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_own_terminal,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "80"} | given,
        )
        os.close(slave)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self, within_s: float = 30) -> None:
        """Ctrl-C, and again if it came just before the line was waited for, until it has ended."""
        until = time.monotonic() + within_s
        while self.process.poll() is None:
            assert time.monotonic() < until, self.seen
            self.type("\x03")
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(2)

    def sees(self, text: str, within_s: float = 30) -> None:
        until = time.monotonic() + within_s
        while text not in self.seen:
            assert time.monotonic() < until, self.seen
            if select.select([self.master], [], [], 0.2)[0]:
                with suppress(OSError):
                    self.seen += os.read(self.master, 65536).decode(errors="replace")


@contextmanager
def seated(command: Sequence[object], **environment: object) -> Iterator[Seat]:
    """It ends with the block."""
    seat = Seat(command, **environment)
    try:
        yield seat
    finally:
        if seat.process.poll() is None:
            seat.process.kill()
        seat.process.wait()
        os.close(seat.master)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
