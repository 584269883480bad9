"""One source, read again when it may have changed."""

from dataclasses import replace
from datetime import datetime, timedelta

import anyio
from anyio import to_thread

from vivavoce.core import Refused, Retry
from vivavoce.experts.builtin.news.fetch import fetch
from vivavoce.experts.builtin.news.reading import stories
from vivavoce.experts.builtin.news.sources import Source
from vivavoce.experts.builtin.news.story import Story
from vivavoce.experts.fetching import Web

FRESH_S = 300.0
"""Not asked again before."""
AGAIN_S = 60.0
"""Nor after a failure; twice as long after each further one…"""
MOST_AGAIN_S = 1800.0
"""…up to this."""
STALE = timedelta(hours=1)
"""Older stories are told with a word on it."""


class Feed:
    """Keeps what it read: a source that is away for a while still has its stories."""

    def __init__(self, web: Web, source: Source) -> None:
        self._web, self._source = web, source
        self._lock = anyio.Lock()
        self._again: tuple[tuple[str, str], ...] = ()
        self._due = 0.0
        self._failures = 0
        self.stories: tuple[Story, ...] = ()
        self.trouble = ""
        """Why it could not be read the last time, after its name; empty: it could."""
        self.admitted = False
        """Somebody was told of this trouble."""
        self.read_at: datetime | None = None

    @property
    def name(self) -> str:
        """As the house calls it."""
        return self._source.name

    def lost(self, now: datetime) -> bool:
        """It has nothing, or nothing new for long."""
        return bool(self.trouble) and (self.read_at is None or now - self.read_at > STALE)

    async def refresh(self, now: datetime) -> None:
        """Read it, unless that was just done; what goes wrong is in trouble."""
        async with self._lock:
            if anyio.current_time() < self._due:
                return
            try:
                await self._read(now)
                self.trouble, self.admitted, self.read_at = "", False, now
                self._failures, wait = 0, FRESH_S
            except (Retry, Refused) as error:
                self.trouble = str(error)
                wait = min(MOST_AGAIN_S, AGAIN_S * 2**self._failures)
                self._failures += 1
            self._due = anyio.current_time() + wait

    async def _read(self, now: datetime) -> None:
        fetched = await fetch(self._web, self._source.address, self._again)
        if fetched is None:
            return
        given = fetched.body, fetched.content_type, self.name
        try:
            found = await to_thread.run_sync(stories, *given, abandon_on_cancel=True)
        except ValueError:
            raise Refused("is no feed") from None
        known = {story.key: story.at for story in self.stories}
        first = self.read_at is None
        self.stories = tuple(
            story if story.at or first else replace(story, at=known.get(story.key, now))
            for story in found
        )
        self._again = fetched.again
