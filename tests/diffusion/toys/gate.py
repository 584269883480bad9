"""Stands before a network."""

import threading
from typing import Any

from vivavoce.diffusion.network.qwen import Network


class Gate:
    """Counts forwards, and lets only so many through."""

    def __init__(self, network: Network) -> None:
        self.rows: list[int] = []
        """Of each forward that went through."""
        self.fails = False
        """The next one breaks."""
        self.waits = threading.Event()
        """Somebody stands before it."""
        self._free = threading.Event()
        self._free.set()
        self._permits = threading.Semaphore(0)
        network.register_forward_pre_hook(self._pass)

    def shut(self) -> None:
        """Nobody goes through but those who are allowed."""
        self.waits.clear()
        self._free.clear()

    def allow(self, forwards: int) -> None:
        """So many more."""
        self._permits.release(forwards)

    def open(self) -> None:
        """Everybody."""
        self._free.set()
        self._permits.release()

    def _pass(self, _network: Network, given: tuple[Any, ...]) -> None:
        if not self._free.is_set() and not self._permits.acquire(blocking=False):
            self.waits.set()
            self._permits.acquire()
        if self.fails:
            self.fails = False
            raise RuntimeError("the machine has no room")
        self.rows.append(given[0].shape[0])
