"""A rule: a pattern at a token's start, and what it says."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the text a rule's match stands."""

    before: str
    """The token before, without its marks."""
    after: str
    """What follows, as written."""
    trail: str
    """The marks between."""


Says = Callable[["re.Match[str]", Place], str | None]
"""None: this rule does not take it."""
WORD_END = r"(?![\w])"


class Rules(list[tuple["re.Pattern[str]", Says]]):
    """In the order in which they are tried."""

    def rule(self, pattern: str, flags: int = 0) -> Callable[[Says], Says]:
        """Decorates what a pattern says."""

        def add(says: Says) -> Says:
            self.append((re.compile(pattern, flags | re.A), says))
            return says

        return add
