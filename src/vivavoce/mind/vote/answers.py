"""What a chain's text answers, written so that equal answers are equal texts."""

import ast
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal

from vivavoce.mind.vote.numbers import numbers

Kind = Literal["number", "choice", "yes_no", "json", "code", "short", "free"]

_SHORT_WORDS = 8
"""A text of at most so many words may be an answer as it stands."""
_TRIES = 100
"""Brackets that may begin a JSON value; more are noise."""
_MARK = re.compile(
    r"####|\b(?:final\s+)?answer\b\W{0,4}(?:is\b|would be\b|=|:)\W{0,3}|\banswer\s*[:=]", re.I
)
_FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.S)
_OPTIONS = re.compile(r"^\s*\(?([A-Ja-j])[).:]\s", re.M)
_LETTER = re.compile(r"(?<![\w'’])\(?([A-J])(?:[).:*\]}]|(?=\s*$)|(?=\s*[,;\n]))")
_YES_NO = re.compile(r"\b(yes|no|true|false)\b", re.I)
_ASKS_YES_NO = re.compile(
    r"\b(?:yes or no|true or false|yes/no)\b|^(?:is|are|was|were|do|does|did|can|could|will|would|"
    r"should|has|have|had)\b[^.?]*\?\s*$",
    re.I,
)
_ASKS_CODE = re.compile(
    r"\b(?:write|implement|complete|fix)\b[^.]{0,60}\b(?:function|program|script|code|class|method)",
    re.I,
)
_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|old|far|long|tall|often|fast|heavy)\b|\b(?:calculate|compute|percent\w*|"
    r"sum of|product of|difference between|total|solve)\b|\d\s*[-+*/×÷^]\s*\d|answer is N\b",
    re.I,
)
_ASKS_SHORT = re.compile(
    r"^(?:who|where|when|which)\b|\bin (?:one|a) word\b|\bwhat is the (?:name|capital)\b|"
    r"\banswer with\b",
    re.I,
)
_ARTICLES = frozenset({"a", "an", "the"})


def kind_of(question: str, schema: Mapping[str, Any] | None = None) -> Kind:
    """What sort of answer a question wants; free where it doesn't show."""
    asked = question.strip()
    if schema is not None or re.search(r"\b(?:as|in|valid) JSON\b", asked):
        return "json"
    if _ASKS_CODE.search(asked):
        return "code"
    if len({letter.upper() for letter in _OPTIONS.findall(asked)}) >= 2:
        return "choice"
    for kind, asks in _BY_WORDS:
        if asks.search(asked):
            return kind
    return "free"


_BY_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("yes_no", _ASKS_YES_NO),
    ("number", _ASKS_NUMBER),
    ("short", _ASKS_SHORT),
)


def extract(text: str, kind: Kind, *, cut: bool = False) -> str:
    """The answer, normalised; empty: there is none.

    cut: the text was not finished, so that only an answer it has announced counts."""
    marked = _marked(text)
    if kind == "json":
        return "" if cut else _json(text)
    if kind == "code":
        return "" if cut else _code(text)
    if kind == "free":
        return " ".join(text.split())
    if cut and not marked:
        return ""
    where = marked or text
    if kind == "number":
        return _number(marked, text)
    if kind == "choice":
        return _choice(where)
    if kind == "yes_no":
        return _yes_no(marked, text)
    return _short(where)


def _marked(text: str) -> str:
    r"""What was announced as the answer: in \boxed{…}, after #### or "the answer is"."""
    at = text.rfind("\\boxed{")
    if at >= 0:
        depth, start = 0, at + len("\\boxed")
        for i in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[i], 0)
            if depth == 0:
                return text[start + 1 : i].strip()
    marks = list(_MARK.finditer(text))
    if not marks:
        return ""
    rest = text[marks[-1].end() :]
    # the mark takes a sign or a bracket along that belongs to the answer
    lead = re.search(r"[-−$(\[\\.]+$", marks[-1].group())
    return ((lead.group() if lead else "") + rest).strip().split("\n")[0].strip()


def _number(marked: str, text: str) -> str:
    """The first number after the mark (after its last "="), else the text's last."""
    if marked:
        found = numbers(marked.rsplit("=", 1)[-1]) or numbers(marked)
        if found:
            return found[0]
    return (numbers(text) or [""])[-1]


def _choice(text: str) -> str:
    letters = _LETTER.findall(" " + text.replace("\\text", " ").replace("{", " "))
    if not letters and (lone := re.fullmatch(r"\W*([A-Ja-j])\W*", text)):
        letters = [lone.group(1).upper()]
    first = re.match(r"\W*(?:option |choice )?([A-J])\b(?!['’])(?! [a-z])", text)
    if first:
        return first.group(1)
    return letters[-1] if letters else ""


def _yes_no(marked: str, text: str) -> str:
    found = _YES_NO.findall(marked)[:1] or _YES_NO.findall(text.strip()[:8])[:1]
    found = found or _YES_NO.findall(text)[-1:]
    return {"true": "yes", "false": "no"}.get(found[0].lower(), found[0].lower()) if found else ""


def _json(text: str) -> str:
    """The whole text, else the last value in it, with sorted keys and without spaces."""
    fenced = _FENCE.findall(text)
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    for whole in (text.strip(), *(block.strip() for block in reversed(fenced))):
        try:
            return _compact(decoder.decode(whole))
        except (ValueError, RecursionError):
            continue
    last, at, tries = "", 0, 0
    while tries < _TRIES and (begun := re.compile(r"[{\[]").search(text, at)):
        tries += 1
        try:
            value, at = decoder.raw_decode(text, begun.start())
            last = _compact(value)
        except (ValueError, RecursionError):
            at = begun.start() + 1
    return last


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _compact(value: object) -> str:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    """1.0 is 1."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            raise ValueError("a number beyond all bounds")
        return int(value) if value.is_integer() else value
    return value


def _code(text: str) -> str:
    """The last fenced block, else all of it; Python without its comments and its own style."""
    blocks = _FENCE.findall(text)
    code = str(blocks[-1] if blocks else text)
    try:
        return ast.unparse(ast.parse(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(line.rstrip() for line in code.strip().splitlines())


def _short(text: str) -> str:
    """Without case, articles and punctuation; of a longer text its last line."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    said = text if len(text.split()) <= _SHORT_WORDS else lines[-1]
    found = numbers(said)
    if len(found) == 1 and not re.search(r"[^\W\d_]", said):
        return found[0]
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", said).casefold())
    words = re.sub(r"[^\w\s]|_", " ", folded).split()
    return " ".join([word for word in words if word not in _ARTICLES] or words)
