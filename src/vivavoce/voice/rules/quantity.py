"""Numbers with and without their units, as they are written and as they are said."""

import re

from vivavoce.voice import numerals as say
from vivavoce.voice.lexicon import UNITS

N = r"\d{1,3}(?:,\d{3})+|\d+"
NUM = rf"(?:{N})(?:\.\d+)?"
UNIT = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))


def amount(number: str, unit: str) -> str:
    """ "five minutes"."""
    one, many = UNITS[unit]
    return f"{say.decimal(number)} {one if number in ('1', '-1', '−1') else many}"
