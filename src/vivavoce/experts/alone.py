"""Several processes of one house (serve, ask, chat) and one folder: who may do what."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class First:
    """One of all processes holds it, from its first try on until it ends; then another may."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None

    def held(self) -> bool:
        """Try, without waiting. Where nothing can be locked everybody holds it."""
        if self._held is None:
            try:
                handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:
                return True
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            except OSError:
                os.close(handle)
                return True
            self._held = handle
        return True

    def let_go(self) -> None:
        """Another one may."""
        if self._held is not None:
            os.close(self._held)
            self._held = None


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until no other process is inside; short work only. OSError: there is no such folder."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
