"""Amounts, ranges, fractions, versions, years, sums: whatever else is written in digits."""

import re

from vivavoce.voice import numerals as say
from vivavoce.voice.lexicon import SCALES, UNITS, WORDS
from vivavoce.voice.rules.quantity import NUM, UNIT, N, amount
from vivavoce.voice.rules.rule import WORD_END, Place, Rules

RATIOS, RULES = Rules(), Rules()


@RATIOS.rule(r"(?P<a>\d{1,4}):(?P<b>\d{1,4})" + WORD_END)
def _ratio(m: "re.Match[str]", _: Place) -> str:
    return f"{say.cardinal(m['a'])} to {say.cardinal(m['b'])}"


@RULES.rule(
    rf"(?P<a>[-−]?(?:{NUM}))(?P<u1>{UNIT})? ?[–—-] ?(?P<b>{NUM})(?:[ -]?(?P<u>{UNIT}))?" + WORD_END
)
def _range(m: "re.Match[str]", _: Place) -> str | None:
    if " - " in m[0]:
        return None  # a subtraction
    a, b = m["a"], m["b"]
    years = _yearlike(a) and len(b) in (2, 4) and not m["u"]
    if "-" in m[0][1:] and not years and _value(b) <= _value(a):
        return None  # 10-4: a score or a code, not a range
    if years:
        return f"{say.year(a)} to {say.year(b) if len(b) == 4 else say.cardinal(b)}"
    return f"{say.decimal(a)} to {amount(b, m['u']) if m['u'] else say.decimal(b)}"


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("−", "-"))


def _yearlike(text: str) -> bool:
    return bool(re.fullmatch(r"1[1-9]\d\d|20\d\d", text))


@RULES.rule(
    r"(?:(?P<whole>\d{1,3}) )?(?P<a>\d{1,3})[/⁄](?P<b>\d{1,3})(?: (?:of a )?"
    rf"(?P<u>{UNIT}))?" + WORD_END
)
def _fraction(m: "re.Match[str]", _: Place) -> str | None:
    if m["u"] == "in":
        return None
    if m["a"] == "24" and m["b"] == "7":
        return "twenty-four seven"
    says = say.fraction(m["a"], m["b"])
    if m["whole"]:
        says = f"{say.cardinal(m['whole'])} and {'a' + says[3:] if m['a'] == '1' else says}"
    return f"{says} {UNITS[m['u']][1 if m['whole'] else 0]}" if m["u"] else says


@RULES.rule(rf"(?P<n>[-−+]?(?:{NUM})) ?(?P<u>{UNIT})(?![\w/])")
def _unit(m: "re.Match[str]", p: Place) -> str | None:
    more = not p.trail and p.after[:1].isalnum()
    if " " in m[0] and (m["u"] == "s" or (m["u"] == "in" and more)):
        return None  # "5 in the list"
    says = amount(m["n"].lstrip("+"), m["u"])
    return "plus " + says if m["n"][0] == "+" else says


@RULES.rule(rf"(?P<n>{NUM})(?P<scale>k|K|bn|M)" + WORD_END)
def _scaled(m: "re.Match[str]", _: Place) -> str:
    return f"{say.decimal(m['n'])} {SCALES[m['scale']]}"


@RULES.rule(rf"(?P<n>{N})(?:st|nd|rd|th)" + WORD_END, re.I)
def _ordinal(m: "re.Match[str]", _: Place) -> str:
    return say.ordinal(m["n"])


@RULES.rule(r"(?P<n>\d{1,4}) (?P<era>BCE?|CE|AD)" + WORD_END)
def _era(m: "re.Match[str]", _: Place) -> str:
    return f"{say.year(m['n'])} {WORDS[m['era']]}"


@RULES.rule(r"[Vv](?:ersion )?(?P<n>\d+(?:\.\d+)*)" + WORD_END)
def _version(m: "re.Match[str]", _: Place) -> str:
    return "version " + " point ".join(map(say.cardinal, m["n"].split(".")))


@RULES.rule(r"\d+(?:\.\d+){2,}" + WORD_END)
def _dotted(m: "re.Match[str]", _: Place) -> str:
    parts = m[0].split(".")
    if len(parts) == 4:  # a network address
        return " dot ".join(map(say.digits, parts))
    return " point ".join(map(say.cardinal, parts))


@RULES.rule(r"(?:No\.|Nos\.|№|#) ?(?P<n>\d+)" + WORD_END)
def _number_sign(m: "re.Match[str]", _: Place) -> str:
    return "number " + say.cardinal(m["n"])


@RULES.rule(r"(?P<n>\d{4})" + r"(?![\w%/]|[.,]\d)")
def _bare_year(m: "re.Match[str]", p: Place) -> str | None:
    if not _yearlike(m["n"]):
        return None
    if re.match(r"(?!(?:is|was|as|this|has|its|does)\b)[a-z]{2,}s\b", p.after):
        return None  # "1500 steps"
    dated = p.before.lower() in _YEAR_BEFORE or p.before in say.MONTHS
    return say.year(m["n"]) if dated or m["n"][:2] in ("19", "20") else None


_YEAR_BEFORE = frozenset(
    {
        "in",
        "since",
        "of",
        "from",
        "until",
        "till",
        "by",
        "year",
        "around",
        "circa",
        "before",
        "after",
    }
)


@RULES.rule(rf"(?P<n>[-−]?(?:{NUM}|\.\d+))" + r"(?![\w/])")
def _number(m: "re.Match[str]", _: Place) -> str:
    return say.decimal(m["n"])


@RULES.rule(r"[x*×](?= [\d(])")
def _times(_m: "re.Match[str]", p: Place) -> str | None:
    return "times" if re.search(r"\d\)?$", p.before) else None


@RULES.rule(r"/(?= [\d(])")
def _divided(_m: "re.Match[str]", p: Place) -> str | None:
    return "divided by" if re.search(r"\d\)?$", p.before) else None


@RULES.rule(r"[-−–](?= [\d(])")
def _minus(_m: "re.Match[str]", p: Place) -> str | None:
    return "minus" if re.search(r"\d\)?$", p.before) else None


@RULES.rule(r"(?P<a>\d+)[x×](?P<b>\d+)" + WORD_END)
def _by(m: "re.Match[str]", _: Place) -> str:
    return f"{say.cardinal(m['a'])} by {say.cardinal(m['b'])}"
