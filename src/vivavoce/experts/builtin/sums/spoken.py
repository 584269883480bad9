"""Numbers as people say them: digits, words, fractions, dozens. Pure."""

import re
from collections.abc import Sequence
from fractions import Fraction

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?(?:st|nd|rd|th)?\b|\d+(?:\.\d+)?|\.\d+"
    r"|[a-zà-ÿ]+(?:'[a-z]+)?|\*\*|[^\s\w]"
)
_PARTS = dict(zip("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞", re.findall(
    r"\S+",
    "1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/8 3/8 5/8 7/8",
), strict=True))  # fmt: skip
_SMALL = {
    word: value
    for value, word in enumerate(
        re.findall(
            r"\S+",
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen",
        )
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        re.findall(r"\S+", "twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
_SCALES = {
    "dozen": 12,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        re.findall(
            r"\S+",
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
            "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth",
        ),
        start=1,
    )
} | {"twentieth": 20, "thirtieth": 30, "hundredth": 100, "thousandth": 1000}
_SHARES = {word: value for word, value in _ORDINALS.items() if value > 2} | {
    "half": 2,
    "halve": 2,
    "quarter": 4,
}
MOST_DIGITS = 200

Read = tuple[Fraction, int]
"""A number, and the index of the token after it."""


def tokens(text: str) -> list[str]:
    """Words, numbers and signs in lower case; ½ is "1/2" in three tokens."""
    text = text.lower().replace("’", "'").replace("−", "-").replace("–", "-")
    for sign, written in _PARTS.items():
        text = text.replace(sign, f" {written} ")
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text)
    return [t.replace(",", "") if t[0].isdigit() else t for t in _TOKEN.findall(text)]


def number(words: Sequence[str], at: int = 0, *, divided: bool = True) -> Read | None:
    """The longest number that begins at this token: "two and a half", "3/4", "1.5 million".

    divided: 3/4 alone is one number, too."""
    if at < len(words) and words[at] in ("a", "an") and not _opens(words, at + 1):
        return None
    whole = _whole(words, at)
    if whole is None:
        return _fraction(words, at)
    value, i = whole
    share = _share(words, i)
    if share and value.denominator == 1 and (value == 1 or words[i].endswith("s")):
        return _scaled(words, value / share, i + 1)
    written = _written(words, at)
    if written is not None:
        return written if divided or words[written[1] : written[1] + 1] == ["of"] else whole
    if i < len(words) and words[i] == "and":
        part = _fraction(words, i + 1, scaled=False)
        if part is not None and part[0] < 1:
            return _scaled(words, value + part[0], part[1])
    part = _written(words, i)
    if part is not None and part[0] < 1:
        return value + part[0], part[1]
    return value, i


def ordinal(words: Sequence[str], at: int = 0) -> Read | None:
    """ "third", "5th", "twenty first" from this token on."""
    if at >= len(words):
        return None
    word = words[at]
    if word[0].isdigit() and word[-2:] in ("st", "nd", "rd", "th") and word[:-2].isdigit():
        return Fraction(word[:-2]), at + 1
    if word in _ORDINALS:
        return Fraction(_ORDINALS[word]), at + 1
    if word in _TENS and at + 1 < len(words) and _ORDINALS.get(words[at + 1], 10) < 10:
        return Fraction(_TENS[word] + _ORDINALS[words[at + 1]]), at + 2
    return None


def _opens(words: Sequence[str], at: int) -> bool:
    """An article before this is a one."""
    return at < len(words) and (
        words[at] in _SCALES or words[at] == "hundred" or _share(words, at) is not None
    )


def _digits(word: str) -> Fraction | None:
    bare = word.replace(".", "", 1)
    if not (bare.isascii() and bare.isdigit() and len(bare) <= MOST_DIGITS):
        return None
    return Fraction(f"0{word}")


def _share(words: Sequence[str], at: int) -> int | None:
    """What a "third" or "quarters" divides by."""
    if at >= len(words):
        return None
    word = words[at]
    return _SHARES.get(word) or (_SHARES.get(word[:-1]) if word.endswith("s") else None)


def _fraction(words: Sequence[str], at: int, *, scaled: bool = True) -> Read | None:
    """ "half", "a third", "three quarters", "3/4"; half a dozen too."""
    written = _written(words, at)
    if written is not None:
        return written
    i, top = at, Fraction(1)
    if i < len(words) and words[i] in ("a", "an"):
        i += 1
    else:
        whole = _whole(words, at)
        if whole is not None:
            top, i = whole
    share = _share(words, i)
    if share is None or top.denominator != 1:
        return None
    return _scaled(words, top / share, i + 1) if scaled else (top / share, i + 1)


def _written(words: Sequence[str], at: int) -> Read | None:
    """3/4, of two whole numbers; not a division by zero."""
    if at + 2 < len(words) and words[at + 1] == "/":
        top, bottom = _digits(words[at]), _digits(words[at + 2])
        whole = top is not None and bottom is not None and "." not in words[at] + words[at + 2]
        if whole and bottom and top is not None:
            return top / bottom, at + 3
    return None


def _scaled(words: Sequence[str], value: Fraction, at: int) -> Read:
    """ "half a dozen", "one and a half million"."""
    i = at + 1 if at < len(words) and words[at] in ("a", "an") else at
    if i < len(words) and (words[i] in _SCALES or words[i] == "hundred"):
        return value * _SCALES.get(words[i], 100), i + 1
    return value, at


def _whole(words: Sequence[str], at: int) -> Read | None:
    """Without a fraction of words; decimals are fine: "three point one four", "1.5 million"."""
    total, now, i = Fraction(0), None, at
    least_scale = 10**15
    if i < len(words) and words[i] in ("a", "an") and _opens(words, i + 1):
        now, i = Fraction(1), i + 1
    while i < len(words):
        word = words[i]
        if word == "and" and i > at and words[i - 1] in ("hundred", "thousand", "million"):
            follows = words[i + 1] if i + 1 < len(words) else ""
            small = follows in _SMALL or follows in _TENS
            if not small or (now is not None and now % 100):
                break
            i += 1
            continue
        if word == "point":
            after = _decimals(words, i + 1)
            if after is None or (now is not None and now.denominator > 1):
                break
            now, i = (now or Fraction(0)) + after[0], after[1]
            continue
        value = _small(word, now)
        if value is not None:
            now = value
        elif word == "hundred" and now is not None and 0 < now < 100:
            now *= 100
        elif now is not None and _SCALES.get(word, least_scale) < least_scale:
            least_scale = _SCALES[word]
            total, now = total + now * least_scale, None
        else:
            break
        i += 1
    if i == at or (now is None and not total):
        return None
    return total + (now or 0), i


def _small(word: str, now: Fraction | None) -> Fraction | None:
    """The number so far with this word behind it; None: it doesn't go on it."""
    digits = _digits(word)
    if digits is not None:
        return digits if now is None else None
    if word not in _SMALL and word not in _TENS:
        return None
    value = _SMALL.get(word, _TENS.get(word, 0))
    if now is None:
        return Fraction(value)
    hundreds = now > 0 and now % 100 == 0
    tens = now.denominator == 1 and now % 100 in range(20, 100, 10) and 0 < value < 10
    return now + value if hundreds or tens else None


def _decimals(words: Sequence[str], at: int) -> Read | None:
    """The digits behind a spoken point, one by one or in one number."""
    found, i = "", at
    while i < len(words) and len(found) < MOST_DIGITS:
        if words[i].isascii() and words[i].isdigit():
            found += words[i]
        elif _SMALL.get(words[i], 10) < 10:
            found += str(_SMALL[words[i]])
        else:
            break
        i += 1
    return (Fraction(int(found), 10 ** len(found)), i) if found else None
