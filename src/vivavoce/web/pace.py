"""Pacing: the one place of the wire that reads a clock.

Sound is sent a little ahead of real time, so that a late tick is not heard, and no more than
that, so that an interruption leaves little to take back.
"""

import time
from collections.abc import Callable
from typing import Protocol

import anyio

from vivavoce.core import FRAME_S

Clock = Callable[[], float]
"""Seconds, monotonic."""

STALE_S = 0.25
"""A client's report is carried forward for at most this long."""
LOST_S = 2.0
"""After this long without a report, real time is believed again."""


class Playhead:
    """Where the client's loudspeaker is in the sound of one item. Pure: the time is passed in."""

    def __init__(self) -> None:
        self.sent_s = 0.0
        """Sound sent of the present item."""
        self.reports = False
        """The client reports playback, so it also drops sound when told to."""
        self._ends = 0.0
        self._played_s: float | None = None
        self._played_at = 0.0

    def begin(self) -> None:
        """A new item's sound follows what was sent."""
        self.sent_s, self._played_s = 0.0, None

    def send(self, now: float, seconds: float) -> None:
        """Sound was sent."""
        self._ends = max(self._ends, now) + seconds
        self.sent_s += seconds

    def report(self, now: float, played_s: float) -> None:
        """The client says how much of the item has sounded."""
        self._played_s, self._played_at = min(max(played_s, 0.0), self.sent_s), now

    def ahead(self, now: float) -> float:
        """Seconds of sound that real time has not reached yet."""
        return max(0.0, self._ends - now)

    def lag(self, now: float) -> float:
        """Seconds of sent sound that have not sounded at the client."""
        age = now - self._played_at
        if self._played_s is None or age > LOST_S:
            return self.ahead(now)
        return max(0.0, self.sent_s - self._played_s - min(age, STALE_S))

    def played(self, now: float) -> float:
        """Seconds of the item that have sounded."""
        return max(0.0, self.sent_s - self.lag(now))

    def flush(self, now: float) -> None:
        """The client dropped what has not sounded; the item goes on from there."""
        self.sent_s = self.played(now)
        self._played_s = None if self._played_s is None else self.sent_s
        self._played_at = self._ends = now


class Player(Protocol):
    """The part of a session that the loudspeaker pulls."""

    @property
    def playing(self) -> bool: ...
    def lag(self, seconds: float, can_flush: bool) -> None: ...


class Loudspeaker:
    """Pulls a session's sound at the pace of real time."""

    def __init__(
        self,
        player: Player,
        pull: Callable[[], None],
        lead_frames: int = 2,
        clock: Clock = time.monotonic,
    ) -> None:
        """pull: take the player's next frame and send it."""
        self.head = Playhead()
        self.clock = clock
        self.starved = 0
        """How often the sound ran dry within an answer."""
        self._player = player
        self._pull = pull
        self._lead_s = lead_frames * FRAME_S
        self._held = False
        self._ready = anyio.Event()

    def wake(self) -> None:
        """Sound can be pulled: begin without waiting for the next tick."""
        if self.head.sent_s > 0 and not self._held and not self.head.ahead(self.clock()):
            self.starved += 1
        self._held = False
        self._ready.set()

    def tell_lag(self) -> None:
        """Tell the session what has sounded."""
        self._player.lag(self.head.lag(self.clock()), self.head.reports)

    def reported(self, played_s: float) -> None:
        """The client's own word for what has sounded."""
        self.head.report(self.clock(), played_s)
        self.tell_lag()

    def flush(self) -> None:
        """The session took back what has not sounded; only a reporting client can follow."""
        self._held = True
        if self.head.reports:
            self.head.flush(self.clock())

    def played_ms(self) -> int:
        """How much of the present item has sounded."""
        return round(1000 * self.head.played(self.clock()))

    async def run(self) -> None:
        """Pump until cancelled."""
        while True:
            self._fill()
            with anyio.move_on_after(self._rest()):
                await self._ready.wait()
            self._ready = anyio.Event()

    def _fill(self) -> None:
        self.tell_lag()
        while self._player.playing and self.head.ahead(self.clock()) < self._lead_s:
            self._pull()
            self.head.send(self.clock(), FRAME_S)
            self.tell_lag()

    def _rest(self) -> float | None:
        """Until more is due, until the last sound has sounded, or until somebody wakes us."""
        now = self.clock()
        if self._player.playing:
            return max(0.0, self.head.ahead(now) - self._lead_s + FRAME_S / 2)
        lag = max(self.head.lag(now), self.head.ahead(now))
        return lag if lag > 0 else None
