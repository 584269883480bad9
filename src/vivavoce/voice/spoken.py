"""Written English as it is said, in spans that keep what was shown beside what is read."""

import re
from dataclasses import dataclass

from vivavoce.voice.rules import RULES
from vivavoce.voice.rules.plain import LEAD, joined, plain
from vivavoce.voice.rules.rule import Place


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


_TRAIL = re.compile(r"[\"'“”‘’«»)\]}*_`.,;:!?…]*(?=\s|$)")
_RULE_MARK = re.compile(r"[-*_#>|•·:`\[\]().…+]|[-*_=#>|•·:`\[\]().…—–+~]{2,}|[—–]")
"""Drawn, not read: bullets, headings, quotes, rules, the bars and rulers of tables."""


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
    lead = LEAD.match(line, at)
    start = lead.end() if lead else at
    before = tokens[index - 1].text.strip("\"'“”‘’()[]*_,;:") if index else ""
    for pattern, rule in RULES:
        m = pattern.match(line, start)
        trail = m and _TRAIL.match(line, m.end())
        if not m or not trail or m.end() == start:
            continue
        count = line.count(" ", at, m.end()) + 1
        if any(t.silent for t in tokens[index : index + count]):
            continue
        if any(t.first for t in tokens[index + 1 : index + count]):
            continue  # an item of a list is no part of the line before
        says = rule(m, Place(before, line[trail.end() : trail.end() + 40].lstrip(), trail[0]))
        if says is not None:
            return count, joined(says, trail[0])
    return 1, plain(token.text)


def _between_numbers(tokens: list[_Token], index: int) -> bool:
    near = tokens[max(0, index - 1) : index] + tokens[index + 1 : index + 2]
    return len(near) == 2 and all(any(c.isdigit() for c in t.text) for t in near)
