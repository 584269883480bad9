"""Written English as it is said, in spans that keep what was shown beside what is read."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from vivavoce.voice import numerals as say
from vivavoce.voice.lexicon import (
    ABBREVIATIONS,
    END_TOO,
    MONEY,
    NUMBERED,
    REGNAL,
    SCALES,
    SYMBOLS,
    UNITS,
    WORDS,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Some tokens of the text and how they are read."""

    shown: str
    """Whitespace-normalised tokens, as written."""
    says: str
    """Words and pause marks, no ASCII digits; "" where nothing is read aloud."""


def spans(text: str) -> tuple[Span, ...]:
    """All tokens of text in order: joining `shown` with spaces gives `" ".join(text.split())`.

    Links, code and emoji are not read aloud; e-mail addresses are. Never raises.
    """
    tokens = _tokens(text)
    line = " ".join(t.text for t in tokens)
    out: list[Span] = []
    at = index = 0
    while index < len(tokens):
        count, says = _read(line, at, tokens, index)
        taken = tokens[index : index + count]
        if says and taken[-1].ends_item and says[-1] not in ".,;:!?":
            says += "."
        out.append(Span(" ".join(t.text for t in taken), says))
        at += sum(len(t.text) + 1 for t in taken)
        index += count
    return tuple(out)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    silent: bool
    """Inside code."""
    first: bool
    """The first of its line."""
    ends_item: bool
    """The last of its line, with a list item, heading or blank line after it."""


_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.S)
_PLAIN = re.compile(r"[A-Za-z][a-z]*(?:[-'’][a-z]+)?")
_BREAK = re.compile(r"[ \t\r]*\n[ \t\r]*(?=\n|[-*+•#>|]\s|#{2,6}\s|\d{1,3}[.)]\s)")


def _tokens(text: str) -> list[_Token]:
    code = [m.span() for m in _CODE.finditer(text) if not _PLAIN.fullmatch(m[0].strip("`"))]
    out: list[_Token] = []
    line_end = -1
    marked = False
    for m in re.finditer(r"\S+", text):
        a, b = m.span()
        while code and code[0][1] <= a:
            code.pop(0)
        silent = bool(code) and code[0][0] < b
        first = line_end < 0 or "\n" in text[line_end:a]
        marked = bool(_MARKED.fullmatch(m[0])) if first else marked
        ends = bool(_BREAK.match(text, b)) or (marked and bool(_LINE_END.match(text, b)))
        out.append(_Token(m[0], silent, first, ends))
        line_end = b
    return out


_MARKED = re.compile(r"[-*+•|]|#{1,6}|\|.*")
_LINE_END = re.compile(r"[ \t\r]*\n")


# ── one span ────────────────────────────────────────────────────────────────────────────────────

_LEAD = re.compile(r"[\"'“”‘’«»(\[{*_`!¡¿…]*")
_TRAIL = re.compile(r"[\"'“”‘’«»)\]}*_`.,;:!?…]*(?=\s|$)")
_LINK = re.compile(r"(?:https?|ftp|file)://\S+|www\.\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*")
_RULE_MARK = re.compile(r"[-*_#>|•·:`\[\]().…+]|[-*_=#>|•·:`\[\]().…—–+~]{2,}|[—–]")
"""Drawn, not read: bullets, headings, quotes, rules, the bars and rulers of tables."""
_Rule = Callable[["re.Match[str]", "_Place"], str | None]


@dataclass(frozen=True, slots=True)
class _Place:
    before: str
    """The token before, without its marks."""
    after: str
    """What follows, as written."""
    trail: str
    """The marks between."""


def _read(line: str, at: int, tokens: list[_Token], index: int) -> tuple[int, str]:
    """How many tokens, at least one, are read as one and how."""
    token = tokens[index]
    if token.silent:
        return 1, ""
    if _RULE_MARK.fullmatch(token.text):
        if token.first:
            return 1, ""
        if token.text in ("—", "–", "--", "---", "|", "...", "…") and index + 1 < len(tokens):
            return 1, ","
        if token.text == "-" and not _between_numbers(tokens, index):
            return 1, ","
    lead = _LEAD.match(line, at)
    start = lead.end() if lead else at
    before = tokens[index - 1].text.strip("\"'“”‘’()[]*_,;:") if index else ""
    for pattern, rule in _RULES:
        m = pattern.match(line, start)
        trail = m and _TRAIL.match(line, m.end())
        if not m or not trail or m.end() == start:
            continue
        count = line.count(" ", at, m.end()) + 1
        if any(t.silent for t in tokens[index : index + count]):
            continue
        if any(t.first for t in tokens[index + 1 : index + count]):
            continue  # an item of a list is no part of the line before
        says = rule(m, _Place(before, line[trail.end() : trail.end() + 40].lstrip(), trail[0]))
        if says is not None:
            return count, _joined(says, trail[0])
    return 1, _plain(token.text)


