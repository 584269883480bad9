"""Addresses: links fall silent, e-mail addresses and telephone numbers are spelled out."""

import re

from vivavoce.voice import numerals as say
from vivavoce.voice.rules.rule import Place, Rules

LINKS, PHONES = Rules(), Rules()


@LINKS.rule(r"(?:https?|ftp|file)://\S+|www\.\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*")
def _link(_m: "re.Match[str]", _: Place) -> str:
    return ""


@LINKS.rule(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")
def _mail(m: "re.Match[str]", _: Place) -> str:
    words = re.findall(r"[A-Za-z]+|\d+|[.@_+-]", m[0])
    names = {".": "dot", "@": "at", "_": "underscore", "-": "dash", "+": "plus"}
    return " ".join(names.get(w, say.digits(w) if w.isdigit() else w) for w in words)


@PHONES.rule(
    r"(?:\+?1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)|\d{3}-\d{4}(?!\w)"
    r"|\+\d{1,3}(?:[ -]?\(?\d{1,4}\)?){2,6}(?!\w)|\d{3,5}(?:-\d{3,4}){2}(?!\w)"
)
def _phone(m: "re.Match[str]", _: Place) -> str | None:
    groups = re.findall(r"\d+", m[0])
    if sum(map(len, groups)) < 7:
        return None
    return ("plus " if m[0][0] == "+" else "") + ", ".join(map(say.digits, groups))
