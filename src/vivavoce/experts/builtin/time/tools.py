"""The tools of timers, alarms and reminders."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import anyio

from vivavoce.core import Call, Refused
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, tool
from vivavoce.experts.builtin.time.choice import choose, owner, seen
from vivavoce.experts.builtin.time.items import Item, Items, Kind, read, ringing, written
from vivavoce.experts.builtin.time.keeper import Keeper
from vivavoce.experts.builtin.time.places import zone_of
from vivavoce.experts.builtin.time.store import Store
from vivavoce.experts.builtin.time.wording import all_told, capital, named, turned
from vivavoce.experts.correcting import corrects
from vivavoce.experts.prose import line, listed
from vivavoce.experts.when import (
    Repeat,
    When,
    cut_moment,
    later,
    length,
    moment,
    repeat,
    say_length,
    say_moment,
    say_repeat,
    say_time,
)

LONGEST = timedelta(days=31)
"""Of a timer; what is longer is a reminder."""
_JOINS = frozenset(("and", "or", "from", "before", "after", "until", "till", "to", "at", "then"))
"""After these a length's words do not go on with a name."""
_MOST_NAME = 3
"""Words of a name that stands beside a length."""
PUT_RIGHT_FOR = timedelta(minutes=2)
"""So long after it was set, "no, make it ten" changes a timer; later it means something else."""
SNOOZE = timedelta(minutes=9)
_NO_WHEN = "when? say a time: 'at five', 'in ten minutes', 'tomorrow at 7', 'every Monday at 8'"


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """What was set before the last end goes on; what was missed is said."""
    store = Store(setup.folder)
    keeper = Keeper(store, setup.announce, setup.now)
    keeper.load()
    async with anyio.create_task_group() as group:
        group.start_soon(keeper.run)
        try:
            yield _Tools(keeper).all()
        finally:
            group.cancel_scope.cancel()
            store.close()


