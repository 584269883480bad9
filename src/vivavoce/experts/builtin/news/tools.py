"""What the expert can tell."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

import anyio

from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, past, prose, tool
from vivavoce.experts.builtin.news import choosing, wording
from vivavoce.experts.builtin.news.choosing import Item
from vivavoce.experts.builtin.news.desk import Desk
from vivavoce.experts.builtin.news.feed import Feed
from vivavoce.experts.builtin.news.sources import read_sources
from vivavoce.experts.builtin.news.story import stems
from vivavoce.experts.builtin.news.told import Told
from vivavoce.experts.fetching import Web

log = logging.getLogger(__name__)

TOLD = 5
"""Stories in one answer."""
MOST_ROOMS = 20
_ANY = frozenset(stems("any general source, everything and anything"))
"""With them a small model says that it was told none."""
_LAST_TIME = frozenset(("last time", "the last time", "then", "last asked", "i last asked"))
_MORE = frozenset(("", "more", "rest", "the rest", "on"))
About = Annotated[str, "A few words that it is about; empty: anything"]
SourceName = Annotated[str, "Only from this newspaper or site; empty: from all"]


class News:
    """Of one house."""

    def __init__(self, feeds: Sequence[Feed], interests: str, told: Told) -> None:
        self._feeds, self._interests, self._told = tuple(feeds), set(stems(interests)), told
        self._desks: dict[str, Desk] = {}

    @property
    def tools(self) -> list[Tool]:
        """What the model is offered."""
        return [tool(self.headlines), tool(self.new_since), tool(self.read), tool(self.sources)]

    async def headlines(
        self,
        context: Context,
        about: About = "",
        source: SourceName = "",
        again: Annotated[bool, "true: also what was told before"] = False,
    ) -> Result:
        """Tell the news that this person has not heard yet, the most important first."""
        now = context.now()
        about, source = self._meant(about, source)
        feeds = self._chosen(source)
        items = await self._items(feeds, now)
        within = choosing.LONG if about or source else choosing.RECENT
        found = choosing.recent(items, now, within)
        if about:
            found = choosing.about(found, about)
            if not found:
                return self._nothing(f"about {about[:60]} in the news", feeds, now)
        else:
            found = choosing.ranked(found, now, self._interests)
        new = found if again else self._told.untold(context.speaker.name, found)
        if new:
            return self._tell(new, feeds, context)
        if about:
            return self._tell(found[:1], feeds, context, "There is nothing newer than this.")
        where = _from(feeds, source) or " in the news"
        return self._nothing(f"new{where}", feeds, now, again=True)

    async def new_since(
        self,
        context: Context,
        when: Annotated[str, "this morning, yesterday, monday, 2 hours ago, last time"],
        about: About = "",
        source: SourceName = "",
    ) -> Result:
        """Tell only what came since a moment and was not told yet."""
        now = context.now()
        moment = self._moment(when, context)
        about, source = self._meant(about, source)
        feeds = self._chosen(source)
        found = choosing.since(await self._items(feeds, now), moment)
        found = choosing.about(found, about) if about else found
        new = self._told.untold(context.speaker.name, found)
        if not new:
            subject = f" about {about[:60]}" * bool(about)
            return self._nothing(
                f"new{subject}{_from(feeds, source)} {_since(when)}", feeds, now, again=bool(found)
            )
        ordered = new if about else choosing.ranked(new, now, self._interests)
        return self._tell(ordered, feeds, context)

    async def read(
        self,
        context: Context,
        which: Annotated[str, '"2", "next", or words of it; empty: this one, or more of it'] = "",
    ) -> Result:
        """Read what a story says, after its headline was told."""
        now, desk = context.now(), self._desk(context.room)
        if which.strip().lower() in _MORE and desk.current is not None:
            told, desk.rest = wording.further(desk.current, desk.rest)
            return told
        item = desk.pick("" if which.strip().lower() in _MORE else which)
        item = item or await self._searched(which, now)
        told, rest = wording.story(item, now)
        desk.reads(item, rest)
        self._heard([item], context)
        return told

    async def sources(self, context: Context) -> Result:
        """Tell where the news is from, and what can't be read now."""
        now = context.now()
        feeds = self._chosen("")
        await self._refresh(feeds, now)
        names = prose.listed([feed.name for feed in feeds])
        said = f"Your news is from {names}."
        told = Result(said, data={"sources": {feed.name: feed.trouble for feed in feeds}})
        trouble = _lost(feeds, now)
        return wording.with_trouble(told, trouble, trouble)

    async def _items(self, feeds: Sequence[Feed], now: datetime) -> list[Item]:
        """Of these sources. Retry: none of them can be read."""
        await self._refresh(feeds, now)
        stories = [story for feed in feeds for story in feed.stories]
        if not stories and all(feed.lost(now) for feed in feeds):
            raise Retry(f"{_lost(feeds, now)} Try again later.")
        return choosing.merged(sorted(stories, key=lambda s: s.at or now))

    async def _searched(self, which: str, now: datetime) -> Item:
        """The story of all feeds that fits best. Unclear: none does."""
        items = await self._items(self._chosen(""), now)
        found = choosing.about(items, which) if stems(which) else []
        if not found:
            raise Unclear(f"there is no story about {which[:60]} in the news")
        return found[0]

    async def _refresh(self, feeds: Sequence[Feed], now: datetime) -> None:
        async with anyio.create_task_group() as group:
            for feed in feeds:
                group.start_soon(feed.refresh, now)

    def _chosen(self, source: str) -> Sequence[Feed]:
        """ConfigError: there are none; Unclear: none has that name."""
        if not self._feeds:
            raise ConfigError(
                "no sources of news are set; run: vivavoce setup news, or set "
                "VIVAVOCE_NEWS_SOURCES='Name = https://host/feed.xml'"
            )
        if not source.strip():
            return self._feeds
        found = self._named(source)
        if not found:
            names = prose.listed([feed.name for feed in self._feeds])
            raise Unclear(f"there is no source called {source[:40]}; there are: {names}")
        return found

    def _named(self, source: str) -> list[Feed]:
        wanted = set(stems(source))
        return [feed for feed in self._feeds if wanted and wanted <= set(stems(feed.name))]

    def _meant(self, about: str, source: str) -> tuple[str, str]:
        """A source's whole name, or just words like "news", are no subject; all are no source."""
        words = set(stems(about)) - _ANY
        source = "" if set(stems(source)) <= _ANY else source
        named = self._named(about)
        if not source and any(words == set(stems(feed.name)) for feed in named):
            return "", about
        return (about if words else ""), source

    def _moment(self, when: str, context: Context) -> datetime:
        now = context.now()
        if when.strip().lower().removeprefix("since ") in _LAST_TIME:
            return self._told.last(context.speaker.name) or past.since("today", now)
        try:
            return past.since(when, now)
        except Refused as error:
            raise Unclear(str(error)) from None

    def _tell(
        self, items: Sequence[Item], feeds: Sequence[Feed], context: Context, before: str = ""
    ) -> Result:
        now, told = context.now(), items[:TOLD]
        self._desk(context.room).put(told)
        self._heard(told, context)
        left = len(items) - len(told)
        made = wording.headlines(told, now, before=before, left=left)
        return wording.with_trouble(made, _lost(feeds, now), _admitted(feeds, now))

    def _heard(self, items: Sequence[Item], context: Context) -> None:
        """A full disk keeps nobody from the news: some are told twice then."""
        try:
            self._told.tell(context.speaker.name, items, context.now())
        except OSError as error:
            log.warning("what was told can't be kept: %s", error.strerror)

    def _nothing(
        self, what: str, feeds: Sequence[Feed], now: datetime, *, again: bool = False
    ) -> Result:
        said = f"There is nothing {what}."
        hint = " What was told before: headlines with again=true." if again else ""
        told = Result(f"{said}{hint}", said, data={"stories": []})
        return wording.with_trouble(told, _lost(feeds, now), _admitted(feeds, now))

    def _desk(self, room: str) -> Desk:
        desk = self._desks.setdefault(room, Desk())
        while len(self._desks) > MOST_ROOMS:
            self._desks.pop(next(iter(self._desks)))
        return desk


def _lost(feeds: Sequence[Feed], now: datetime) -> str:
    """A sentence for each source that can't be read."""
    return " ".join(f"{feed.name} {feed.trouble}." for feed in feeds if feed.lost(now))


def _admitted(feeds: Sequence[Feed], now: datetime) -> str:
    """Of a source that can't be read a person hears once, not with every answer."""
    new = [feed for feed in feeds if feed.lost(now) and not feed.admitted]
    for feed in new:
        feed.admitted = True
    return f"I can't read {prose.listed([feed.name for feed in new])} now." if new else ""


def _from(feeds: Sequence[Feed], source: str) -> str:
    return f" from {prose.listed([feed.name for feed in feeds])}" if source.strip() else ""


def _since(when: str) -> str:
    said = when.strip().lower().removeprefix("since ")
    return "since the last time" if said in _LAST_TIME else f"since {said[:40]}"


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """Asks nobody yet. ConfigError: the setting sources can't be read."""
    sources = read_sources(setup.settings.get("sources", ""))
    told = Told(setup.folder)
    web = Web()
    feeds = [Feed(web, source) for source in sources]
    yield News(feeds, setup.settings.get("interests", ""), told).tools
