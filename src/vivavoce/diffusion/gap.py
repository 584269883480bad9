"""Where a gap is full: the text begins to say again what stands behind it. Pure.

A model that was not taught fill-in-the-middle to its end fills a gap and then writes on; what it
writes first is mostly what is there already.
"""

from dataclasses import dataclass

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
    starts_line: bool = False
    """It stands at the beginning of a line."""
    ends_line: bool = False
    """And goes to the end of one."""
    closed: bool = False
    """The gap ends where its last line ends: blank lines at its end stand behind it."""

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
        return not self.starts_line or at == 0 or text[at - 1] == "\n"

    def _trimmed(self, text: str, at: int) -> int:
        return len(text[:at].rstrip("\n")) if self.closed else at


NO_GAP = Gap()
"""Nothing stands behind it: all of the text belongs to it."""


def gap(prefix: str, suffix: str) -> Gap:
    """Between two texts."""
    closed = suffix.startswith("\n")
    words = ""
    for line in suffix.lstrip("\n").splitlines(keepends=True):
        words += line
        if _weight(words) >= ENOUGH:
            break
    words = words.rstrip()
    if _weight(words) < LEAST:
        return Gap(closed=closed and bool(suffix.strip()))
    whole_lines = (not prefix or prefix.endswith("\n")) and suffix[:1].isspace()
    return Gap(words[:MOST], closed or whole_lines, len(words) <= MOST, closed)


def _weight(text: str) -> int:
    return len("".join(text.split()))