def _between_numbers(tokens: list[_Token], index: int) -> bool:
    near = tokens[max(0, index - 1) : index] + tokens[index + 1 : index + 2]
    return len(near) == 2 and all(any(c.isdigit() for c in t.text) for t in near)


def _joined(says: str, trail: str) -> str:
    """The words and the strongest pause of the marks behind them."""
    says = re.sub(r"\s+", " ", says).strip()
    pause = next((p for p in "?!.;:," if p in trail.replace("…", ".")), "")
    return says + pause if says else ""


# ── rules: a pattern at a token's start, and what it says (None: not this one) ───────────────────

_RULES: list[tuple[re.Pattern[str], _Rule]] = []


def _rule(pattern: str, flags: int = 0) -> Callable[[_Rule], _Rule]:
    def add(f: _Rule) -> _Rule:
        _RULES.append((re.compile(pattern, flags | re.A), f))
        return f

    return add


_N = r"\d{1,3}(?:,\d{3})+|\d+"
_NUM = rf"(?:{_N})(?:\.\d+)?"
_MONTH = r"(?P<month>" + "|".join(f"{m}|{m[:3]}" for m in say.MONTHS) + r")\.?"
_UNIT = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_MONEY = "|".join(re.escape(s) for s in sorted(MONEY, key=len, reverse=True))
_WORD_END = r"(?![\w])"


@_rule(_LINK.pattern)
def _link(_m: "re.Match[str]", _: _Place) -> str:
    return ""


@_rule(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")
def _mail(m: "re.Match[str]", _: _Place) -> str:
    words = re.findall(r"[A-Za-z]+|\d+|[.@_+-]", m[0])
    names = {".": "dot", "@": "at", "_": "underscore", "-": "dash", "+": "plus"}
    return " ".join(names.get(w, say.digits(w) if w.isdigit() else w) for w in words)


@_rule(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)" + _WORD_END)
def _iso_date(m: "re.Match[str]", _: _Place) -> str | None:
    return say.date(int(m["d"]), int(m["m"]), m["y"])


@_rule(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})" + _WORD_END)
def _slash_date(m: "re.Match[str]", _: _Place) -> str | None:
    a, b = int(m["a"]), int(m["b"])
    return say.date(b, a, m["y"]) or say.date(a, b, m["y"])  # the American order first


def _month(name: str) -> int:
    return next(i for i, m in enumerate(say.MONTHS, 1) if m.startswith(name[:3]))


@_rule(_MONTH + r" (?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<y>[12]\d{3}))?(?![\w:/%-]|[.,]\d)")
def _month_day(m: "re.Match[str]", _: _Place) -> str | None:
    return say.date(int(m["d"]), _month(m["month"]), m["y"] or "")


@_rule(r"(?P<the>the )?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? " + _MONTH
       + r"(?:,? (?P<y>[12]\d{3}))?(?![\w:/%-]|[.,]\d)")  # fmt: skip
def _day_month(m: "re.Match[str]", p: _Place) -> str | None:
    if not 1 <= int(m["d"]) <= 31:
        return None
    the = "" if p.before.lower() == "the" else "the "
    tail = f", {say.year(m['y'])}" if m["y"] else ""
    return f"{the}{say.ordinal(m['d'])} of {say.MONTHS[_month(m['month']) - 1]}{tail}"


@_rule(r"(?P<h>\d{1,2}):(?P<m>[0-5]\d):(?P<s>[0-5]\d)" + _WORD_END)
def _duration(m: "re.Match[str]", _: _Place) -> str:
    parts = [(m["h"], "h"), (m["m"], "min"), (m["s"], "s")]
    return ", ".join(_amount(str(int(n)), unit) for n, unit in parts if int(n)) or "zero seconds"


