"""The calendar's tools."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread

from vivavoce.core import Call, ConfigError, Refused
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, tool
from vivavoce.experts.builtin.calendar import edit, free
from vivavoce.experts.builtin.calendar.changes import Changes
from vivavoce.experts.builtin.calendar.events import Event
from vivavoce.experts.builtin.calendar.wording import (
    again,
    as_said,
    capital,
    line,
    source,
    spoken,
    told_at,
)
from vivavoce.experts.prose import listed
from vivavoce.experts.when import (
    Repeat,
    When,
    cut_length,
    here,
    length,
    moment,
    repeat,
    say_length,
    say_time,
    span,
)

if TYPE_CHECKING:
    from vivavoce.experts.builtin.calendar.book import Book

AHEAD = timedelta(days=120)
"""How far ahead an event is looked for by its title."""
SOON = timedelta(days=7)
TOLD = 8
"""Events in a spoken answer."""
DAY_BEGINS = 7
"""The hour from which "at eleven" is the first eleven of a day."""
_ELSEWHERE = re.compile(r"\b(?:list|timer|alarm|queue|playlist)$", re.IGNORECASE)
"""A title that ends so was meant for another expert."""
_OURS = re.compile(
    r"\b(?:my|our|i|we|calendar|diary|planner|agenda|schedule|appointments?|meetings?)\b",
    re.IGNORECASE,
)
"""Without one of these "when is the next train" may be no question to a calendar."""
Time = Annotated[str, "as the user says it: 'friday at ten', 'tomorrow', 'this week'"]
Title = Annotated[str, "a word or more of its title"]


class Calendars:
    """Of one house."""

    def __init__(self, book: "Book", changes: Changes, person: str = "") -> None:
        """person: whose calendar it is; empty: every adult's."""
        self._book, self._changes, self._person = book, changes, person

    async def agenda(
        self,
        context: Context,
        when: Time = "",
        about: Annotated[str, "only events with this word in the title"] = "",
    ) -> Result:
        """What is in the calendar: on a day, this week, or when something is."""
        self._may(context)
        now = here(context.now())
        asked = span(when, now) if when.strip() else None
        if when.strip() and asked is None:
            raise Unclear(f"“{when}” is no time that I know")
        start, end = asked or (now, now + (AHEAD if about else SOON))
        events = await self._book.between(start, end)
        if about:
            named = [e for e in events if _has(e, about)]
            if not named and not when and (cut := _day_cut(about, now)):
                return await self.agenda(context, cut[1], cut[0])
            events = named
        of = f" about {about}" if about else ""
        if about and not events and context.words and not _OURS.search(context.words):
            raise Unclear(f"there is nothing{of} in the calendar")
        spell = f" {again(when)}" if asked else ("" if about else " in the next seven days")
        if not events:
            said = f"There is nothing{of} in the calendar{spell}."
            return Result(said + self._age(), say=said + self._age())
        lines = [line(e, now) for e in events]
        shown = events[:TOLD]
        same = {e.start.date() for e in shown} == {start.date()} and asked is not None
        parts = [spoken(e, now, day=not same) for e in shown]
        more = f" And {len(events) - TOLD} more." if len(events) > TOLD else ""
        lead = f"{capital(again(when))}: " if same else ""
        said = f"{lead}{listed(parts)}.{more}{self._age()}"
        return Result("\n".join(lines) + self._age(), say=said, source=source(events))

    async def add(
        self,
        title: Annotated[str, "what it is, without the time"],
        context: Context,
        when: Time = "",
        lasts: Annotated[str, "'an hour', 'two hours'; empty: an hour, or the whole day"] = "",
        calendar: Annotated[str, "name of one, if the user says which; empty: the usual one"] = "",
    ) -> Result:
        """Put an event into the calendar."""
        self._may(context)
        now = here(context.now())
        if cut := cut_length(when or title):
            when, title = (cut.rest, title) if when else (when, cut.rest)
            lasts = lasts or say_length(cut.found)
        if not when:  # "schedule yoga on Saturday at ten"
            return await self._whole(title, lasts, calendar, context)
        every, at = repeat(when, now), None if repeat(when, now) else moment(when, now)
        if every is None and at is None:
            raise Unclear(f"“{when}” is no time that I know")
        long = length(lasts) if lasts else None
        if lasts and long is None:
            raise Unclear(f"“{lasts}” is no length of time")
        title = as_said(" ".join(title.split()).strip(" .,"), context.words)
        if not title:
            raise Unclear("what shall it be called?")
        start = every.after(now) if isinstance(every, Repeat) else _start(at)
        timed = every is not None or (at is not None and at.timed)
        if timed and not isinstance(every, Repeat) and start <= now:
            raise Refused(f"{say_time(start)} is over; say another time")
        await self._book.ready()
        into = self._book.into(calendar)
        first = start if timed else start.date()
        uid, ics = edit.new(title, first, long or timedelta(hours=1 if timed else 24), every, now)
        url = f"{into.url.rstrip('/')}/{uid.partition('@')[0]}.ics"
        await self._book.put(url, ics)
        until = start + (long or timedelta(hours=1))
        others = await self._others(start, until, uid) if timed else []
        clash = f" At that time there is {others[0].title}, too." if others else ""
        spoken = told_at(start, now, timed=timed)
        said = f"{title} is in the calendar, {spoken}.{clash}"
        return Result(said, say=said, source=source(others[:1]), undo=await self._undo(url, None))

    async def _whole(self, said: str, lasts: str, calendar: str, context: Context) -> Result:
        """An event whose time stands in its title."""
        words = said.split()
        for at in range(1, len(words)):
            title, when = " ".join(words[:at]), " ".join(words[at:])
            if _ELSEWHERE.search(title):
                break
            if repeat(when, here(context.now())) or moment(when, here(context.now())):
                return await self.add(title, context, when, lasts, calendar)
        raise Unclear("when shall it be?")

    async def move(self, title: Title, to: Time, context: Context) -> Result:
        """Move an event to another time."""
        self._may(context)
        now = here(context.now())
        event = await self._one(title, now)
        wanted = moment(to, now)
        if wanted is None:
            raise Unclear(f"“{to}” is no time that I know")
        start = wanted.at
        if wanted.timed and not _names_day(to, now):  # "to eleven": the same day
            morning = event.start.replace(hour=DAY_BEGINS, minute=0)
            clock = (moment(to, max(morning, now)) or wanted).at  # its eleven, not the next one
            start = event.start.replace(hour=clock.hour, minute=clock.minute)
        elif not wanted.timed and not event.all_day:  # "to Friday": the same time of day
            start = start.replace(hour=event.start.hour, minute=event.start.minute)
        await self._book.ready()
        before = self._book.ics(event.url)
        all_day = event.all_day and not wanted.timed
        await self._book.put(event.url, edit.moved(before, event, start, now, all_day=all_day))
        said = f"{event.title} is {told_at(start, now, timed=not all_day)} now."
        undo = await self._undo(event.url, before)
        return Result(said, say=said, source=source([event]), undo=undo)

    async def delete(self, title: Title, context: Context) -> Result:
        """Take an event out of the calendar; of a repeating one just the next time."""
        event, now = await self._next(title, context)
        await self._book.ready()
        before = self._book.ics(event.url)
        await self._book.put(event.url, edit.without(before, event, now))
        said = f"{event.title} {told_at(event.start, now, timed=not event.all_day)} is deleted."
        undo = await self._undo(event.url, before)
        return Result(said, say=said, source=source([event]), undo=undo)

    async def free(
        self,
        context: Context,
        when: Time = "today",
        lasts: Annotated[str, "'an hour'; empty: half an hour"] = "",
    ) -> Result:
        """When there is nothing in the calendar."""
        self._may(context)
        now = here(context.now())
        asked = span(when, now)
        least = length(lasts) if lasts else timedelta(minutes=30)
        if asked is None or least is None:
            raise Unclear(f"“{when if asked is None else lasts}” is no time that I know")
        events = await self._book.between(*asked)
        hours, who = free.waking(asked, now), self._who(context)
        pieces = free.free(hours, events, least)
        taken = [e for e in events if e.busy and not e.all_day]
        if not taken:
            said = f"{capital(who)} free {again(when)}."
        elif not pieces:
            first = spoken(taken[0], now, day=False)
            said = f"{capital(who)} not free {again(when)}: {first}."
        else:
            times = [f"from {say_time(a)} to {say_time(b)}" for a, b in pieces[:TOLD]]
            said = f"{capital(again(when))} {who} free {listed(times)}."
        return Result(said + self._age(), say=said + self._age(), source=source(taken))

    async def put_back(self, number: int, context: Context) -> Result:
        """Undo one earlier change of the calendar, by its number."""
        self._may(context)
        change = self._changes.find(number)
        if change is None:
            raise Refused("that change is too long ago to be put back")
        await self._book.ready()
        if self._book.ics(change.url) != change.after:
            raise Refused("somebody has changed that event since; change it by hand")
        await self._book.put(change.url, change.before)
        said = "The calendar is as it was before."
        undo = await self._undo(change.url, change.after or None)
        return Result(said, say=said, undo=undo)

    async def delete_plan(self, title: str, context: Context) -> str:
        """With the event's own title and time."""
        event, now = await self._next(title, context)
        when = told_at(event.start, now, timed=not event.all_day)
        return f"delete {event.title} {when} from the calendar"

    async def _next(self, title: str, context: Context) -> tuple[Event, datetime]:
        self._may(context)
        now = here(context.now())
        return await self._one(title, now), now

    async def _one(self, title: str, now: datetime) -> Event:
        """The next event of this title. Unclear: none."""
        events = await self._book.between(now, now + AHEAD)
        found = [e for e in events if _has(e, title)]
        if not found:
            raise Unclear(f"there is no event called “{title}” in the next months")
        titles = list(dict.fromkeys(e.title for e in found))
        if len(titles) > 1:
            raise Unclear(f"which one: {listed(titles[:TOLD])}?", source(found))
        return found[0]

    async def _others(self, start: datetime, end: datetime, uid: str) -> list[Event]:
        events = await self._book.between(start, end)
        return [e for e in events if e.uid != uid and e.busy and not e.all_day]

    def _may(self, context: Context) -> None:
        """Refused: it is somebody else's calendar."""
        who = context.speaker
        if self._person and who.rank != "owner" and who.name.casefold() != self._person.casefold():
            raise Refused(f"this is the calendar of {self._person}, and of nobody else here")

    def _who(self, context: Context) -> str:
        """ "you are" or "Anna is"."""
        theirs = self._person and context.speaker.by == "voice"
        mine = context.speaker.name.casefold() == self._person.casefold()
        return f"{self._person} is" if theirs and not mine else "you are"

    async def _undo(self, url: str, before: str | None) -> Call:
        keep = partial(self._changes.keep, url, before or None, self._book.ics(url))
        return Call("put_back", json.dumps({"number": (await to_thread.run_sync(keep)).number}))

    def _age(self) -> str:
        """From a server that is away, how old its answer is."""
        old = self._book.old_s
        return (
            f" (As of {say_length(timedelta(seconds=old))} ago: its server is away.)" if old else ""
        )


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """ConfigError: no calendar is set up. A server that is away is met at the first question."""
    given = setup.settings
    if not (given["caldav"] or given["ics"]):
        raise ConfigError(
            "no calendar is set up; run: vivavoce setup calendar, or set "
            "VIVAVOCE_CALENDAR_CALDAV to https://user@host/"
        )
    from vivavoce.experts.builtin.calendar.book import Book, sources  # brings caldav

    found = sources(given["caldav"], given["caldav_password"], given["ics"])
    changes = await to_thread.run_sync(Changes, setup.folder)
    book = Book(found, setup.folder, given.get("calendar", "").strip())
    of = Calendars(book, changes, given.get("person", "").strip())
    yield [
        tool(of.agenda),
        tool(of.free),
        tool(of.add, "change"),
        tool(of.move, "change"),
        tool(of.delete, "danger", plan=of.delete_plan),
        tool(of.put_back, "change"),
    ]


def _start(at: When | None) -> datetime:
    assert at is not None
    return at.at


def _names_day(text: str, now: datetime) -> bool:
    """Whether a time names a day, or just an hour: then two days ahead it means another day."""
    later = now + timedelta(days=2)
    first, second = moment(text, now), moment(text, later)
    return not (first and second and second.at.date() - first.at.date() == timedelta(days=2))


def _day_cut(about: str, now: datetime) -> tuple[str, str] | None:
    """ "dentist tomorrow" → "dentist", "tomorrow"; None: it ends with no time."""
    words = about.split()
    cuts = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
    return next((cut for cut in cuts if span(cut[1], now) is not None), None)


def _has(event: Event, words: str) -> bool:
    title = event.title.casefold()
    wanted = [w for w in words.casefold().split() if w not in ("the", "my", "a", "appointment")]
    return all(w.removesuffix("s") in title for w in wanted) if wanted else False
