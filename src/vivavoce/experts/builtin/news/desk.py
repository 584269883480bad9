"""The stories on the table: the last list that was told, and which of them is being read."""

import re
from collections.abc import Sequence

from vivavoce.experts import Unclear
from vivavoce.experts.builtin.news.choosing import Item, about
from vivavoce.experts.builtin.news.story import stems
from vivavoce.experts.when.numbers import digits

_NUMBER = re.compile(r"(?:(?:story|headline|article|number) )?(\d{1,3})(?:st|nd|rd|th)?(?: 1)?")
_KIND = re.compile(r"^(?:the )|(?: story| headline| article)$")
_THIS = frozenset(("", "this", "that", "it", "this one", "that one"))


class Desk:
    """Of one room."""

    def __init__(self) -> None:
        self.items: tuple[Item, ...] = ()
        self.rest = ""
        """What is left to be read of the present one."""
        self.current: Item | None = None

    def put(self, items: Sequence[Item]) -> None:
        """These were told, by numbers from 1."""
        self.items, self.rest, self.current = tuple(items), "", None

    def reads(self, item: Item, rest: str) -> None:
        """It is being read."""
        self.current, self.rest = item, rest

    def pick(self, which: str) -> Item | None:
        """ "2", "the second one", "next", "that", or words of it; None: no story on the table has
        these words. Unclear: nobody knows which."""
        said = _KIND.sub("", which.strip().lower())
        if said in _THIS:
            return self._this()
        if said in ("next", "next one"):
            return self._next()
        if said in ("last", "last one"):
            return self._numbered(len(self.items))
        number = _NUMBER.fullmatch(digits(said))
        if number:
            return self._numbered(int(number[1]))
        found = about(self.items, which) if stems(which) else []
        return found[0] if found else None

    def _this(self) -> Item:
        if self.current is not None:
            return self.current
        if len(self.items) == 1:
            return self.items[0]
        raise Unclear(f"which story? {self._choice}")

    def _next(self) -> Item:
        at = self.items.index(self.current) if self.current in self.items else -1
        return self._numbered(at + 2)

    def _numbered(self, number: int) -> Item:
        if not 1 <= number <= len(self.items):
            raise Unclear(f"there is no story {number}; {self._choice}")
        return self.items[number - 1]

    @property
    def _choice(self) -> str:
        if not self.items:
            return "ask for the headlines first"
        return f"say a number from 1 to {len(self.items)}, or a word of it"