_HALF = r" ?(?P<half>[ap])(?:\.m\.?|m\b)"


@_rule(rf"(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?:{_HALF})?" + _WORD_END, re.I)
def _time(m: "re.Match[str]", p: _Place) -> str:
    return say.clock(m["h"], m["m"], m["half"] or "") + _stop(m[0], p)


@_rule(rf"(?P<h>1[0-2]|0?[1-9]){_HALF}" + _WORD_END, re.I)
def _hour(m: "re.Match[str]", p: _Place) -> str:
    return say.clock(m["h"], "0", m["half"]) + _stop(m[0], p)


def _stop(shown: str, p: _Place) -> str:
    """The dot of "a.m." where it ends the sentence too."""
    return "." if shown[-1] == "." and (not p.after or p.after[0].isupper()) else ""


@_rule(r"(?P<h>\d{1,3}) ?h(?:rs?)? ?(?P<m>\d{1,2}) ?m(?:in)?(?: ?(?P<s>\d{1,2}) ?s(?:ec)?)?"
       + _WORD_END)  # fmt: skip
def _hours_minutes(m: "re.Match[str]", _: _Place) -> str:
    parts = [(m["h"], "h"), (m["m"], "min"), (m["s"], "s")]
    return " ".join(_amount(n, unit) for n, unit in parts if n)


@_rule(r"(?P<a>\d{1,4}):(?P<b>\d{1,4})" + _WORD_END)
def _ratio(m: "re.Match[str]", _: _Place) -> str:
    return f"{say.cardinal(m['a'])} to {say.cardinal(m['b'])}"


@_rule(r"(?:\+?1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)|\d{3}-\d{4}(?!\w)"
       r"|\+\d{1,3}(?:[ -]?\(?\d{1,4}\)?){2,6}(?!\w)|\d{3,5}(?:-\d{3,4}){2}(?!\w)")  # fmt: skip
def _phone(m: "re.Match[str]", _: _Place) -> str | None:
    groups = re.findall(r"\d+", m[0])
    if sum(map(len, groups)) < 7:
        return None
    return ("plus " if m[0][0] == "+" else "") + ", ".join(map(say.digits, groups))


@_rule(r"['’]?(?P<n>\d{4}|\d0)['’]?s" + _WORD_END)
def _decade(m: "re.Match[str]", _: _Place) -> str | None:
    return say.decade(m["n"]) if m["n"][-1] == "0" else None


@_rule(rf"(?P<cur>{_MONEY})(?P<a>{_NUM})[-–—](?:{_MONEY})?(?P<b>{_NUM})"
       rf"(?: ?(?P<scale>{_SCALE}))?" + _WORD_END)  # fmt: skip
def _money_range(m: "re.Match[str]", _: _Place) -> str:
    return f"{say.decimal(m['a'])} to {_money(m['b'], m['cur'], m['scale'])}"


@_rule(rf"(?P<sign>[-−]?)(?P<cur>{_MONEY})(?P<n>{_NUM})(?: ?(?P<scale>{_SCALE}))?" + _WORD_END)
def _money_before(m: "re.Match[str]", _: _Place) -> str:
    return ("minus " if m["sign"] else "") + _money(m["n"], m["cur"], m["scale"])


@_rule(rf"(?P<n>{_NUM})(?: ?(?P<scale>million|billion|trillion))? ?(?P<cur>{_MONEY})" + _WORD_END)
def _money_after(m: "re.Match[str]", _: _Place) -> str:
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


@_rule(rf"(?P<a>[-−]?(?:{_NUM}))(?P<u1>{_UNIT})? ?[–—-] ?(?P<b>{_NUM})(?:[ -]?(?P<u>{_UNIT}))?"
       + _WORD_END)  # fmt: skip
def _range(m: "re.Match[str]", _: _Place) -> str | None:
    if " - " in m[0]:
        return None  # a subtraction
    a, b = m["a"], m["b"]
    years = _yearlike(a) and len(b) in (2, 4) and not m["u"]
    if "-" in m[0][1:] and not years and _value(b) <= _value(a):
        return None  # 10-4: a score or a code, not a range
    if years:
        return f"{say.year(a)} to {say.year(b) if len(b) == 4 else say.cardinal(b)}"
    return f"{say.decimal(a)} to {_amount(b, m['u']) if m['u'] else say.decimal(b)}"


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("−", "-"))


