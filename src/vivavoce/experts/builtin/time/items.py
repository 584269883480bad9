"""What will ring, and the pure steps of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from vivavoce.experts.when import Repeat

Kind = Literal["timer", "alarm", "reminder"]

RINGS: Mapping[Kind, int] = {"timer": 3, "alarm": 10, "reminder": 1}
"""How often each is said until somebody stops it."""
AGAIN_S: Mapping[Kind, float] = {"timer": 20.0, "alarm": 60.0, "reminder": 0.0}
LAST = 250_000_000_000.0
"""No item is later: the year 9892."""
LATE_S = 60.0
"""What is later than that was missed: it is said once, and how late."""


@dataclass(frozen=True, slots=True)
class Item:
    """One timer, alarm or reminder."""

    number: int
    kind: Kind
    at: float
    """When it rings next; seconds since 1970, UTC."""
    name: str = ""
    """A reminder's: what to do."""
    owner: str = ""
    """Whose it is; empty: nobody's in particular."""
    length_s: float = 0.0
    """Of a timer, from its start."""
    repeat: Repeat | None = None
    rung: int = 0
    """How often it was said since it is due; more than 0: it rings."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be said now."""

    item: Item
    late: timedelta
    """0 unless it was missed."""


Items = tuple[Item, ...]


def step(items: Items, now: datetime) -> tuple[Items, tuple[Due, ...]]:
    """What is left, and what is due."""
    kept: list[Item] = []
    due: list[Due] = []
    for item in items:
        late = now.timestamp() - item.at
        if late < 0:
            kept.append(item)
            continue
        missed = late > LATE_S
        if not (missed and item.rung):
            due.append(Due(item, timedelta(seconds=late if missed else 0)))
        if missed or item.rung + 1 >= RINGS[item.kind]:
            kept += after(item, now)
        else:
            again = now.timestamp() + AGAIN_S[item.kind]
            kept.append(replace(item, rung=item.rung + 1, at=again))
    return tuple(kept), tuple(due)


def after(item: Item, now: datetime) -> Items:
    """What stays of one that has rung enough: its next time, if it has one."""
    if item.repeat is None:
        return ()
    return (replace(item, rung=0, at=item.repeat.after(now).timestamp()),)


def jumped(items: Items, seconds: float, now: datetime) -> Items:
    """The machine's clock was set: timers measure real time, the rest goes by the clock."""
    moved = []
    for item in items:
        if item.kind == "timer" or item.rung:
            item = replace(item, at=item.at + seconds)
        elif item.repeat:
            item = replace(item, at=item.repeat.after(now).timestamp()) if seconds < 0 else item
        moved.append(item)
    return tuple(moved)


def wait_s(items: Items, now: datetime, most: float) -> float:
    """Until the next is due, at most so long."""
    return min([most, *(max(0.0, item.at - now.timestamp()) for item in items)])


def ringing(items: Iterable[Item]) -> Items:
    """Those that wait to be stopped."""
    return tuple(item for item in items if item.rung)


def written(item: Item) -> dict[str, Any]:
    """As JSON."""
    made: dict[str, Any] = {
        "number": item.number,
        "kind": item.kind,
        "at": item.at,
        "name": item.name,
        "owner": item.owner,
        "length_s": item.length_s,
        "rung": item.rung,
    }
    if item.repeat:
        made["days"] = sorted(item.repeat.days)
        made["clock"] = [item.repeat.hour, item.repeat.minute]
    return made


def read(made: Mapping[str, Any]) -> Item:
    """From JSON; KeyError, TypeError or ValueError: it is no item."""
    if made["kind"] not in RINGS:
        raise ValueError(made["kind"])
    at, length_s = float(made["at"]), float(made["length_s"])
    if not (0 <= at < LAST and 0 <= length_s < LAST):
        raise ValueError("at")
    repeat = None
    if "days" in made:
        hour, minute = made["clock"]
        days = frozenset(int(day) for day in made["days"])
        if not days or not days <= set(range(7)) or not (0 <= hour < 24 and 0 <= minute < 60):
            raise ValueError("repeat")
        repeat = Repeat(days, int(hour), int(minute))
    return Item(
        int(made["number"]),
        made["kind"],
        at,
        str(made["name"]),
        str(made["owner"]),
        length_s,
        repeat,
        int(made["rung"]),
    )