class _Tools:
    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._cancelled: dict[str, Items] = {}
        """What each cancelled last."""
        self._newest: dict[tuple[str, Kind], tuple[int, datetime]] = {}
        """What each set last of a kind: its number, and when."""

    def all(self) -> list[Tool]:
        return [
            tool(self.set_timer, "change", summary=lambda a: f"set a timer for {a['length']}"),
            tool(self.set_alarm, "change", summary=lambda a: f"set an alarm {a['when']}"),
            tool(self.remind, "change", summary=lambda a: f"remind you: {a['what']}"),
            tool(self.left),
            tool(self.cancel, "change", summary=_cancelling),
            tool(self.extend, "change", summary=lambda a: f"change a timer by {a['length']}"),
            tool(self.snooze, "change", summary=lambda _: "let it ring later"),
            tool(self.bring_back, "change", summary=lambda _: "set again what was cancelled last"),
            tool(self.now),
        ]

    async def set_timer(
        self,
        context: Context,
        length: Annotated[str, "how long: 'ten minutes', 'an hour and a half'"],
        name: Annotated[str, "what it is for, if they said so: 'pasta'"] = "",
    ) -> Result:
        """Start a timer that rings after a length of time. Several may run at once."""
        how_long, called = _timer(length, name)
        if not timedelta(0) < how_long <= LONGEST:
            raise Refused("a timer lasts at most 31 days; set a reminder for later than that")
        ends = later(self._keeper.now(), how_long).timestamp()
        mine = owner(context.speaker)
        made = Item(0, "timer", ends, _name(called), mine, how_long.total_seconds())
        called = f"{capital(made.name)} timer" if made.name else "Timer"
        say = f"{called} set for {say_length(how_long)}."
        return await self._added(made, say, context)

    async def set_alarm(
        self,
        context: Context,
        when: Annotated[str, "'seven', 'tomorrow at 6:30 am', 'every weekday at seven'"],
        name: Annotated[str, "what it is for, if they said so"] = "",
    ) -> Result:
        """Set an alarm at a time of day, once or on some days of every week."""
        now = self._keeper.now()
        woken = bool(re.search(r"\b(?:wake|get up|morning)\b", context.words.lower()))
        words = re.sub(r"^(?:set )?(?:for|at) ", "", when.strip().lower())
        found = repeat(words, now, morning=woken) or moment(words, now, morning=woken)
        if found is None:
            raise Unclear(_NO_WHEN)
        if isinstance(found, When) and not found.timed:
            raise Unclear("at what time? say 'tomorrow at seven'")
        made = self._clocked("alarm", found, _name(name), context, now)
        called = f"Alarm for {made.name}" if made.name else "Alarm"
        at = (
            _when(made, now)
            if made.repeat
            else f"for {re.sub('^(?:at|on) ', '', _when(made, now))}"
        )
        return await self._added(made, f"{called} set {at}.", context)

    async def remind(
        self,
        context: Context,
        what: Annotated[str, "what to do, in their words: 'call mum'"],
        when: Annotated[str, "'at five', 'in ten minutes', 'every Monday at eight'"] = "",
    ) -> Result:
        """Remind the speaker of something at a time, once or every week."""
        now = self._keeper.now()
        found = repeat(when, now) or moment(when, now) if when else None
        if not found:
            cut = cut_moment(f"{what} {when}".strip(), now)
            if cut is None:
                raise Unclear(_NO_WHEN)
            what, found = cut.rest, cut.found
        what = re.sub(r"^(?:me )?(?:to|that|about|of) ", "", what.strip(), flags=re.IGNORECASE)
        if not what:
            raise Unclear("of what? say what to remind you of")
        if isinstance(found, When) and not found.timed:
            found = When(found.at + timedelta(hours=9), timed=True)
        made = self._clocked("reminder", found, _name(what), context, now)
        say = f"I will remind you {_when(made, now)}: {turned(made.name)}."
        return await self._added(made, say, context)

    async def left(
        self,
        context: Context,
        kind: Literal["any", "timer", "alarm", "reminder"] = "any",
        which: Annotated[str, "its name, if they said so"] = "",
    ) -> Result:
        """Tell which timers, alarms and reminders there are, and how long is left."""
        now = self._keeper.now()
        mine = [i for i in seen(self._keeper.items, context.speaker) if kind in ("any", i.kind)]
        if which:
            mine = list(choose(tuple(mine), kind, which, context.speaker, now))
        if not mine:
            none = {"any": "timers, alarms or reminders"}.get(kind, f"{kind}s")
            return Result(f"no {none}", f"There are no {none}.")
        data = {"items": [{"number": i.number, "kind": i.kind, "at": i.at} for i in mine]}
        if len(mine) == 1 and mine[0].kind == "timer" and not mine[0].rung:
            left_s = timedelta(seconds=max(0.0, mine[0].at - now.timestamp()))
            return Result(all_told(mine, now), f"{say_length(left_s)} left.", data=data)
        return Result(all_told(mine, now), all_told(mine, now), data=data)

    async def cancel(
        self,
        context: Context,
        kind: Literal["any", "timer", "alarm", "reminder"] = "any",
        which: Annotated[str, "its name, length or time; 'all'; empty: the one that rings"] = "",
    ) -> Result:
        """Cancel a timer, an alarm or a reminder, or stop what rings now."""
        now = self._keeper.now()
        if which == "ringing":
            chosen = ringing(self._keeper.items)
            if not chosen:
                raise Unclear("nothing rings")
        else:
            items = self._keeper.items
            chosen = choose(items, kind, which, context.speaker, now, context.words)
        await self._keeper.cancel(chosen)
        names = listed([named(item) for item in chosen], 6)
        if all(item.rung for item in chosen):
            return Result(f"stopped: {names}", "Stopped.")
        gone = tuple(item for item in chosen if not item.rung)
        self._cancelled[owner(context.speaker)] = gone
        undo = Call("bring_back", json.dumps({"items": [written(item) for item in gone]}))
        text = f"cancelled: {names}"
        say = capital(f"{names} {'is' if len(chosen) == 1 else 'are'} cancelled.")
        return Result(text, say, undo=undo)

    async def extend(
        self,
        context: Context,
        length: Annotated[str, "how much: 'five minutes'"],
        which: Annotated[str, "the timer's name, if they said so"] = "",
        less: Annotated[bool, "take it off instead of adding it"] = False,
    ) -> Result:
        """Make a running timer longer, or shorter."""
        by = _length(length)
        now = self._keeper.now()
        (item, *more) = choose(self._keeper.items, "timer", which, context.speaker, now)
        if more:
            raise Unclear("which timer? several ring")
        seconds = -by.total_seconds() if less else by.total_seconds()
        start = now.timestamp() if item.rung else item.at
        at, whole = start + seconds, item.length_s + seconds
        if at <= now.timestamp() or whole <= 0:
            raise Refused("it has not that much left; cancel it instead")
        await self._keeper.change(replace(item, at=at, length_s=whole, rung=0))
        text = f"{say_length(timedelta(seconds=at - now.timestamp()))} left now"
        back = {"length": f"{by.total_seconds():g} seconds", "which": f"#{item.number}"}
        undo = Call("extend", json.dumps({**back, "less": not less}))
        return Result(text, f"{capital(text)}.", undo=undo)

    async def snooze(self, length: Annotated[str, "'five minutes'; empty: nine"] = "") -> Result:
        """Let what rings now ring again later."""
        rings = ringing(self._keeper.items)
        if not rings:
            raise Unclear("nothing rings")
        by = _length(length) if length else SNOOZE
        now = self._keeper.now()
        for item in rings:
            await self._keeper.change(replace(item, at=later(now, by).timestamp(), rung=0))
        return Result(f"again in {say_length(by)}", f"Again in {say_length(by)}.")

    async def bring_back(
        self,
        context: Context,
        items: Annotated[list[dict[str, Any]] | None, "leave it out: the last ones"] = None,
    ) -> Result:
        """Set again what the speaker cancelled last."""
        cancelled = self._cancelled.get(owner(context.speaker), ())
        if items is not None:
            try:
                cancelled = tuple(map(read, items))
            except (KeyError, TypeError, ValueError, OverflowError):
                raise Refused("these are no items; leave them out") from None
        back = await self._keeper.bring_back(cancelled)
        if not back:
            raise Refused("there is nothing to bring back that is still to come")
        told = all_told(back, self._keeper.now())
        return Result(f"set again: {told}", f"Set again. {told}")

    async def now(
        self,
        what: Literal["time", "date"] = "time",
        place: Annotated[str, "a city or a country; empty: here"] = "",
    ) -> Result:
        """The time of day or the date, here or elsewhere."""
        now = self._keeper.now()
        if place and not re.fullmatch(r"here|home|this (?:city|house|room)", place.lower()):
            zone = zone_of(place)
            if zone is None:
                raise Unclear(f"the zone of {line(place, 40)} is not known; say a bigger city")
            there = now.astimezone(zone)
            return _told(there, what, f" in {line(place, 40).title()}", there.date() != now.date())
        return _told(now, what, "", False)

    def _put_right(self, item: Item, context: Context) -> Item | None:
        number, at = self._newest.get((item.owner, item.kind), (0, None))
        there = any(one.number == number and not one.rung for one in self._keeper.items)
        if at is None or not there or not corrects(context.words):
            return None
        return replace(item, number=number) if self._keeper.now() - at < PUT_RIGHT_FOR else None

    def _clocked(
        self, kind: Kind, found: When | Repeat, name: str, context: Context, now: datetime
    ) -> Item:
        at = found.after(now) if isinstance(found, Repeat) else found.at
        if at <= now:
            raise Refused(f"{say_moment(at, now)} is over already; say a later time")
        again = found if isinstance(found, Repeat) else None
        return Item(0, kind, at.timestamp(), name, owner(context.speaker), repeat=again)

    async def _added(self, item: Item, say: str, context: Context) -> Result:
        """A new one; or, where the speaker puts right what they have just set, that one changed."""
        made = self._put_right(item, context)
        if made is not None:
            await self._keeper.change(made)
        else:
            made = await self._keeper.add(item)
        self._newest[made.owner, made.kind] = (made.number, self._keeper.now())
        undo = Call("cancel", json.dumps({"kind": made.kind, "which": f"#{made.number}"}))
        return Result(say, say, undo=undo, data={"number": made.number, "at": made.at})


