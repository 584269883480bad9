"""Roman numerals, abbreviations and words that are read otherwise than they are written."""

import re

from vivavoce.voice import numerals as say
from vivavoce.voice.lexicon import ABBREVIATIONS, END_TOO, NUMBERED, REGNAL, WORDS
from vivavoce.voice.rules.rule import WORD_END, Place, Rules

RULES = Rules()


@RULES.rule(r"[IVX]+" + WORD_END + r"(?!['’])")
def _roman(m: "re.Match[str]", p: Place) -> str | None:
    value = say.roman(m[0])
    if value is None:
        return None
    if p.before in REGNAL and (
        m[0] != "I" or re.match(r"(?:was|of|and|is|had|ruled)\b|$", p.after)
    ):
        return "the " + say.ordinal(str(value))
    numbered = p.before.lower() in NUMBERED
    named = len(m[0]) > 1 and p.before[:1].isupper()
    return say.cardinal(str(value)) if numbered or named else None


@RULES.rule(r"[Ss]t\.")
def _saint_or_street(_m: "re.Match[str]", p: Place) -> str:
    saint = p.after[:1].isupper() and not (p.before[:1].isupper() and p.before not in _NOT_STREETS)
    return "Saint" if saint else "Street"


_NOT_STREETS = frozenset(
    {
        "The",
        "In",
        "At",
        "On",
        "To",
        "From",
        "Visit",
        "See",
        "By",
        "Is",
        "And",
    }
)


@RULES.rule(r"[A-Za-z][A-Za-z.]*\.|[wn]/[oa]?|tl;dr|(?:etc|vs|aka|asap|fyi|mrs?|dr)\b", re.I)
def _abbreviation(m: "re.Match[str]", p: Place) -> str | None:
    word = m[0].lower()
    says = ABBREVIATIONS.get(word)
    if says is None:
        if re.fullmatch(r"(?:[A-Z]\.)+", m[0]):  # initials, "J. R. R."
            says = m[0][:-1]
            return says + ("." if len(m[0]) > 2 and not p.after else "")
        return None
    if word in ("fig.", "mar.", "sen.", "est.", "rep.", "co.", "col.", "al.", "jun.", "dec.") and (
        not p.after and word not in END_TOO
    ):
        return None  # "a fig."
    if word == "ft." and not m[0][0].isupper():
        return None
    ends = not p.after or (p.after[0].isupper() and word in ("etc.", "a.m.", "p.m."))
    return says + ("." if ends and word in END_TOO else "")


@RULES.rule(r"[^\W\d_](?:[^\W_]|\.[A-Z])*" + WORD_END)
def _word(m: "re.Match[str]", _: Place) -> str | None:
    return WORDS.get(m[0])