def _yearlike(text: str) -> bool:
    return bool(re.fullmatch(r"1[1-9]\d\d|20\d\d", text))


def _amount(number: str, unit: str) -> str:
    one, many = UNITS[unit]
    return f"{say.decimal(number)} {one if number in ('1', '-1', '−1') else many}"


@_rule(r"(?:(?P<whole>\d{1,3}) )?(?P<a>\d{1,3})[/⁄](?P<b>\d{1,3})(?: (?:of a )?"
       rf"(?P<u>{_UNIT}))?" + _WORD_END)  # fmt: skip
def _fraction(m: "re.Match[str]", _: _Place) -> str | None:
    if m["u"] == "in":
        return None
    if m["a"] == "24" and m["b"] == "7":
        return "twenty-four seven"
    says = say.fraction(m["a"], m["b"])
    if m["whole"]:
        says = f"{say.cardinal(m['whole'])} and {'a' + says[3:] if m['a'] == '1' else says}"
    return f"{says} {UNITS[m['u']][1 if m['whole'] else 0]}" if m["u"] else says


@_rule(rf"(?P<n>[-−+]?(?:{_NUM})) ?(?P<u>{_UNIT})(?![\w/])")
def _unit(m: "re.Match[str]", p: _Place) -> str | None:
    more = not p.trail and p.after[:1].isalnum()
    if " " in m[0] and (m["u"] == "s" or (m["u"] == "in" and more)):
        return None  # "5 in the list"
    says = _amount(m["n"].lstrip("+"), m["u"])
    return "plus " + says if m["n"][0] == "+" else says


@_rule(rf"(?P<n>{_NUM})(?P<scale>k|K|bn|M)" + _WORD_END)
def _scaled(m: "re.Match[str]", _: _Place) -> str:
    return f"{say.decimal(m['n'])} {SCALES[m['scale']]}"


@_rule(rf"(?P<n>{_N})(?:st|nd|rd|th)" + _WORD_END, re.I)
def _ordinal(m: "re.Match[str]", _: _Place) -> str:
    return say.ordinal(m["n"])


@_rule(r"(?P<n>\d{1,4}) (?P<era>BCE?|CE|AD)" + _WORD_END)
def _era(m: "re.Match[str]", _: _Place) -> str:
    return f"{say.year(m['n'])} {WORDS[m['era']]}"


@_rule(r"[Vv](?:ersion )?(?P<n>\d+(?:\.\d+)*)" + _WORD_END)
def _version(m: "re.Match[str]", _: _Place) -> str:
    return "version " + " point ".join(map(say.cardinal, m["n"].split(".")))


@_rule(r"\d+(?:\.\d+){2,}" + _WORD_END)
def _dotted(m: "re.Match[str]", _: _Place) -> str:
    parts = m[0].split(".")
    if len(parts) == 4:  # a network address
        return " dot ".join(map(say.digits, parts))
    return " point ".join(map(say.cardinal, parts))


@_rule(r"(?:No\.|Nos\.|№|#) ?(?P<n>\d+)" + _WORD_END)
def _number_sign(m: "re.Match[str]", _: _Place) -> str:
    return "number " + say.cardinal(m["n"])


@_rule(r"(?P<n>\d{4})" + r"(?![\w%/]|[.,]\d)")
def _bare_year(m: "re.Match[str]", p: _Place) -> str | None:
    if not _yearlike(m["n"]):
        return None
    if re.match(r"(?!(?:is|was|as|this|has|its|does)\b)[a-z]{2,}s\b", p.after):
        return None  # "1500 steps"
    dated = p.before.lower() in _YEAR_BEFORE or p.before in say.MONTHS
    return say.year(m["n"]) if dated or m["n"][:2] in ("19", "20") else None


_YEAR_BEFORE = frozenset({
    "in", "since", "of", "from", "until", "till", "by", "year", "around", "circa", "before",
    "after",
})  # fmt: skip


@_rule(rf"(?P<n>[-−]?(?:{_NUM}|\.\d+))" + r"(?![\w/])")
def _number(m: "re.Match[str]", _: _Place) -> str:
    return say.decimal(m["n"])


@_rule(r"[x*×](?= [\d(])")
def _times(_m: "re.Match[str]", p: _Place) -> str | None:
    return "times" if re.search(r"\d\)?$", p.before) else None