def _told(now: datetime, what: str, where: str, other_day: bool) -> Result:
    day = f"{now:%A}, {now:%B} {now.day}"
    data = {"now": now.isoformat(timespec="seconds")}
    if what == "date":
        return Result(f"{day}, {now.year}{where}", f"It is {day}{where}.", data=data)
    also = f", {now:%A}" if other_day else ""
    return Result(
        f"{say_time(now)}{where}, {day}", f"It is {say_time(now)}{where}{also}.", data=data
    )


def _timer(words: str, name: str) -> tuple[timedelta, str]:
    """The length and the name of a timer; a name may stand in the length's words."""
    said = re.sub(r"^(?:for|of) | timer$", "", words.strip().lower())
    if found := length(said):
        return found, name
    for pattern in (r"(?P<length>.+?) for (?P<name>.+)", r"(?P<name>.+?) for (?P<length>.+)"):
        if (parts := re.fullmatch(pattern, said)) and (found := length(parts["length"])):
            return found, name or parts["name"]
    for end in range(said.count(" "), 0, -1):
        rest = said.split()[end:]
        found = length(" ".join(said.split()[:end]))
        if found and len(rest) <= _MOST_NAME and rest[0] not in _JOINS:
            return found, name or " ".join(rest)
    article, *after = said.split()
    for start in range(1, min(_MOST_NAME, len(after) - 1) + 1) if article in ("the", "my") else ():
        if found := length(" ".join(after[start:])):  # "timer for the eggs, six minutes"
            return found, name or " ".join(after[:start]).rstrip(",")
    raise Unclear("how long? say a length of time like 'ten minutes' or 'an hour and a half'")


def _length(words: str) -> timedelta:
    said = re.sub(r"\b(?:more|another|extra|other|for)\b", " ", words.lower())
    found = length(" ".join(said.split()))
    if not found or not timedelta(0) < found <= LONGEST:
        raise Unclear("how long? say a length of time like 'five minutes'")
    return found


def _name(words: str) -> str:
    """Without what people put before it; short enough to be said."""
    return line(re.sub(r"^(?:the|my|a|an|called) ", "", words.strip(), flags=re.IGNORECASE), 120)


def _when(item: Item, now: datetime) -> str:
    if item.repeat:
        return say_repeat(item.repeat)
    return say_moment(datetime.fromtimestamp(item.at, now.tzinfo), now)


def _cancelling(arguments: Mapping[str, Any]) -> str:
    kind, which = arguments.get("kind", "any"), arguments.get("which", "")
    return f"cancel {which} {'what was set' if kind == 'any' else kind}".replace("  ", " ")
