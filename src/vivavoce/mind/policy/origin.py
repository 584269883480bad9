"""Where an argument's value comes from. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from vivavoce.mind.policy.asked import KINDS
from vivavoce.mind.policy.said import STOP, Said, date_in, plain, stem, tokens
from vivavoce.mind.policy.verdict import Read

Origin = Literal["speaker", "house", "outside"]
"""speaker: their own words. house: what they named, looked up in our own results. outside:
somebody else's text, or nowhere to be found (so a model may have put such a text into its own
words)."""

_RECORD = re.compile(r"\n(?=- )|\n\s*\n|(?<=\}),")
_KEY = re.compile(r"(?m)^[\s-]*[\w ]{1,24}:(?=\s|$)")
_TIME = re.compile(r"(?<=\d[ t])(\d{1,2}):(\d{2})")
_ID = re.compile(r"(?i)(?:^|_)ids?$")
_FRACTION = re.compile(r"[.,]\d*[1-9]")
HARD = re.compile(r"[@/\\]|\w\.\w|\d.*[a-z]|[a-z].*\d")
"""An address, a path, a code: nobody composes it from words."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a call may rest on."""

    speaker: Said
    house: tuple[str, ...]
    """Our own results."""
    outside: tuple[Read, ...]
    """Somebody else's."""


@dataclass(frozen=True, slots=True)
class Traced:
    """One value of a call."""

    argument: str
    value: Any
    origin: Origin
    source: str = ""
    """Of outside: whose text has it; empty: none literally."""


def evidence(speaker: Said, read: Sequence[Read]) -> Evidence:
    """Results by whose words they are."""
    return Evidence(
        speaker,
        tuple(r.text for r in read if not r.source),
        tuple(r for r in read if r.source),
    )


def trace(arguments: Mapping[str, Any], found: Evidence) -> list[Traced]:
    """Each value within the arguments, those of lists and objects too; and each name in an object
    that an outsider gave."""
    values = [_traced(name, value, found) for name, value in _leaves(arguments, "")]
    named = [_traced(name, key, found) for name, key in _keys(arguments, "")]
    return values + [name for name in named if name.source]


def _traced(name: str, value: Any, found: Evidence) -> Traced:
    text = _text(value)
    if not text or (_spoken(value, text, found) and not _chance(name, text, found.speaker)):
        return Traced(name, value, "speaker")
    if any(_looked_up(text, house, found.speaker) for house in found.house):
        return Traced(name, value, "house")
    source = next((r.source for r in found.outside if within(text, _plain(r.text))), "")
    return Traced(name, value, "outside", source)


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, name or str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value


def _keys(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The names in objects within an argument."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if name:
                yield name, str(key)
            yield from _keys(inner, name or str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _keys(inner, name)


def _text(value: Any) -> str:
    """As it would stand in a text; empty for what says nothing by itself."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return plain(str(value)).strip(" .,;!?\"'")


def _spoken(value: Any, text: str, found: Evidence) -> bool:
    """Whether the speaker's own words give it."""
    speaker = found.speaker
    if isinstance(value, (int, float)):
        return float(value) in speaker.numbers
    if within(text, speaker.text) or ("@" in text and text in speaker.spelled):
        return True
    if day := date_in(text):
        return _moment(text, (day.month, day.day), day.isoformat(), found)
    said = [token for token in tokens(text) if token not in STOP]
    return bool(said) and all(_word(token, speaker) for token in said)


def _chance(name: str, text: str, speaker: Said) -> bool:
    """A number that is somewhere in the words need not be the one of an entry."""
    if not text.isdigit() or not _ID.search(name):
        return False
    return not any(f"{word} {text}" in speaker.text for word in ("id", "number", "nr", "#"))


def _moment(text: str, day: tuple[int, int], iso: str, found: Evidence) -> bool:
    """A day that was named, and a time that was. A day from today on can't be counted here: it is
    the speaker's unless somebody else's text names it."""
    speaker = found.speaker
    near = speaker.near and not any(iso in read.text for read in found.outside)
    clock = _TIME.search(text)
    timed = clock is None or (int(clock[1]), int(clock[2])) in speaker.clocks
    return timed and (day in speaker.days or near)


def _word(token: str, speaker: Said) -> bool:
    if token in speaker.tokens:
        return True
    if HARD.search(token):
        return False
    if token.replace(",", "").isdigit():
        return float(token.replace(",", "")) in speaker.numbers
    return stem(token) in speaker.stems


def _looked_up(text: str, house: str, speaker: Said) -> bool:
    """Whether an entry of our own has it beside a word of the speaker's that tells this entry from
    the others."""
    if text not in _plain(house):
        return False
    entries = _entries(house)
    named = speaker.stems - KINDS - {stem(token) for token in tokens(text)}
    return any(
        within(text, plain(entry)) and any(_tells(word, entries) for word in _words(entry) & named)
        for entry in entries
        if text in plain(entry)
    )


def _tells(word: str, entries: Sequence[str]) -> bool:
    """Whether at most half of several entries have it."""
    return 2 * sum(word in entry.casefold() for entry in entries) <= len(entries) + 1


@lru_cache(maxsize=128)
def _entries(text: str) -> tuple[str, ...]:
    """The entries of a list, else the lines."""
    parts = _RECORD.split(text)
    if len(parts) == 1 and not text.startswith("- "):
        parts = text.splitlines()
    return tuple(parts)


@lru_cache(maxsize=512)
def _words(entry: str) -> frozenset[str]:
    """Stems of what it says; its keys are not what it says."""
    said = tokens(plain(_KEY.sub(" ", entry)))
    return frozenset(stem(word) for word in said if word not in STOP and len(word) > 1)


@lru_cache(maxsize=128)
def _plain(text: str) -> str:
    return plain(text)


def within(text: str, whole: str) -> bool:
    """Whether it stands there as words or a number of its own: 12 is in "12.00", not in "12.50"."""
    at = whole.find(text)
    while at >= 0:
        end = at + len(text)
        before, after = whole[max(0, at - 1) : at], whole[end : end + 1]
        joined = _joins(before, text[0]) or _joins(after, text[-1])
        if text[-1].isdigit() and not joined:
            joined = _FRACTION.match(whole, end) is not None
        if text[0].isdigit() and not joined:
            joined = before in (".", ",") and whole[max(0, at - 2) : at - 1].isdigit()
        if not joined:
            return True
        at = whole.find(text, at + 1)
    return False


def _joins(one: str, other: str) -> bool:
    return one.isalnum() and other.isalnum()
