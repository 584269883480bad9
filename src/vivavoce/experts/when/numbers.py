"""Number words as digits, so that times and lengths are read by pattern."""

import re

_NAMES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_ONES = {name: value for value, name in enumerate(_NAMES)}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fifth": 5,
    "eighth": 8,
    "ninth": 9,
    "twelfth": 12,
    "twentieth": 20,
    "thirtieth": 30,
} | {f"{word}th": n for word, n in _ONES.items() if n in (4, 6, 7, 10, 11) or n > 12}
_TOKEN = re.compile(
    r"\d{4}-\d\d-\d\d|\d+\.\d+\.(?:\d{4})?|\d+[:.]\d+|\d+(?:st|nd|rd|th)\b|\d+|[a-z]+|\S"
)
_DROPPED = frozenset(",.!?;-'\"")


def digits(text: str) -> str:
    """Lower case, one space between tokens, numbers in digits: "Twenty-five past six" → "25 past
    6", "the twenty-fourth" → "the 24th"; a second of a clock stays one."""
    text = re.sub(r"[^\x00-\x7f]", "~", text.lower().replace("’", "'"))  # no digits of others
    text = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", text).replace("o'clock", "oclock")
    text = re.sub(r"(?<=[a-z])'(?=[a-z])", "", text)
    words = [word for word in _TOKEN.findall(text) if word not in _DROPPED]
    found: list[str] = []
    i = 0
    while i < len(words):
        one = bool(found) and (found[-1] == "a" or found[-1].isdigit())
        number, taken = ("", 0) if one and words[i] == "second" else _number(words, i)
        found.append(number if taken else words[i])
        i += taken or 1
    return " ".join(found)


def _number(words: list[str], i: int) -> tuple[str, int]:
    """The number that begins at i, and how many words it takes; 0 words: there is none."""
    value, taken = _below_hundred(words, i)
    if not taken and words[i] in ("a", "an") and words[i + 1 : i + 2] == ["hundred"]:
        value, taken = "1", 1
    if taken and value.isdigit() and words[i + taken : i + taken + 1] == ["hundred"]:
        taken += 1
        skip = int(words[i + taken : i + taken + 1] == ["and"])
        rest, more = _below_hundred(words, i + taken + skip)
        if more and rest.isdigit():
            return str(int(value) * 100 + int(rest)), taken + skip + more
        return str(int(value) * 100), taken
    return value, taken


def _below_hundred(words: list[str], i: int) -> tuple[str, int]:
    if i >= len(words):
        return "", 0
    word = words[i]
    after = words[i + 1] if i + 1 < len(words) else ""
    if word in _TENS:
        if 0 < _ONES.get(after, 0) < 10:
            return str(_TENS[word] + _ONES[after]), 2
        if 0 < _ORDINALS.get(after, 0) < 10:
            return f"{_TENS[word] + _ORDINALS[after]}th", 2
        return str(_TENS[word]), 1
    if word in _ONES:
        return str(_ONES[word]), 1
    if word in _ORDINALS:
        return f"{_ORDINALS[word]}th", 1
    if re.fullmatch(r"\d+(?:st|nd|rd)", word):
        return f"{word[:-2]}th", 1
    return "", 0
