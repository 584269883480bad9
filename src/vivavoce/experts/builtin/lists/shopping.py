"""The tools of lists."""

import json
import re
from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread

from vivavoce.core import Call, Refused
from vivavoce.experts import Context, Result, Tool, Unclear, tool
from vivavoce.experts.builtin.lists.store import Item, Store
from vivavoce.experts.builtin.lists.wording import (
    as_said,
    joined,
    key,
    named,
    sentence,
    things,
)

MOST_THINGS = 50
LONGEST = 120
"""Characters of one thing, or of a list's name."""
NO_LISTS = ("play", "guest", "mailing", "white", "black")
"""Lists that are none of ours."""
NO_THINGS = re.compile(
    r"^(?:ingredients (?:for|of)\b|everything (?:for|in|from)\b|"
    r"(?:time|luck|here|ideas|patience|sight|date|order|office|town)$)",
    re.IGNORECASE,
)
"""What nobody buys: "we are out of time"."""
Items = Annotated[str, 'Things, with commas: "milk, eggs, butter"']
ListName = Annotated[str, 'The list: "shopping", "to do", "packing"']


def shopping(store: Store) -> list[Tool]:
    """On this store."""

    async def add(items: Items, context: Context, list_name: ListName = "shopping") -> Result:
        """Add one or several things to a list; a new list begins by itself."""
        name, wanted = _list(list_name), _things(as_said(items, context.words))
        before = await to_thread.run_sync(store.items, name)
        change, new, there = await to_thread.run_sync(
            store.add, name, wanted, context.speaker.name, context.now()
        )
        if not new:
            be = "is" if len(there) == 1 else "are"
            said = f"{joined(there)} {be} on the {name} list already"
            return Result(said, sentence(said))
        said = f"{joined(new)} {'is' if len(new) == 1 else 'are'} on the {name} list now"
        if there:
            said += f"; {joined(there)} {'was' if len(there) == 1 else 'were'} there already"
        if not before and name not in ("shopping", "to do"):
            said += ", which is new"
        return Result(said, sentence(said), undo=back(change))

    async def remove(items: Items, context: Context, list_name: ListName = "shopping") -> Result:
        """Take one or several things off a list: they were bought or done."""
        name = _list(list_name)
        on = await to_thread.run_sync(store.items, name)
        found, missing = _found(on, _things(as_said(items, context.words)))
        if not found:
            raise Unclear(f"there is no {joined(missing)} on the {name} list")
        change = await to_thread.run_sync(store.remove, name, found, context.now())
        said = f"{joined(found)} {'is' if len(found) == 1 else 'are'} off the {name} list"
        if missing:
            said += f"; {joined(missing)} {'was' if len(missing) == 1 else 'were'} not on it"
        return Result(said, sentence(said), undo=back(change))

    async def show(
        list_name: Annotated[str, "The list; empty: which lists there are"] = "",
        item: Annotated[str, "Only this thing: is it on the list, who added it"] = "",
    ) -> Result:
        """Tell what is on a list, or whether and by whom one thing was put on it."""
        if not list_name.strip() and not item.strip():
            return _lists(await to_thread.run_sync(store.lists))
        name = _list(list_name)
        on = await to_thread.run_sync(store.items, name)
        if item.strip():
            return _one(name, on, item)
        if not on:
            said = f"there is nothing on the {name} list"
            return Result(said, sentence(said), data={"items": []})
        told = "\n".join(f"{i.name}{f' (added by {i.by})' if i.by else ''}" for i in on)
        text = f"{name} list, {len(on)} things:\n{told}"
        said = f"on the {name} list: {joined([i.name for i in on])}"
        return Result(text, sentence(said), data={"items": [i.name for i in on]})

    async def clear(context: Context, list_name: ListName = "shopping") -> Result:
        """Take everything off a list."""
        name = _list(list_name)
        on = await to_thread.run_sync(store.items, name)
        if not on:
            said = f"there is nothing on the {name} list"
            return Result(said, sentence(said))
        names = [item.name for item in on]
        change = await to_thread.run_sync(store.remove, name, names, context.now())
        count = "one thing was" if len(on) == 1 else f"{len(on)} things were"
        said = f"the {name} list is empty now; {count} on it"
        return Result(said, sentence(said), undo=back(change))

    async def put_back(change: Annotated[int, "The change's number"], context: Context) -> Result:
        """Undo one earlier change of a list or a recipe, by its number."""
        new, moved = await to_thread.run_sync(store.put_back, change, context.now())
        if not moved:
            raise Refused(f"there is no change {change} to put back")
        return Result("put back as it was", "It is as it was before.", undo=back(new))

    return [
        tool(add, "change"),
        tool(remove, "change"),
        tool(show),
        tool(clear, "change", summary=lambda a: f"clear the {named(a.get('list_name', ''))} list"),
        tool(put_back, "change"),
    ]


def back(change: int) -> Call:
    """The call that undoes it."""
    return Call("put_back", json.dumps({"change": change}))


def _list(text: str) -> str:
    name = named(text)
    if name in NO_LISTS or len(name) > LONGEST:
        raise Unclear(f"the {name[:LONGEST]} list is none of mine")
    return name


def _things(text: str) -> Sequence[str]:
    found = things(text)
    if not found:
        raise Unclear("what is it about?")
    if any(NO_THINGS.match(thing) for thing in found):
        raise Unclear(f"{joined(found)} can't be put on a list as it is")
    if len(found) > MOST_THINGS or any(len(thing) > LONGEST for thing in found):
        raise Unclear(f"that is too much at once; at most {MOST_THINGS} short things")
    return found


def _found(on: Sequence[Item], wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names on the list that are meant, and what is not there. Unclear: two fit one."""
    found: list[str] = []
    missing: list[str] = []
    for thing in wanted:
        fits = [item.name for item in on if key(item.name) == key(thing)]
        words = set(key(thing).split())
        fits = fits or [item.name for item in on if words <= set(key(item.name).split())]
        if len(fits) > 1:
            raise Unclear(f"{joined(fits)} fit {thing!r}; which one?")
        found += [name for name in fits if name not in found]
        missing += [] if fits else [thing]
    return found, missing


def _one(name: str, on: Sequence[Item], item: str) -> Result:
    found, missing = _found(on, _things(item))
    if not found:
        said = (
            f"no, {joined(missing)} {'is' if len(missing) == 1 else 'are'} not on the {name} list"
        )
        return Result(said, sentence(said), data={"on": False})
    told = []
    for entry in on:
        if entry.name in found:
            by = f"{entry.by} added it" if entry.by else "it was added"
            told.append(f"{entry.name} is on the {name} list; {by} on {entry.at:%A at %H:%M}")
    said = ". ".join(told)
    return Result(said, sentence(said), data={"on": True})


def _lists(found: dict[str, int]) -> Result:
    if not found:
        return Result("there are no lists", "There is nothing on any list.", data={"lists": {}})
    told = [f"{name} ({count})" for name, count in found.items()]
    one = "one list" if len(found) == 1 else f"{len(found)} lists"
    said = f"you have {one}: {joined(list(found))}"
    return Result(f"lists: {', '.join(told)}", sentence(said), data={"lists": found})
