"""What is remembered of one conversation while it acts."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vivavoce.mind.policy import Read

REMEMBERED = 256
"""Conversations."""
MOST_WORDS = 50
"""Requests of a conversation that the policy looks at…"""
MOST_READ = 50
"""…and results."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that waits for a yes."""

    tool: str
    arguments: Mapping[str, Any]
    summary: str


@dataclass(slots=True)
class Talk:
    """One conversation's."""

    number: int = 0
    experts: tuple[str, ...] = ()
    """Loaded for the last turn."""
    words: list[str] = field(default_factory=list)
    """What was asked, the newest last."""
    read: list[Read] = field(default_factory=list)
    """What tools have told."""
    pending: Pending | None = None
    resumes: bool = True
    """The present answer is the mind's alone: it may be paused, and gone on with."""

    def said(self, text: str) -> None:
        """A request; a draft of it may have come before."""
        if not self.words or self.words[-1] != text:
            self.words = [*self.words[1 - MOST_WORDS :], text]

    def was_read(self, read: Read) -> None:
        """A tool told this."""
        self.read = [*self.read[1 - MOST_READ :], read]


class Talks:
    """Of all conversations; number 0 is remembered by nobody."""

    def __init__(self) -> None:
        self._talks: OrderedDict[int, Talk] = OrderedDict()

    def of(self, number: int) -> Talk:
        """This conversation's."""
        talk = self._talks.pop(number, None) or Talk(number)
        if number:
            self._talks[number] = talk
            while len(self._talks) > REMEMBERED:
                self._talks.popitem(last=False)
        return talk