@_rule(r"/(?= [\d(])")
def _divided(_m: "re.Match[str]", p: _Place) -> str | None:
    return "divided by" if re.search(r"\d\)?$", p.before) else None


@_rule(r"[-−–](?= [\d(])")
def _minus(_m: "re.Match[str]", p: _Place) -> str | None:
    return "minus" if re.search(r"\d\)?$", p.before) else None


@_rule(r"(?P<a>\d+)[x×](?P<b>\d+)" + _WORD_END)
def _by(m: "re.Match[str]", _: _Place) -> str:
    return f"{say.cardinal(m['a'])} by {say.cardinal(m['b'])}"


@_rule(r"[IVX]+" + _WORD_END + r"(?!['’])")
def _roman(m: "re.Match[str]", p: _Place) -> str | None:
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


@_rule(r"[Ss]t\.")
def _saint_or_street(_m: "re.Match[str]", p: _Place) -> str:
    saint = p.after[:1].isupper() and not (p.before[:1].isupper() and p.before not in _NOT_STREETS)
    return "Saint" if saint else "Street"


_NOT_STREETS = frozenset({
    "The", "In", "At", "On", "To", "From", "Visit", "See", "By", "Is", "And",
})  # fmt: skip


@_rule(r"[A-Za-z][A-Za-z.]*\.|[wn]/[oa]?|tl;dr|(?:etc|vs|aka|asap|fyi|mrs?|dr)\b", re.I)
def _abbreviation(m: "re.Match[str]", p: _Place) -> str | None:
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


@_rule(r"[^\W\d_](?:[^\W_]|\.[A-Z])*" + _WORD_END)
def _word(m: "re.Match[str]", _: _Place) -> str | None:
    return WORDS.get(m[0])


# ── what no rule knows ──────────────────────────────────────────────────────────────────────────

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|\]\([^()]*\)|&(?:nbsp|amp|quot|lt|gt);")


def _plain(token: str) -> str:
    """A token that no rule took: letters as they are, digits as numbers, symbols by name."""
    body = _TAG.sub("", token)
    lead = _LEAD.match(body)
    core = body[lead.end() if lead else 0 :]
    bare = core.rstrip("\"'“”‘’«»)]}*_`.,;:!?…")
    says = _pieces(bare)
    return _joined(says, core[len(bare) :])


def _pieces(text: str) -> str:
    out: list[str] = []
    for m in re.finditer(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[^\W\d_]+(?:['’][^\W\d_]+)*|.", text):
        piece = m[0]
        if "0" <= piece[0] <= "9":
            out.append(f" {say.decimal(piece)} ")
        elif piece[0].isalpha() or len(piece) > 1:
            out.append(_letters(piece))
        elif piece in "-‐‑" and out and out[-1][-1:].isalpha():
            out.append("-")
        elif piece in "—–":
            out.append(", ")
        elif piece in ".:;,?!":
            out.append(" dot " if piece == "." and _inside(text, m) else ", ")
        elif piece == "/" and _inside(text, m):
            out.append(" slash " if any(c.isdigit() for c in text) else " ")
        else:
            out.append(f" {_symbol(piece)} ")
    says = re.sub(r"-(?=\s|$)", " ", "".join(out))
    says = re.sub(r"\s+([,])", r"\1", re.sub(r"\s+", " ", says)).strip(" ,-")
    return re.sub(r",(?:\s*,)+", ",", says)


def _inside(text: str, m: "re.Match[str]") -> bool:
    return m.start() > 0 and m.end() < len(text) and text[m.start() - 1].isalnum()


def _symbol(char: str) -> str:
    if char in SYMBOLS:
        return SYMBOLS[char]
    digit = unicodedata.digit(char, None)
    return say.digits(str(digit)) if digit is not None else ""


def _letters(piece: str) -> str:
    """Letters that an English voice can read; other scripts fall silent but for named symbols."""
    piece = piece.replace("’", "'")
    if piece in WORDS:
        return WORDS[piece]
    if piece in SYMBOLS:
        return f" {SYMBOLS[piece]} "
    folded = unicodedata.normalize("NFC", piece)
    return "".join(
        f" {_symbol(c)} " if _symbol(c) else c
        for c in folded
        if c == "'" or _symbol(c) or unicodedata.name(c, "").startswith("LATIN")
    )
