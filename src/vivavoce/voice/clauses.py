"""Cuts an answer, as it is written, into clauses that can be spoken one after another."""

import re
from dataclasses import dataclass
from itertools import pairwise

from vivavoce.core import ConfigError
from vivavoce.voice.lexicon import ABBREVIATIONS, END_TOO


@dataclass(frozen=True, slots=True)
class ClauseConfig:
    """A short first clause sounds soon; longer ones after it sound better."""

    first_min_words: int = 2
    """Words that the first clause has at least when it is cut at a comma."""
    first_max_words: int = 2
    """Words after which the first clause is cut without any mark: each costs the waiting user the
    time of writing it (some 75 ms on two cores), and gives us 200–300 ms of sound to go on in."""
    min_words: int = 4
    """Words that a later clause has at least when it is cut at a comma."""
    max_words: int = 30
    """Words after which a later clause is cut without any mark. While a clause of n words sounds,
    two cores can make one of 3 n - 3; the second and third are kept that short."""

    def __post_init__(self) -> None:
        for least, most in (("first_min_words", "first_max_words"), ("min_words", "max_words")):
            low, high = getattr(self, least), getattr(self, most)
            if not 1 <= low <= high:
                raise ConfigError(
                    f"clauses.{least} must lie in 1…clauses.{most} ({high!r}), got {low!r}"
                )


class Cutter:
    """Text comes in as the model writes it, clauses come out as soon as they are whole.

    All clauses together are the text, but for the whitespace where it was cut. A cut is made only
    at whitespace, and never inside a number with its unit, a link or code; a fenced code block is
    one clause.
    """

    def __init__(self, config: ClauseConfig | None = None) -> None:
        self._config = config or ClauseConfig()
        self._rest = ""
        self._first = True
        self._most = self._config.first_max_words

    def feed(self, delta: str) -> list[str]:
        """The clauses that delta made whole, mostly none."""
        self._rest += delta
        return self._take(final=False)

    def flush(self) -> list[str]:
        """What is left; the next text begins anew."""
        out = self._take(final=True)
        if self._rest.strip():
            out.append(self._rest.strip())
        self._rest = ""
        self._first = True
        self._most = self._config.first_max_words
        return out

    def _take(self, *, final: bool) -> list[str]:
        out = []
        while (cut := _cut(self._rest, self._config, self._first, self._most, final)) is not None:
            clause, self._rest = self._rest[:cut].strip(), self._rest[cut:].lstrip()
            if clause:
                out.append(clause)
                self._most = min(max(3, 3 * _words(clause) - 3), self._config.max_words)
                self._first = self._first and (clause.startswith("```") or not _words(clause))
        return out


_TOKEN = re.compile(r"\S+")
_CLOSING = "\"'”’»)]}*_"
_JOINS = frozenset({
    "and", "or", "but", "because", "so", "that", "which", "who", "when", "while", "if", "as",
    "of", "in", "on", "at", "to", "from", "for", "with", "by", "about", "into", "over", "after",
    "before", "between", "through", "without", "under", "than", "then", "where", "since",
    "until",
})  # fmt: skip
"""Before these a speaker may breathe."""
_OPENS = _JOINS | frozenset({
    "a", "an", "the", "this", "these", "those", "my", "your", "our", "their", "his", "her",
    "its", "is", "are", "was", "were", "be", "not", "no", "very",
})  # fmt: skip
"""After these a speaker does not stop."""
_COUNTS = frozenset(
    {"are", "is", "was", "were", "has", "have", "costs", "takes", "equals", "about"}
)
"""Between these and a number the first clause may end: a number takes long to write."""
_OFTEN_NAMES = frozenset({"u.s.", "u.k.", "u.s.a.", "d.c."})
"""A capital after these is as often a name ("U.S. Army") as a new sentence."""
_STRETCH = 8
"""A good place is awaited for one word more for each so many that the clause may have."""


def _words(clause: str) -> int:
    return sum(any(c.isalnum() for c in t) for t in clause.split())


