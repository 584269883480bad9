"""Dates, times of day and lengths of time."""

import re

from vivavoce.voice import numerals as say
from vivavoce.voice.rules.quantity import amount
from vivavoce.voice.rules.rule import WORD_END, Place, Rules

RULES, DECADES = Rules(), Rules()
_MONTH = r"(?P<month>" + "|".join(f"{m}|{m[:3]}" for m in say.MONTHS) + r")\.?"


@RULES.rule(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)" + WORD_END)
def _iso_date(m: "re.Match[str]", _: Place) -> str | None:
    return say.date(int(m["d"]), int(m["m"]), m["y"])


@RULES.rule(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})" + WORD_END)
def _slash_date(m: "re.Match[str]", _: Place) -> str | None:
    a, b = int(m["a"]), int(m["b"])
    return say.date(b, a, m["y"]) or say.date(a, b, m["y"])  # the American order first


def _month(name: str) -> int:
    return next(i for i, m in enumerate(say.MONTHS, 1) if m.startswith(name[:3]))


@RULES.rule(_MONTH + r" (?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<y>[12]\d{3}))?(?![\w:/%-]|[.,]\d)")
def _month_day(m: "re.Match[str]", _: Place) -> str | None:
    return say.date(int(m["d"]), _month(m["month"]), m["y"] or "")


@RULES.rule(
    r"(?P<the>the )?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? "
    + _MONTH
    + r"(?:,? (?P<y>[12]\d{3}))?(?![\w:/%-]|[.,]\d)"
)
def _day_month(m: "re.Match[str]", p: Place) -> str | None:
    if not 1 <= int(m["d"]) <= 31:
        return None
    the = "" if p.before.lower() == "the" else "the "
    tail = f", {say.year(m['y'])}" if m["y"] else ""
    return f"{the}{say.ordinal(m['d'])} of {say.MONTHS[_month(m['month']) - 1]}{tail}"


@RULES.rule(r"(?P<h>\d{1,2}):(?P<m>[0-5]\d):(?P<s>[0-5]\d)" + WORD_END)
def _duration(m: "re.Match[str]", _: Place) -> str:
    parts = [(m["h"], "h"), (m["m"], "min"), (m["s"], "s")]
    return ", ".join(amount(str(int(n)), unit) for n, unit in parts if int(n)) or "zero seconds"


_HALF = r" ?(?P<half>[ap])(?:\.m\.?|m\b)"


@RULES.rule(rf"(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?:{_HALF})?" + WORD_END, re.I)
def _time(m: "re.Match[str]", p: Place) -> str:
    return say.clock(m["h"], m["m"], m["half"] or "") + _stop(m[0], p)


@RULES.rule(rf"(?P<h>1[0-2]|0?[1-9]){_HALF}" + WORD_END, re.I)
def _hour(m: "re.Match[str]", p: Place) -> str:
    return say.clock(m["h"], "0", m["half"]) + _stop(m[0], p)


def _stop(shown: str, p: Place) -> str:
    """The dot of "a.m." where it ends the sentence too."""
    return "." if shown[-1] == "." and (not p.after or p.after[0].isupper()) else ""


@RULES.rule(
    r"(?P<h>\d{1,3}) ?h(?:rs?)? ?(?P<m>\d{1,2}) ?m(?:in)?(?: ?(?P<s>\d{1,2}) ?s(?:ec)?)?" + WORD_END
)
def _hours_minutes(m: "re.Match[str]", _: Place) -> str:
    parts = [(m["h"], "h"), (m["m"], "min"), (m["s"], "s")]
    return " ".join(amount(n, unit) for n, unit in parts if n)


@DECADES.rule(r"['’]?(?P<n>\d{4}|\d0)['’]?s" + WORD_END)
def _decade(m: "re.Match[str]", _: Place) -> str | None:
    return say.decade(m["n"]) if m["n"][-1] == "0" else None
