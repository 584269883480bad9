"""Where a gap is full at the latest: the text begins to say again what stands behind it; and where
it may be before that. Pure.

A model that was not taught fill-in-the-middle to its end fills a gap and then writes on; what it
writes first is mostly what is there already.
"""

from dataclasses import dataclass
from typing import Literal

ENOUGH = 12
"""Characters, without blanks, of whole lines that must come again: an "else:" may be the gap's."""
LEAST = 4
"""Of a text behind the gap that is shorter than that."""
MOST = 40
"""Of a long line so many are enough, blanks too."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a text is to fit in front of."""

    words: str = ""
    """The first of what stands behind it; empty: nothing that could be told again."""
    ends_line: bool = False
    """They go to the end of a line."""
    lines: Literal["open", "whole"] | None = None
    """It is made of lines, the last one's end being the suffix's (open) or its own (whole); None:
    it may end within a line."""
    prefix: str = ""
    suffix: str = ""
    """The texts themselves."""

    @property
    def closed(self) -> bool:
        """It ends where its last line ends: blank lines at its end stand behind it."""
        return self.lines == "open" and bool(self.suffix.strip())

    def full(self, text: str, *, over: bool = False) -> int | None:
        """Where in the text the gap is full; None: not yet. over: nothing more comes."""
        at = text.find(self.words) if self.words else -1
        while at >= 0:
            behind = text[at + len(self.words) :][:1]
            ended = behind == "\n" or (over and not behind)
            if self._may_start(text, at) and (ended or not self.ends_line):
                return self._trimmed(text, at)
            at = text.find(self.words, at + 1)
        return self._trimmed(text, len(text)) if over else None

    def line_ends(self, text: str, behind: int) -> list[int]:
        """Where it may be full, behind a place: at the ends of lines that are not blank, as far as
        they can't be the suffix's, if it is made of lines."""
        if self.lines is None:
            return []
        own = self.lines == "whole"
        sure = len(text) - self.held(text)
        ends = (i + own for i in range(max(behind, 0), len(text)) if text[i] == "\n")
        return [at for at in ends if behind < at <= sure and not _blank(text, at - own)]

    def held(self, text: str) -> int:
        """Characters at its end that may turn out not to belong to it."""
        longest = min(len(self.words), len(text))
        again = next(
            (
                n
                for n in range(longest, 0, -1)
                if text.endswith(self.words[:n]) and self._may_start(text, len(text) - n)
            ),
            0,
        )
        return len(text) - self._trimmed(text, len(text) - again)

    def _may_start(self, text: str, at: int) -> bool:
        return self.lines is None or at == 0 or text[at - 1] == "\n"

    def _trimmed(self, text: str, at: int) -> int:
        return len(text[:at].rstrip("\n")) if self.closed else at


NO_GAP = Gap()
"""Nothing stands behind it: all of the text belongs to it."""


def gap(prefix: str, suffix: str) -> Gap:
    """Between two texts."""
    lines: Literal["open", "whole"] | None = None
    if suffix.startswith("\n"):
        lines = "open"
    elif suffix[:1].isspace() and suffix.strip() and (not prefix or prefix.endswith("\n")):
        lines = "whole"
    words = ""
    for line in suffix.lstrip("\n").splitlines(keepends=True):
        words += line
        if _weight(words) >= ENOUGH:
            break
    words = words.rstrip()
    if _weight(words) < LEAST:
        words = ""
    return Gap(words[:MOST], len(words) <= MOST, lines, prefix, suffix)


def _blank(text: str, end: int) -> bool:
    """Whether the line is that ends there."""
    return not text[:end].rpartition("\n")[2].strip()


def _weight(text: str) -> int:
    return len("".join(text.split()))
