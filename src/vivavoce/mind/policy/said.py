"""What a speaker's own words contain: words, numbers, days, times, addresses. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_STOP = (
    "a an and are as at be been but by can could did do does for from had has have he her him his "
    "i if in into is it its just me my no not of off on one or our out please she should so some "
    "that the their them then there these they this those to up us was we were what when where "
    "which who will with would you your"
)
STOP = frozenset(_STOP.split())
"""Words that say nothing by themselves."""
_TOKEN = re.compile(r"[\w$€£][\w'’-]*(?:[.@/:+][\w'’-]+)*", re.UNICODE)
_NUMBERED = re.compile(r"(^|\s)\d{1,2}[.)]\s")
"""The numbers of a list are no numbers that were said."""
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12,
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_SMALL = {word: n for n, word in enumerate(_UNITS.split())} | {
    word: 20 + 10 * n for n, word in enumerate(_TENS.split())
}
_BIG = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_YEAR = "january february march april may june july august september october november december"
_MONTHS = tuple(_YEAR.split())
_DIGITS = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?\s?m\b|\b(\d{1,2}):(\d{2})\b")
_NEAR = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|(?:next|this|coming) (?:week|weekend|month)|"
    r"mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?)\b"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "s", "e", "y")
_IRREGULAR = {
    "sent": "send", "paid": "pay", "bought": "buy", "wrote": "write", "written": "write",
    "told": "tell", "gave": "give", "made": "make", "e-mail": "email", "e-mails": "email",
    "to-do": "todo", "to-dos": "todo",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A text, taken apart."""

    text: str
    """Small letters, single spaces."""
    tokens: frozenset[str]
    stems: frozenset[str]
    numbers: frozenset[float]
    days: frozenset[tuple[int, int]]
    """(month, day)."""
    near: bool
    """Names a day from today on: tomorrow, on Monday."""
    clocks: frozenset[tuple[int, int]]
    """(hour, minute)."""
    spelled: str
    """Without spaces, "at" and "dot" as signs: an address that was spoken."""


@lru_cache(maxsize=256)
def said(words: tuple[str, ...]) -> Said:
    """Of all these requests."""
    text = plain(" \n".join(_NUMBERED.sub(r"\1; ", request) for request in words))
    found = tokens(text)
    spelled = text.replace(" at ", "@").replace(" dot ", ".").replace(" ", "")
    return Said(
        text,
        frozenset(found),
        frozenset(stem(token) for token in found),
        frozenset(_numbers(text, found)),
        frozenset(_days(text, found)),
        _NEAR.search(text) is not None,
        frozenset(_clocks(text)),
        spelled,
    )


def plain(text: str) -> str:
    """Small letters, single spaces, straight apostrophes."""
    return " ".join(text.casefold().replace("’", "'").split())


def tokens(text: str) -> list[str]:
    """Words; addresses, dates and file names stay whole."""
    return [found.rstrip("'-").removesuffix("'s") for found in _TOKEN.findall(text)]


def stem(word: str) -> str:
    """A word without its ending, the same for "sends", "sending" and "send"."""
    if word == "information":  # has nothing to do with "inform"
        return word
    word = _IRREGULAR.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def date_in(text: str) -> date | None:
    """The first ISO day in it that there is."""
    if found := _ISO.search(text):
        try:
            return date.fromisoformat(found[0])
        except ValueError:
            return None
    return None


def _numbers(text: str, found: list[str]) -> list[float]:
    written = [float(number.replace(",", "")) for number in _DIGITS.findall(text)]
    return written + [float(number) for number in _spoken(found)]


def _spoken(found: list[str]) -> list[int]:
    """Numbers in words: two hundred and five."""
    made: list[int] = []
    total = part = 0
    inside = False
    for token in [*(t for word in found for t in word.split("-")), ""]:
        if token in _SMALL:
            part += _SMALL[token]
            inside = True
        elif token in _BIG and inside:
            part = max(1, part) * _BIG[token]
            if _BIG[token] > 100:
                total, part = total + part, 0
        elif not (token == "and" and inside):
            if inside:
                made.append(total + part)
            total = part = 0
            inside = False
    return made


def _days(text: str, found: list[str]) -> list[tuple[int, int]]:
    months = [_MONTHS.index(token) + 1 for token in found if token in _MONTHS]
    iso = [day for text_ in _ISO.findall(text) if (day := date_in(text_))]
    if not months:
        return [(day.month, day.day) for day in iso]
    numbers = {int(n) for n in _numbers(text, found) if n < 32} | {
        int(n) for n in _ORDINAL.findall(text)
    }
    numbers |= {n for word, n in _ORDINALS.items() if word in found}
    return [(m, d) for m in months for d in numbers] + [(day.month, day.day) for day in iso]


def _clocks(text: str) -> list[tuple[int, int]]:
    made = []
    for hour, minute, half, hour24, minute24 in _CLOCK.findall(text):
        if half:
            made.append((int(hour) % 12 + (12 if half == "p" else 0), int(minute or 0)))
        else:
            made.append((int(hour24), int(minute24)))
    return made
