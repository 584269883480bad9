"""Ingredients for more or fewer people: exact fractions, said so that they can be measured."""

import re
from fractions import Fraction

_SIGNS = dict(zip("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞", re.findall(
    r"\S+",
    "1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/8 3/8 5/8 7/8",
), strict=True))  # fmt: skip
_WORDS = {
    word: str(value)
    for value, word in enumerate(
        re.findall(r"\S+", "one two three four five six seven eight nine ten eleven twelve"),
        start=1,
    )
} | {"a": "1", "an": "1", "half": "1/2", "a half": "1/2", "half a": "1/2", "half an": "1/2"}
_FIGURE = r"(?:\d+\s+\d+/[1-9]\d*|\d+/[1-9]\d*|\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?)"
_AMOUNT = re.compile(
    rf"({_FIGURE})(?:\s*(-|–|to|or)\s*({_FIGURE}))?(?=[\s(]|$|(?:g|kg|mg|ml|cl|dl|l|oz|lb)\b)"
)
_METRIC = re.compile(r"\s*(?:g|gr|grams?|grammes?|kg|kilos?|ml|cl|dl|l|lit(?:er|re)s?)\b")
_PINCH = re.compile(r"^(?:a|an|some)\s+(?:pinch|dash|handful|bit|little|few|splash|drop)\b", re.I)
_UNITS = re.findall(
    r"\S+",
    "cup tablespoon teaspoon pint quart gallon ounce pound gram kilo liter litre clove slice can "
    "tin jar packet pack piece stick sheet sprig stalk bunch egg onion carrot apple lemon lime",
)
_PLAIN = frozenset((1, 2, 3, 4, 8))
"""Denominators that a measuring cup has."""


def scaled(ingredient: str, factor: Fraction) -> str:
    """ "1 1/2 cups flour" doubled is "3 cups flour"; what has no amount stays."""
    text = " ".join(ingredient.split())
    if factor == 1 or _PINCH.match(text):
        return text
    text = _figures(text)
    found = _AMOUNT.match(text)
    if not found:
        return text
    rest = text[found.end() :]
    metric = _METRIC.match(rest) is not None
    amount = _read(found[1]) * factor
    said = _said(amount, metric=metric)
    if found[3]:
        amount = _read(found[3]) * factor
        said = f"{said} to {_said(amount, metric=metric)}"
    return f"{said}{_agreeing(rest, amount)}"


def _figures(text: str) -> str:
    """Signs and number words at the beginning as figures."""
    for sign, written in _SIGNS.items():
        text = re.sub(rf"(?<=\d)\s*{sign}", f" {written}", text).replace(sign, written)
    first, second, rest = (*text.split(" ", 2), "", "")[:3]
    for words, after in ((f"{first} {second}", rest), (first, f"{second} {rest}")):
        if words.lower() in _WORDS:
            return f"{_WORDS[words.lower()]} {after}".strip()
    return text


def _read(text: str) -> Fraction:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text):
        return Fraction(text.replace(",", ""))
    whole, _, part = text.replace(",", ".").rpartition(" ")
    return Fraction(whole or 0) + Fraction(part)


def _said(amount: Fraction, *, metric: bool) -> str:
    """Metric in whole numbers from 10 on, others in parts of a cup."""
    if metric:
        places = 0 if amount >= 10 else 2
        return (
            f"{float(round(amount, places)):.{places}f}".rstrip("0").rstrip(".")
            if places
            else (str(round(amount)))
        )
    whole, part = divmod(amount, 1)
    if part.denominator not in _PLAIN:
        return f"{float(round(amount, 2)):g}"
    return " ".join(
        filter(None, [str(whole) if whole or not part else "", str(part) if part else ""])
    )


def _agreeing(rest: str, amount: Fraction) -> str:
    """The unit's s goes with the amount."""
    for unit in _UNITS:
        found = re.match(rf"(\s*){unit}(s?)\b", rest, re.I)
        if found:
            end = "s" if amount > 1 else ""
            return f"{rest[: found.end()].removesuffix('s')}{end}{rest[found.end() :]}"
    return rest
