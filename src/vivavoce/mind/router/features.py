"""What a question looks like: a few counts, and its words in buckets. English; pure.

Counts tell how long a way it is to the answer (numbers, comparisons, rates, units, what is asked
for); words tell what it is about."""

import math
import re
import zlib

import numpy as np
from numpy.typing import NDArray

MOST_CHARS = 4_000
"""Of a longer text its beginning and its end are looked at, half of it each."""
BUCKETS = 4_096

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_WORD = re.compile(r"[a-z']+|\d+|[%$/.?=^]")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_VALUES = {
    "zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0,
    "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0, "seventeen": 17.0,
    "eighteen": 18.0, "nineteen": 19.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0,
    "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
    "hundred": 100.0, "thousand": 1000.0, "dozen": 12.0, "twice": 2.0, "half": 0.5,
    "third": 1 / 3, "quarter": 0.25, "double": 2.0, "triple": 3.0, "couple": 2.0, "pair": 2.0,
}  # fmt: skip
_COUNTED = {
    "cents": r"\$\d[\d,]*\.\d\d",
    "dollars": r"\$",
    "percent": r"%|percent",
    "fractions": r"\d/\d|\bhalf\b|\bthirds?\b|\bquarters?\b|\bfourths?\b|\bfifths?\b",
    "times": r"\btimes\b|\btwice\b|\bdoubled?\b|\btriple[sd]?\b|\bthrice\b",
    "than": r"\bthan\b",
    "more": r"\bmore\b",
    "less": r"\bless\b|\bfewer\b",
    "rates": r"\beach\b|\bevery\b|\bper\b|\ban? (?:minute|hour|day|week|month|year)\b",
    "if": r"\bif\b",
    "order": r"\bafter\b|\bthen\b|\bbefore\b|\bnext\b|\bfirst\b|\bfinally\b",
    "rest": r"\brest\b|\bremain\w*|\bleft\b|\bothers?\b",
    "as": r"\bas (?:many|much|old|long|tall|far|fast)\b",
    "time": r"\b(?:second|minute|hour|day|week|month|year)s?\b",
    "measures": r"\b(?:mile|foot|inch|meter|yard|pound|ounce|gallon|liter|cup|acre)s?\b|\bfeet\b",
    "not": r"\bnot\b|n't\b|\bexcept\b|\bwithout\b|\bonly\b|\bunless\b|\bnever\b",
    "and": r"\band\b",
    "commas": r",",
    "questions": r"\?",
    "lines": r"\n",
    "choices": r"(?m)^\s*\(?[A-E][.):]",
    "symbols": r"[=^_{}\\<>|*+]",
    "why": r"\bwhy\b|\bhow does\b|\bexplain\b|\bprove\b|\bcompare\b|\bplan\b|\bdesign\b",
    "code": r"```|\bdef \w|\bclass \w|\bfunction\b|\breturn\b|;\s*$",
}
_FOUND = {
    "dollar": r"\$",
    "thousands": r"\d,\d\d\d",
    "ages": r"\byears? old\b|\bage\b|\bolder\b|\byounger\b",
    "means": r"\baverage\b|\bmean\b|\bratio\b",
    "speed": r"\bspeed\b|\bmph\b|\bper hour\b|\bfaster\b",
    "money": r"\bprofit|\bcost|\bpaid\b|\bpay|\bprice|\bearn|\bsav(?:e|ing)|\bspen[dt]",
    "terms": r"\bdiscount|\bsale\b|\btax|\btip\b|\binterest\b|\bfee\b|\boff\b",
}
_ASKED = {
    "how many": r"how many",
    "how much": r"how much",
    "what": r"\bwhat\b",
    "total": r"\btotal|altogether|\ball\b|combined|together",
    "how long": r"how (?:long|old|far|tall|fast)",
    "left": r"\bleft\b|\bremain",
    "compared": r"\bmore\b|\bless\b|\bfewer\b",
    "in percent": r"percent|%",
    "money": r"dollar|money|cost|pay|spend|earn|price",
    "a rate": r"\bper\b|\beach\b",
    "a unit": r"\bhours?\b|\bminutes?\b|\bdays?\b|\bcents?\b",
}
_COUNTERS = {name: re.compile(pattern) for name, pattern in _COUNTED.items()}
_FINDERS = {name: re.compile(pattern) for name, pattern in _FOUND.items()}
_ASKERS = {name: re.compile(pattern) for name, pattern in _ASKED.items()}
_MEASURED = (
    "chars", "words", "sentences", "numbers", "number words", "all numbers", "different numbers",
    "largest", "mean size", "decimals", "asked words", "asked numbers", "names", "word length",
    "variety", "long words", "longest sentence", "units",
)  # fmt: skip
NAMES: tuple[str, ...] = (*_MEASURED, *_COUNTED, *_FOUND, *(f"asks {name}" for name in _ASKED))
_UNIT = re.compile(r"\b(second|minute|hour|day|week|month|year)s?\b")


def shown(text: str) -> str:
    """The part that is looked at."""
    if len(text) <= MOST_CHARS:
        return text
    return f"{text[: MOST_CHARS // 2]} {text[-MOST_CHARS // 2 :]}"


def counts(text: str) -> NDArray[np.float64]:
    """(len(NAMES),): sizes as logarithms, findings as 0 or 1."""
    text = shown(text).strip()
    low = text.lower()
    words = re.findall(r"[a-z']+", low)
    written = _NUMBER.findall(text)
    numbers = [float(n.replace(",", "")) for n in written]
    worded = [_VALUES[w] for w in words if w in _VALUES]
    sizes = [math.log10(1 + n) for n in (*numbers, *worded)]
    sentences = [s for s in _SENTENCE.split(text) if s]
    asked = sentences[-1].lower() if sentences else ""
    measured = (
        math.log1p(len(text)),
        math.log1p(len(words)),
        math.log1p(len(sentences)),
        math.log1p(len(numbers)),
        math.log1p(len(worded)),
        math.log1p(len(sizes)),
        math.log1p(len({*numbers, *worded})),
        min(12.0, max(sizes, default=0.0)),
        min(12.0, sum(sizes) / len(sizes)) if sizes else 0.0,
        math.log1p(sum(not n.is_integer() for n in numbers)),
        math.log1p(len(asked.split())),
        math.log1p(len(_NUMBER.findall(asked))),
        math.log1p(len(set(_NAME.findall(text)))),
        sum(map(len, words)) / len(words) if words else 0.0,
        len(set(words)) / len(words) if words else 0.0,
        math.log1p(sum(len(w) > 9 for w in words)),
        math.log1p(max((len(s.split()) for s in sentences), default=0)),
        float(len(set(_UNIT.findall(low)))),
    )
    counted = (math.log1p(len(pattern.findall(low))) for pattern in _COUNTERS.values())
    found = (float(pattern.search(low) is not None) for pattern in _FINDERS.values())
    asks = (float(pattern.search(asked) is not None) for pattern in _ASKERS.values())
    return np.array([*measured, *counted, *found, *asks])


def buckets(text: str) -> dict[int, float]:
    """Bucket → log(1 + how often) of its words and pairs of words; digits all look the same."""
    words = ["0" if w.isdigit() else w for w in _WORD.findall(shown(text).lower())]
    met: dict[int, int] = {}
    for i, word in enumerate(words):
        for clue in (word, f"{word} {words[i + 1]}" if i + 1 < len(words) else f"{word} $"):
            bucket = zlib.crc32(clue.encode()) % BUCKETS
            met[bucket] = met.get(bucket, 0) + 1
    return {bucket: math.log1p(times) for bucket, times in met.items()}
