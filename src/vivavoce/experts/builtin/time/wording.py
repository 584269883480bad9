"""Items in words. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from vivavoce.experts.builtin.time.items import Due, Item
from vivavoce.experts.prose import listed
from vivavoce.experts.when import say_length, say_moment, say_repeat

LOST = "My list of timers and reminders was damaged, so I don't have them any more. Set them again."
_TURNED = {
    "my": "your",
    "me": "you",
    "i": "you",
    "mine": "yours",
    "myself": "yourself",
    "i'm": "you're",
    "i've": "you've",
    "i'll": "you'll",
    "am": "are",
    "our": "your",
    "we": "you",
}


def turned(what: str) -> str:
    """What somebody said of themselves, said to them: "call my mum" → "call your mum"."""
    return re.sub(r"[A-Za-z]+(?:'[a-z]+)?", lambda w: _TURNED.get(w[0].lower(), w[0]), what)


def said(due: Due, now: datetime) -> str:
    """When it is due, or was."""
    item = due.item
    you = f"{item.owner}, " if item.owner else ""
    was = datetime.fromtimestamp(item.at, now.tzinfo)
    if due.late:
        late = f"{say_length(due.late)} ago"
        if item.kind == "timer":
            return capital(f"{you}{named(item)} was over {late}; I could not say so then.")
        if item.kind == "alarm":
            return capital(f"{you}I missed {named(item)} {say_moment(was, now)}; that was {late}.")
        return capital(f"{you}late, it was due {late}: {turned(item.name)}.")
    if item.kind == "timer":
        return capital(f"{you}{named(item)} is over.")
    if item.kind == "alarm":
        return capital(f"{you}it is {say_moment(now, now).removeprefix('at ')}: {named(item)}.")
    return capital(f"{you}remember: {turned(item.name)}.")


def named(item: Item) -> str:
    """ "your timer for the pasta", "your timer of 10 minutes", 'the reminder "call mum"'."""
    if item.kind == "reminder":
        return f'the reminder "{turned(item.name)}"'
    if item.name:
        return f"your {item.kind} for {item.name}"
    if item.kind == "timer" and item.length_s:
        return f"your timer of {say_length(timedelta(seconds=item.length_s))}"
    return f"your {item.kind}"


def told(item: Item, now: datetime) -> str:
    """With when: "your timer for the pasta: 4 minutes left"."""
    if item.rung:
        return f"{named(item)}: rings now"
    if item.kind == "timer":
        left = timedelta(seconds=max(0.0, item.at - now.timestamp()))
        return f"{named(item)}: {say_length(left)} left"
    if item.repeat:
        return f"{named(item)}: {say_repeat(item.repeat)}"
    return f"{named(item)}: {say_moment(datetime.fromtimestamp(item.at, now.tzinfo), now)}"


def all_told(items: Sequence[Item], now: datetime) -> str:
    """Several, the next first."""
    ordered = sorted(items, key=lambda item: item.at)
    return capital(listed([told(item, now) for item in ordered], 6) + ".")


def capital(sentence: str) -> str:
    """Its first letter is a capital."""
    return sentence[:1].upper() + sentence[1:]
