"""What the house says by itself: a timer is over, a long job is done."""

from collections import deque
from collections.abc import Callable

KEPT = 20
"""Announcements that wait for somebody to hear them."""


class Announcer:
    """Experts speak into it; conversations listen. On the event loop only."""

    def __init__(self) -> None:
        self._listeners: dict[object, Callable[[str], None]] = {}
        self._waiting: deque[str] = deque(maxlen=KEPT)

    def __call__(self, text: str) -> None:
        """Say this to all who listen; to the next who comes if nobody does."""
        if not self._listeners:
            self._waiting.append(text)
        for hear in list(self._listeners.values()):
            hear(text)

    def listen(self, hear: Callable[[str], None]) -> Callable[[], None]:
        """From now on, what waited first; the result stops it."""
        key = object()
        self._listeners[key] = hear
        while self._waiting:
            hear(self._waiting.popleft())

        def stop() -> None:
            self._listeners.pop(key, None)

        return stop
