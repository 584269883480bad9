"""Which item somebody means. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from vivavoce.core import Speaker
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.time.items import Item, Items, Kind, ringing
from vivavoce.experts.builtin.time.wording import named, told
from vivavoce.experts.prose import listed
from vivavoce.experts.when import length, moment

ALL = ("all", "everything", "every", "all of them", "both")
_BARE = frozenset(("it", "that", "this", "one", "last", "now", "just", "set", "i"))
"""Words that name none of several."""
_NTH = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "latest": -1, "newest": -1}
_AROUND = re.compile(r"\b(?:the|my|our|a|an|timers?|alarms?|reminders?|for|to|called|of|at)\b")


def seen(items: Sequence[Item], speaker: Speaker) -> Items:
    """Reminders are for whom they are; timers and alarms are the house's."""
    return tuple(
        item
        for item in items
        if item.kind != "reminder" or item.owner in ("", owner(speaker)) or speaker.rank == "owner"
    )


def owner(speaker: Speaker) -> str:
    """Whose an item is that they set; the terminal's own is nobody's."""
    return "" if speaker.name == "owner" else speaker.name


def choose(
    items: Items, kind: str, which: str, speaker: Speaker, now: datetime, words: str = ""
) -> Items:
    """kind: or "any". which: a name, a length, a time, "#3", "the second one", "all", or empty: the
    one there is, or all that ring. words: what the speaker said, which may tell more. Unclear:
    none, or several."""
    mine = [item for item in seen(items, speaker) if kind in ("any", item.kind)]
    which = which.lower().strip()
    named_kind = next((one for one in get_args(Kind) if which.rstrip("s").endswith(one)), "")
    if which and not _words(which) - _BARE:  # "the timer", "that one"
        which = ""
        mine = [item for item in mine if item.kind == named_kind] or mine
    nth = _nth(which or words, len(mine))
    if which in ALL:
        found: Sequence[Item] = mine
    elif nth is not None and (not which or not _words(which) - _BARE - set(_NTH)):
        found = sorted(mine, key=lambda item: item.number)[nth : nth + 1 or None]
    elif which:
        found = _called(mine, which, now)
    else:
        found = ringing(mine) or mine
        own = [item for item in found if item.owner == owner(speaker)]
        found = own if len(own) == 1 and len(found) > 1 else found
    if not found:
        there = f"; there are: {listed([named(item) for item in mine], 6)}" if mine else ""
        raise Unclear(f"there is no such {'timer' if kind == 'any' else kind}{there}")
    if len(found) > 1 and which not in ALL and not all(item.rung for item in found):
        raise Unclear(f"which one: {listed([told(item, now) for item in found], 6)}?")
    return tuple(found)


def _called(items: Sequence[Item], which: str, now: datetime) -> list[Item]:
    if which.startswith("#"):
        return [item for item in items if f"#{item.number}" == which]
    words = _words(which)
    for fits in (
        lambda item: words and words == _words(item.name),
        lambda item: words and (words <= _words(item.name) or words >= _words(item.name) != set()),
        lambda item: item.length_s and _seconds(which) == item.length_s,
        lambda item: item.kind != "timer" and _same_time(item, which, now),
    ):
        if found := [item for item in items if fits(item)]:
            return found
    return []


def _nth(said: str, count: int) -> int | None:
    """ "The second one", of so many in the order in which they were set; None: nothing of the
    kind is said, or there is none."""
    told = next((_NTH[word] for word in re.findall(r"\w+", said.lower()) if word in _NTH), None)
    return told if told is not None and count > 1 and -count <= told < count else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", _AROUND.sub(" ", text.lower())))


def _seconds(which: str) -> float | None:
    found = length(re.sub(r"[ -](?:timer|one)$", "", which))
    return found.total_seconds() if found else None


def _same_time(item: Item, which: str, now: datetime) -> bool:
    """Seven is 7 am as well as 7 pm, unless it was said."""
    meant = moment(re.sub(r"\b(?:alarm|reminder|one|my|the)\b", "", which).strip(), now)
    if meant is None:
        return False
    at = datetime.fromtimestamp(item.at, now.tzinfo)
    if not meant.timed:
        return at.date() == meant.at.date()
    half = bool(re.search(r"\b[ap]\.?m\b|morning|evening|night|noon", which))
    hours = 24 if half else 12
    return (at.hour % hours, at.minute) == (meant.at.hour % hours, meant.at.minute)
