"""Texts that wait to be written, and which of them are written together."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vivavoce.core import ConfigError, VivavoceError

if TYPE_CHECKING:
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Asked, Piece


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one engine."""

    rows: int = 16
    """Texts that are written together at most."""
    context_tokens: int = 8192
    """Of a prompt with its text."""
    cache_tokens: int = 32_768
    """Of all that are written together; a row takes as many as the longest. The 0.5B keeps 25 kB a
    token in float32."""
    waiting: int = 64
    """Texts that wait; more are sent away."""
    gather_s: float = 0.005
    """So long an idle engine waits for others that come at the same time."""

    def __post_init__(self) -> None:
        for name in ("rows", "context_tokens", "cache_tokens", "waiting"):
            if getattr(self, name) < 1:
                raise ConfigError(f"limits.{name} must be at least 1, got {getattr(self, name)}")
        if self.gather_s < 0:
            raise ConfigError(f"limits.gather_s must be 0 or more, got {self.gather_s}")


class Job:
    """One text, between the loop that asked for it and the thread that writes it. What is told and
    not read yet is bounded by the text: about a piece a token. So no slow reader holds the others
    up."""

    def __init__(self, asked: "Asked", dial: "Dial") -> None:
        self.asked = asked
        self.dial, self.seed = replace(dial, seed=0), dial.seed
        """Apart: texts with different seeds are written together."""
        self.over = False
        """The writing thread: it was told its end."""
        self.said = False
        """The writing thread: it was told something."""
        self.gone = False
        """Nobody reads any more."""
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Queue[Piece | VivavoceError] = asyncio.Queue()

    def tell(self, item: "Piece | VivavoceError") -> None:
        """From any thread."""
        self.said = True
        self.over = isinstance(item, VivavoceError) or item.ending is not None
        with suppress(RuntimeError):  # its loop is closed
            self._loop.call_soon_threadsafe(self._told.put_nowait, item)

    async def next(self) -> "Piece":
        """What was told next; raises it if it is an error."""
        item = await self._told.get()
        if isinstance(item, VivavoceError):
            raise item
        return item


def slots(jobs: Sequence[Job]) -> int:
    """Tokens that each row of these takes in the cache: room for the longest, and for what a
    forward tries beyond the end."""
    longest = max(len(job.asked.prompt) for job in jobs)
    return longest + max(job.asked.most for job in jobs) + 1 + jobs[0].dial.tried


def together(waiting: Sequence[Job], limits: Limits) -> list[Job]:
    """The first, and of those behind it all with an equal dial, in their order, that find room."""
    batch = list(waiting[:1])
    for job in waiting[1:]:
        more = [*batch, job]
        if job.dial != batch[0].dial or len(more) > limits.rows:
            continue
        each = slots(more)
        if each <= limits.context_tokens and each * len(more) <= limits.cache_tokens:
            batch = more
    return batch
