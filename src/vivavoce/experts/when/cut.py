"""A request cut into what it is about and when: "call mum at five" → "call mum", 17:00."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from vivavoce.experts.when.days import MONTHS, WEEKDAYS
from vivavoce.experts.when.lengths import length
from vivavoce.experts.when.moment import Repeat, Span, When, moment, repeat, span

T = TypeVar("T")
_CUE = re.compile(
    r"(?:at|in|on|by|every|this|next|today|tonight|tomorrow|the day after|a week|from|between|"
    r"daily|christmas|midnight|noon|weekdays|the \w+ (?:of|at)|"
    r"\d{1,2}(?::\d\d)? ?[ap]m|\d{1,2}:\d\d|"
    r"(?:an?|half an?|\w+|\w+ \w+) (?:minutes?|hours?|days?|weeks?) from now|"
    + "|".join(f"{day}s?" for day in WEEKDAYS)
    + "|"
    + "|".join(month for month in MONTHS if month not in ("may", "march"))
    + r")\b",
    re.IGNORECASE,
)
_HANGS = re.compile(
    r"\b(?:about|of|the|with|to|and|a|an|my|our|for|until|from|between)$", re.IGNORECASE
)
_FOR = re.compile(r"^(?P<rest>.+?) (?:for|lasting) (?P<length>.+)$", re.IGNORECASE)
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Cut(Generic[T]):
    """rest: what is left of the words."""

    rest: str
    found: T


def cut_moment(text: str, now: datetime, *, morning: bool = False) -> Cut[When | Repeat] | None:
    """The moment, or the repeat, at the end or the beginning of a text; None: there is none, or
    nothing else."""

    def read(words: str) -> When | Repeat | None:
        return repeat(words, now, morning=morning) or moment(words, now, morning=morning)

    return _cut(text, read)


def cut_span(text: str, now: datetime) -> Cut[Span] | None:
    """Likewise a span of time that was said in full: "from ten to twelve on Friday"."""

    def read(words: str) -> Span | None:
        return span(words, now) if re.search(r"\b(?:from|between)\b", words) else None

    return _cut(text, read)


def cut_length(text: str) -> Cut[timedelta] | None:
    """The length at a text's end: "dentist for an hour"."""
    found = _FOR.match(text.strip())
    while found:
        if made := length(found["length"]):
            return Cut(found["rest"], made)
        more = _FOR.match(found["length"])
        if not more:
            break
        whole = f"{found['rest']} for {more['rest']}"
        made = length(more["length"])
        return Cut(whole, made) if made else None
    return None


def _cut(text: str, read: Callable[[str], T | None]) -> Cut[T] | None:
    words = text.split()
    for start in range(max(1, len(words) - _MOST_WORDS), len(words)):
        tail, rest = " ".join(words[start:]), " ".join(words[:start])
        if _CUE.match(tail) and not _HANGS.search(rest) and (found := read(tail)):
            return Cut(rest, found)
    for end in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        head, rest = " ".join(words[:end]), " ".join(words[end:])
        if _CUE.match(head) and (found := read(head)):
            return Cut(re.sub(r"^(?:to|that|about|,) ", "", rest), found)
    return None
