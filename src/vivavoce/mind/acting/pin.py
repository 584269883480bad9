"""The owner's PIN, beside a yes."""

from dataclasses import replace
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Literal

from vivavoce.core import Message
from vivavoce.mind.acting import yes
from vivavoce.mind.ask import Ask

Said = Literal["", "right", "wrong", "locked"]
WRONG = 3
"""So many in a row, in whatever conversations, and none counts for a while."""
LOCKED = timedelta(minutes=5)
"""The first time; each further time it is twice as long…"""
LONGEST = timedelta(days=1)
"""…but no longer than this. A right one begins anew."""


class Pin:
    """Shared by all conversations: who guesses gets nowhere by asking again."""

    def __init__(self, digits: str) -> None:
        """digits: they stand for the owner's voice; empty: none do."""
        self._digits = digits
        self._wrong, self._for = 0, LOCKED
        self._until: datetime | None = None

    def said(self, words: str, now: datetime) -> Said:
        """Whether it is in these words; empty: they have no digits, or there is no PIN."""
        given = yes.digits(words) if self._digits else ""
        if not given:
            return ""
        if self._until is not None and now < self._until:
            return "locked"
        if compare_digest(given.encode(), self._digits.encode()):
            self._wrong, self._for, self._until = 0, LOCKED, None
            return "right"
        self._wrong += 1
        if self._wrong % WRONG:
            return "wrong"
        self._until, self._for = now + self._for, min(2 * self._for, LONGEST)
        return "locked"

    def hidden(self, ask: Ask) -> Ask:
        """Without the digits beside a yes: a mind may tell what it was told to anybody."""
        if not self._digits:
            return ask
        messages = tuple(map(_without_digits, ask.request.messages))
        return replace(ask, request=replace(ask.request, messages=messages))


def _without_digits(message: Message) -> Message:
    beside_a_yes = message.role == "user" and yes.answered(message.text)
    return replace(message, text="yes") if beside_a_yes and yes.digits(message.text) else message
