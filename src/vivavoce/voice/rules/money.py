"""Sums of money."""

import re

from vivavoce.voice import numerals as say
from vivavoce.voice.lexicon import MONEY, SCALES
from vivavoce.voice.rules.quantity import NUM
from vivavoce.voice.rules.rule import WORD_END, Place, Rules

RULES = Rules()
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_MONEY = "|".join(re.escape(s) for s in sorted(MONEY, key=len, reverse=True))


@RULES.rule(
    rf"(?P<cur>{_MONEY})(?P<a>{NUM})[-–—](?:{_MONEY})?(?P<b>{NUM})"
    rf"(?: ?(?P<scale>{_SCALE}))?" + WORD_END
)
def _money_range(m: "re.Match[str]", _: Place) -> str:
    return f"{say.decimal(m['a'])} to {_money(m['b'], m['cur'], m['scale'])}"


@RULES.rule(rf"(?P<sign>[-−]?)(?P<cur>{_MONEY})(?P<n>{NUM})(?: ?(?P<scale>{_SCALE}))?" + WORD_END)
def _money_before(m: "re.Match[str]", _: Place) -> str:
    return ("minus " if m["sign"] else "") + _money(m["n"], m["cur"], m["scale"])


@RULES.rule(
    rf"(?P<n>{NUM})(?: ?(?P<scale>million|billion|trillion))? ?(?P<cur>{_MONEY})" + WORD_END
)
def _money_after(m: "re.Match[str]", _: Place) -> str:
    return _money(m["n"], m["cur"], m["scale"])


def _money(number: str, symbol: str, scale: str | None) -> str:
    one, many, cent, cents = MONEY[symbol]
    if scale:
        return f"{say.decimal(number)} {SCALES[scale]} {many}"
    whole, _, rest = number.replace(",", "").partition(".")
    if len(rest) not in (0, 2):
        return f"{say.decimal(number)} {many}"
    large = f"{say.cardinal(whole)} {one if whole == '1' else many}"
    if not int(rest or "0"):
        return large
    small = f"{say.cardinal(str(int(rest)))} {cent if int(rest) == 1 else cents}"
    return small if not int(whole) else f"{large} and {small}"
