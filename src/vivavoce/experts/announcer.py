"""What the house says by itself: a timer is over, somebody is at the door, a long job is done."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from time import time
from typing import Protocol

from vivavoce.files import storable

log = logging.getLogger(__name__)

KEPT = 20
"""Announcements that wait for somebody to hear them."""


class Announce(Protocol):
    """Says something, when nobody speaks. From the event loop."""

    def __call__(self, text: str, *, about: str = "", good_s: float = inf) -> None:
        """about: what it is about ("timer 3"): then it is kept until it was heard, or somebody
        stopped it; a newer text takes an older one's place, and an empty one takes it back.
        Without, it is said once. good_s: after so long it is no use any more."""
        ...


def silent(text: str, *, about: str = "", good_s: float = inf) -> None:
    """Where nobody listens."""
    del text, about, good_s


@dataclass(frozen=True, slots=True)
class Note:
    """One announcement."""

    text: str
    """Empty: what was to be said of this need not be said any more."""
    about: str = ""
    until: float = inf
    """Seconds since 1970."""


class Announcer:
    """Experts speak into it; conversations listen. On the event loop only."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._listeners: dict[object, Callable[[Note], None]] = {}
        self._waiting: list[Note] = []
        self.changed: Callable[[], None] = lambda: None
        """Called when unheard is another."""

    @property
    def unheard(self) -> list[Note]:
        """What must be heard, and was not."""
        return [note for note in self._waiting if note.about]

    def remember(self, notes: Sequence[Note]) -> None:
        """What was unheard before, or in another process that has ended; who listens already is
        told."""
        known = {note.about for note in self._waiting}
        older = [note for note in notes if note.about not in known]
        self._waiting = [*older, *self._waiting][-KEPT:]
        for note in older:
            if not self.late(note):
                self._tell(note)

    def __call__(self, text: str, *, about: str = "", good_s: float = inf) -> None:
        """Say this to all who listen, and to the next who comes if nobody has heard it by then."""
        note = Note(storable(text), about, self._clock() + good_s)
        waiting = [one for one in self._waiting if not about or one.about != about]
        if text and (about or not self._listeners):
            waiting = [*waiting, note][-KEPT:]
        self._set(waiting)
        self._tell(note)

    def listen(self, hear: Callable[[Note], None]) -> Callable[[], None]:
        """From now on, what waited first; the result stops it. Who listens tells what was heard."""
        key = object()
        self._listeners[key] = hear
        waited = [note for note in self._waiting if not self.late(note)]
        self._set([note for note in waited if note.about])
        for note in waited:
            hear(note)

        def stop() -> None:
            self._listeners.pop(key, None)

        return stop

    def heard(self, note: Note) -> None:
        """Somebody heard it, stopped it, or talked it down: who comes later is not told."""
        self._set([one for one in self._waiting if one != note])

    def late(self, note: Note) -> bool:
        """It is no use any more."""
        return self._clock() > note.until

    def _tell(self, note: Note) -> None:
        for hear in list(self._listeners.values()):
            try:
                hear(note)
            except Exception:  # whoever speaks must not end by whoever listens
                log.exception("an announcement did not reach a listener")

    def _set(self, waiting: list[Note]) -> None:
        before, self._waiting = self.unheard, waiting
        if self.unheard != before:
            self.changed()
