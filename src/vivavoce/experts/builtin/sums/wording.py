"""Numbers as an answer says them. Pure."""

from fractions import Fraction

from vivavoce.experts.builtin.sums.value import Value, decimal

MOST_PLACES = 6
"""Decimals of an exact number that are all said."""
LONG = 10**15


def said(value: Value) -> str:
    """ "408", "40.8", "about 1.4142", "12.5 percent", "about 1.27 times 10 to the power of 30"."""
    number = value.number * 100 if value.percent else value.number
    text, whole = rounded(number)
    about = "" if whole and value.exact else "about "
    return f"{about}{text}{' percent' if value.percent else ''}"


def measured(number: Fraction) -> str:
    """A converted amount: four digits are enough for anybody's scales."""
    text, whole = rounded(number)
    if whole and len(text.partition(".")[2]) <= 2:
        return text
    size = abs(number)
    if not size or size >= LONG or size < Fraction(1, 10**MOST_PLACES):
        return f"about {text}"
    places = max(0, _significant(size))
    made = Fraction(round(number * 10**places), 10**places)
    return f"about {_bare(f'{decimal(made, 40):,.{places}f}')}"


def rounded(number: Fraction) -> tuple[str, bool]:
    """In figures, and whether those are all of it."""
    size = abs(number)
    if size >= LONG or 0 < size < Fraction(1, 10**MOST_PLACES):
        mantissa, _, power = f"{decimal(number, 4):.2e}".partition("e")
        exponent = power.lstrip("+").replace("-", "minus ")
        return f"{_bare(mantissa)} times 10 to the power of {exponent}", False
    if number.denominator == 1:
        return f"{number.numerator:,}", True
    scaled = number * 10**MOST_PLACES
    places = MOST_PLACES if scaled.denominator == 1 else 4 if size >= 1 else _significant(size)
    made = Fraction(round(number * 10**places), 10**places)
    return _bare(f"{decimal(made, 40):,.{places}f}"), made == number


def money(number: Fraction, currency: str) -> str:
    """ "12.75 dollars"; cents are rounded."""
    text = f"{decimal(Fraction(round(number * 100), 100), 40):,.2f}".removesuffix(".00")
    return f"{text} {currency}".strip()


def plural(count: int, noun: str) -> str:
    """ "1 day", "31 days"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _significant(size: Fraction) -> int:
    """Places that leave four digits."""
    return 4 - decimal(size, 8).adjusted() - 1 if size else 0


def _bare(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