def _cut(text: str, config: ClauseConfig, first: bool, most: int, final: bool) -> int | None:
    """Where the first clause of text ends, None while that is not known."""
    least = config.first_min_words if first else config.min_words
    fence = re.search(r"(?<!\S)```", text)
    if fence and not text[: fence.start()].strip():
        return _fence_end(text, fence.end())
    tokens = list(_TOKEN.finditer(text, 0, fence.start() if fence else len(text)))
    coded = _inside_code(text, tokens)
    words = 0
    for i, token in enumerate(tokens):
        words += any(c.isalnum() for c in token[0])
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if after is None:
            break
        gap = text[token.end() : after.start()]
        if token.end() in coded:
            continue
        numbered = bool(re.fullmatch(r"\(?\d{1,3}[.)]|[a-zA-Z]\)", token[0])) and (
            i == 0 or "\n" in text[tokens[i - 1].end() : token.start()]
        )
        if not words or (numbered and words == 1):
            continue
        if "\n" in gap or _ends_sentence(token[0], after[0], numbered):
            return token.end()
        if words >= least and _pauses(token[0], after[0]):
            return token.end()
        long = words >= most + max(1, most // _STRETCH)
        if first and words >= most and token[0].lower() in _COUNTS and after[0][0].isdigit():
            return token.end()
        breath = _breath if long else _good_breath
        if words >= most and (place := breath(tokens, least, i, coded)):
            return place
    if fence and (final or fence.start() > 0):
        return fence.start()
    return None


def _fence_end(text: str, opened: int) -> int | None:
    """Behind the closing fence and what stands on its line with it, None while it is open."""
    closed = re.compile(r"\n[ \t]*```+(?=\s)|(?<=[^\s`])```+(?=\s)").search(text, opened)
    return closed.end() if closed else None


def _ends_sentence(token: str, after: str, numbered: bool) -> bool:
    bare = token.rstrip(_CLOSING)
    if numbered or not bare or bare[-1] not in ".!?…":
        return False
    if bare[-1] in "!?":
        return True
    word = bare.lstrip("\"'“‘«([{*_").lower()
    if re.fullmatch(r"[^\W\d_]\.", word) and word != "i.":
        return False  # an initial
    if word in ABBREVIATIONS or word in ("st.", "no.", "nos."):
        capital = after.lstrip("\"'“‘([{*_")[:1].isupper()
        return capital and word in END_TOO and word not in _OFTEN_NAMES
    if re.fullmatch(r"(?:[a-z]\.){2,}", word):
        return False
    return not (set(bare) <= {".", "…"} and after[:1].islower())


def _pauses(token: str, after: str) -> bool:
    bare = token.rstrip(_CLOSING)
    if bare in ("—", "–", "--"):
        return not after[:1].isdigit()
    return bare[-1:] in (",", ";", ":", "—") and not _one_number(token, after)


def _one_number(token: str, after: str) -> bool:
    """ "March 5, | 2024", "10 | km", "about | 5": better read together."""
    return after[:1].isdigit() or after[:1] in "$€£¥#%°+-−=/×" or token[-1:].isdigit()


def _inside_code(text: str, tokens: list["re.Match[str]"]) -> set[int]:
    """The ends of tokens behind which inline code goes on."""
    out = set()
    odd = False
    for here, after in pairwise(tokens):
        odd ^= bool(here[0].count("`") % 2)
        odd &= "\n" not in text[here.end() : after.start()]
        if odd:
            out.add(here.end())
    return out


def _good_breath(
    tokens: list["re.Match[str]"], least: int, last: int, coded: set[int]
) -> int | None:
    """The end of the last word that a joining word follows."""
    for i in range(last, least - 2, -1):
        if (
            _plain(tokens, i)
            and tokens[i].end() not in coded
            and tokens[i + 1][0].lower() in _JOINS
        ):
            return tokens[i].end()
    return None


def _breath(tokens: list["re.Match[str]"], least: int, last: int, coded: set[int]) -> int | None:
    good = _good_breath(tokens, least, last, coded)
    if good:
        return good
    for i in range(last, least - 2, -1):
        if _plain(tokens, i) and tokens[i].end() not in coded:
            return tokens[i].end()
    return None


def _plain(tokens: list["re.Match[str]"], i: int) -> bool:
    """Whether one may stop between token i and the next."""
    here, after = tokens[i][0], tokens[i + 1][0]
    if not re.fullmatch(r"[\"'“‘(*_]*[^\W\d_]+(?:[-'’][^\W\d_]+)*[,;:]?[\"'”’)*_]*", here):
        return False  # a number, a title ("Dr."), a link, code
    return here.lower() not in _OPENS and not _one_number(here, after) and after[0] != "`"
