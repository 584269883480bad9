"""What was told, by number, so that "the second one" and "it" mean something."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vivavoce.core import Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.mail.mail import Head, Ref

STALE = timedelta(minutes=15)
"""After that, "it" is no mail any more."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A mail that was told. Its number never means another one."""

    number: int
    head: Head
    before: str = ""
    """The folder it was moved from."""


class Desk:
    """Of one account, while the house runs."""

    def __init__(self) -> None:
        self._told: dict[int, Numbered] = {}
        self._numbers: dict[Ref, int] = {}
        self._last = 0
        """The highest number."""
        self.current = 0
        self._next: list[int] = []
        """Listed, and not read yet."""
        self._at: datetime | None = None
        self.rest = ""
        """Of the mail read last: what is still to be read."""

    def list(self, heads: Sequence[Head], now: datetime) -> list[Numbered]:
        """With their numbers; the first is "it" from now on."""
        numbered = [self._numbered(head) for head in heads]
        self._next = [entry.number for entry in numbered]
        self.current, self._at, self.rest = 0, now, ""
        return numbered

    def pick(self, number: int, now: datetime) -> Numbered:
        """By its number; 0: "it", the one read last, else the first one listed. Unclear: there is
        none; Refused: no such number."""
        if number == 0:
            if self._at is None or now - self._at > STALE or not (self.current or self._next):
                raise Unclear("which mail? call inbox or search first and give its number")
            number = self.current or self._next[0]
        return self._get(number)

    def following(self, now: datetime) -> Numbered:
        """The next one listed that was not read. Unclear: there is none."""
        if not self._next or self._at is None or now - self._at > STALE:
            raise Unclear("which mail? call inbox or search first and give its number")
        return self._get(self._next[0])

    def was_read(self, entry: Numbered, rest: str, now: datetime) -> None:
        """It is "it" now."""
        self.current, self._at, self.rest = entry.number, now, rest
        self._next = [number for number in self._next if number != entry.number]

    def known(self, number: int) -> Numbered | None:
        """As pick, for a summary: never raises."""
        return self._told.get(number or self.current or (self._next[0] if self._next else 0))

    def was_moved(self, entry: Numbered, ref: Ref | None) -> None:
        """It lies there now; None: nobody knows where."""
        self._numbers.pop(entry.head.ref, None)
        self._next = [number for number in self._next if number != entry.number]
        if ref is None:
            del self._told[entry.number]
            return
        head = replace(entry.head, ref=ref)
        self._told[entry.number] = Numbered(entry.number, head, entry.head.ref.folder)
        self._numbers[ref] = entry.number

    def _numbered(self, head: Head) -> Numbered:
        number = self._numbers.get(head.ref, 0)
        if not number:
            number = self._last = self._last + 1
            self._numbers[head.ref] = number
        before = self._told[number].before if number in self._told else ""
        self._told[number] = Numbered(number, head, before)
        return self._told[number]

    def _get(self, number: int) -> Numbered:
        if number not in self._told:
            raise Refused(f"there is no mail {number}; call inbox or search for the numbers")
        return self._told[number]
