"""All calendars together: as they are now, or as they were when their servers last answered."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.calendar.cache import load, save
from vivavoce.experts.builtin.calendar.dav import Dav
from vivavoce.experts.builtin.calendar.events import Event, Parsed, between, parse
from vivavoce.experts.builtin.calendar.source import Calendar, Kept, Source
from vivavoce.experts.prose import listed

log = logging.getLogger(__name__)

FRESH_S = 60.0
"""What is younger is not fetched again for a question."""
WAIT_S = 2.5
"""A question waits no longer for a server if there is something to answer from."""


class Book:
    """Only from one event loop."""

    def __init__(self, sources: Sequence[Source], folder: Path, usual: str = "") -> None:
        """usual: the calendar that new events go into; empty: the first that can be written to."""
        self._sources, self._folder, self._usual = sources, folder, usual
        self._kept = load(folder)
        self._parsed: dict[tuple[str, str], Parsed | None] = {}
        self._lock = anyio.Lock()
        self.old_s = 0.0
        """How old the oldest of what the last question was answered from is; 0: it is of now."""

    @property
    def me(self) -> str:
        """The account's user, an address perhaps; empty: there is none."""
        return next((s.user for s in self._sources if isinstance(s, Dav)), "")

    async def between(self, start: datetime, end: datetime) -> list[Event]:
        """What happens, in order. Retry: a server is away, and was never there."""
        await self._look(FRESH_S, WAIT_S)
        return between(self._objects(start.tzinfo), start, end, self._calendars(), self.me)

    async def ready(self) -> None:
        """As it is now, before something is changed. Retry: the server is away; Refused: nothing
        can be."""
        await self._look(0.0, None)
        if not self._writable():
            raise Refused("no calendar here can be written to; run: vivavoce setup calendar")

    def into(self, name: str) -> Calendar:
        """Where a new event goes, once it is ready. name: its calendar's; empty: the usual one.
        Unclear, ConfigError: there is none of this name."""
        wanted = (name or self._usual).strip()
        there = self._writable()
        for calendar in there:
            if not wanted or calendar.name.casefold() == wanted.casefold():
                return calendar
        names = listed([f"“{calendar.name}”" for calendar in there])
        if name:
            raise Unclear(f"of the calendars only {names} can be written to, not “{wanted}”")
        raise ConfigError(
            f"calendar.calendar is “{wanted}”, but only {names} can be written to; "
            "run: vivavoce setup calendar"
        )

    def ics(self, url: str) -> str:
        """An object as it is kept; empty: there is none."""
        return next((k.objects[url].ics for k in self._kept.values() if url in k.objects), "")

    async def put(self, url: str, ics: str | None) -> None:
        """Write an object, or take it away (None). Refused, Retry."""
        dav = next((s for s in self._sources if isinstance(s, Dav)), None)
        found = next((k.objects[url] for k in self._kept.values() if url in k.objects), None)
        fixed = {c.url for c in self._calendars().values() if not c.writable}
        if dav is None or (found is not None and found.calendar in fixed):
            raise Refused("this calendar can only be read")
        etag = found.etag if found is not None else ""
        work = partial(dav.delete, url, etag) if ics is None else partial(dav.put, url, ics, etag)
        await to_thread.run_sync(work)
        await self._look(0.0, None)

    def _calendars(self) -> dict[str, Calendar]:
        return {c.url: c for kept in self._kept.values() for c in kept.calendars}

    def _writable(self) -> list[Calendar]:
        return [c for c in self._calendars().values() if c.writable]

    def _objects(self, zone: tzinfo | None) -> list[Parsed]:
        found = {}
        for kept in self._kept.values():
            for url, stored in kept.objects.items():
                key = (url, stored.etag or str(hash(stored.ics)))
                found[key] = self._parsed[key] if key in self._parsed else parse(stored, zone)
        self._parsed = found
        return [one for one in found.values() if one is not None]

    async def _look(self, fresh_s: float, wait_s: float | None) -> None:
        """Ask the sources that were not asked for so long. wait_s None: before a change, of which
        the server must tell how it is now."""
        async with self._lock:
            for source in self._sources:
                kept = self._kept.get(source.id, Kept())
                if kept.at and time.time() - kept.at < fresh_s:
                    continue
                try:
                    with anyio.fail_after(wait_s if kept.at else None):
                        work = partial(source.sync, kept)
                        self._kept[source.id] = await to_thread.run_sync(
                            work, abandon_on_cancel=True
                        )
                except (Retry, TimeoutError) as error:
                    if not kept.at or (wait_s is None and isinstance(source, Dav)):
                        raise Retry(str(error) or f"{source.name} does not answer") from None
                    log.info("%s is away", source.name)
            ages = [time.time() - kept.at for kept in self._kept.values() if kept.at]
            oldest = max(ages, default=0.0)
            self.old_s = oldest if oldest > max(fresh_s, FRESH_S) else 0.0
        try:
            await to_thread.run_sync(save, self._folder, dict(self._kept))
        except OSError as error:
            log.warning("the calendars can't be kept: %s", error.strerror)


def sources(caldav: str, password: str, ics: str) -> list[Source]:
    """What the settings name. ConfigError: nothing."""
    from vivavoce.experts.builtin.calendar.feed import Feed

    found: list[Source] = [Dav(caldav, password)] if caldav else []
    found += [Feed(where.strip()) for where in ics.replace("\n", ",").split(",") if where.strip()]
    if not found:
        raise ConfigError(
            "no calendar is set up; run: vivavoce setup calendar, or set "
            "VIVAVOCE_CALENDAR_CALDAV to https://user@host/"
        )
    return found
