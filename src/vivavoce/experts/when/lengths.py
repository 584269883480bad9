"""How long: "an hour and a half", "2 minutes 30"."""

import re
from datetime import timedelta

from vivavoce.experts.when.numbers import digits

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "f": 1209600}
_PARTS = {"half": 0.5, "quarter": 0.25, "quarters": 0.75}
_LONGEST = timedelta(days=3660)
_LENGTH = re.compile(
    r"(?:(?P<part>half|(?:a )?quarter of|3 quarters of) an? |(?P<halved>a half |half |a quarter )|"
    r"(?P<one>an?) |(?P<couple>(?:a )?couple of )|(?P<n>\d+(?:\.\d+)?) ?)"
    r"(?P<more>and (?:a half|a quarter|3 quarters) (?:of an? )?)?"
    r"(?P<unit>s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?|"
    r"f(?:ortnights?)?)\b"
    r"(?P<after> and (?:a half|a quarter)\b(?! (?:an? )?[hmsdw]))?"
)
_SECOND = re.compile(r"\bsecond\b", re.IGNORECASE)  # not the one after the first
_BARE = re.compile(r"(?: and)? (\d{1,2})$")


def length(text: str) -> timedelta | None:
    """Of a whole text; None: it is no length of time."""
    said = re.sub(r"^(?:for|about|another|exactly) ", "", digits(_SECOND.sub("seconds", text)))
    found = read_length(said)
    return found[0] if found and found[1] == len(said) else None


def read_length(said: str) -> tuple[timedelta, int] | None:
    """What begins a text in digits, and where it ends."""
    seconds, end, unit = 0.0, 0, float("inf")
    while found := _LENGTH.match(said, end):
        size = _UNITS[found["unit"][0]]
        if size >= unit:
            break
        seconds += size * (_count(found) + _share(found["more"]) + _share(found["after"]))
        unit, end = size, found.end()
        if between := re.compile(r" and (?=\S)| ").match(said, end):
            if not _LENGTH.match(said, between.end()):
                break
            end = between.end()
    if unit in (3600, 60) and (bare := _BARE.match(said, end)) and int(bare[1]) < 60:
        seconds += int(bare[1]) * unit / 60
        end = bare.end()
    if not end or seconds > _LONGEST.total_seconds():
        return None
    return timedelta(seconds=round(seconds, 3)), end


def _count(found: re.Match[str]) -> float:
    if found["n"]:
        return float(found["n"])
    if found["couple"]:
        return 2.0
    return _share(found["part"] or found["halved"]) or 1.0


def _share(words: str | None) -> float:
    return next((_PARTS[word] for word in (words or "").split() if word in _PARTS), 0.0)
