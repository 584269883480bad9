"""Numbers as people and models write them, as one canonical text."""

import re
import unicodedata
from fractions import Fraction

_MOST_DIGITS = 300
"""Longer ones are noise."""
_NUMBER = re.compile(
    r"(?<![\w.])(?P<whole>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<part>\.\d+)?(?P<exp>[eE][-+]?\d{1,2}\b)?"
    r"(?:\s?/\s?(?P<below>\d+)(?![\d./]))?|(?<![\w.])(?P<bare>\.\d+)"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}")
_LATEX = re.compile(r"\\(?:text|mathrm|mathbf)\s*\{([^{}]*)\}")
_NOISE = re.compile(r"\{,\}|\\[,!;]|(?<=\d)[\u00a0\u2009\u202f'_](?=\d{3}(?!\d))")
_VULGAR = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")


def numbers(text: str) -> list[str]:
    """Every number of a text, in order: 1,250.00 → 1250, 1/3 → 1/3, 0.50 → 0.5, 50% → 50."""
    plain = _plain(text)
    found = []
    for match in _NUMBER.finditer(plain):
        value = _value(match)
        if value is not None:
            found.append(canonical(-value if _negative(plain, match.start()) else value))
    return found


def canonical(value: Fraction) -> str:
    """Whole, decimal where that is exact, else a fraction."""
    below = value.denominator
    twos = fives = 0
    while below % 2 == 0:
        below, twos = below // 2, twos + 1
    while below % 5 == 0:
        below, fives = below // 5, fives + 1
    if value.denominator == 1 or below != 1:
        return str(value)
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", _VULGAR.sub(" ", _NOISE.sub("", text)))
    text = _LATEX.sub(r" \1 ", _FRACTION.sub(r" \1/\2 ", text))
    text = text.replace("⁄", "/").replace("−", "-").replace("–", "-").replace("\\", "")
    # a mixed number: 1 1/2
    return re.sub(r"(?<![\d./])(\d{1,9})\s+(\d{1,9})/(\d{1,9})(?![\d./])", _mixed, text)


def _mixed(match: re.Match[str]) -> str:
    whole, above, below = (int(part) for part in match.groups())
    return f"{whole * below + above}/{below}" if 0 < above < below else match.group()


def _value(match: re.Match[str]) -> Fraction | None:
    if len(match.group()) > _MOST_DIGITS:
        return None
    if match["bare"]:
        return Fraction(match["bare"])
    value = Fraction(match["whole"].replace(",", "") + (match["part"] or "") + (match["exp"] or ""))
    if match["below"]:
        return value / int(match["below"]) if int(match["below"]) else None
    return value


def _negative(text: str, start: int) -> bool:
    """A minus stands before it that takes nothing away from something."""
    before = text[:start].rstrip(" $€£")
    if not before.endswith("-"):
        return False
    before = before[:-1].rstrip(" $€£")
    return not before or not (before[-1].isalnum() or before[-1] in ")%")
