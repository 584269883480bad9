"""What is remembered of one conversation while it acts."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from vivavoce.core import RANKS, Message, Rank, Speaker
from vivavoce.mind.acting.recalled import Turn
from vivavoce.mind.policy import Read

REMEMBERED = 256
"""Conversations."""
MOST_WORDS = 50
"""Requests of a conversation that the policy looks at…"""
MOST_TURNS = 20
"""Whose calls a model is told of again."""
MOST_READ = 50
"""…and results of this house; as many of each source."""
HEARD = 0.75
"""Share of its words after which who answers a question has heard it."""


def same(one: Speaker, other: Speaker) -> bool:
    """Whether they are one person, as far as we know."""
    return (one.name, one.rank) == (other.name, other.rank)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that waits for a yes."""

    tool: str
    arguments: Mapping[str, Any]
    summary: str = ""
    own: bool = False
    undoes: int | None = None
    """Both as Hands.do."""
    by_owner: bool = False
    """As Verdict."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A question of ours: a yes as the very next thing that is said does all of it."""

    question: str
    """As it was said."""
    calls: tuple[Waiting, ...]
    asker: Speaker
    """Whose request it was."""
    at: datetime

    @property
    def by_owner(self) -> bool:
        """An owner's yes alone will do."""
        return any(call.by_owner for call in self.calls)

    def answered_in(self, messages: Sequence[Message]) -> bool:
        """Whether the last of these comes right after the question, and most of it was heard."""
        said = [message for message in messages if message.role != "system"][-2:]
        if [message.role for message in said] != ["assistant", "user"]:
            return False
        words = self.question.split()
        heard = " ".join(words[: ceil(HEARD * len(words))])
        return heard in " ".join(said[0].text.split())


@dataclass(slots=True)
class Talk:
    """One conversation's."""

    number: int = 0
    experts: tuple[str, ...] = ()
    """That the last turn was for; where it was for none, the one before it."""
    words: list[tuple[Speaker, str]] = field(default_factory=list)
    """What was asked and by whom, the newest last."""
    read: list[Read] = field(default_factory=list)
    """What tools have told."""
    turns: list[Turn] = field(default_factory=list)
    """In which something was done, the newest last."""
    pending: Pending | None = None
    least: Rank = "unknown"
    """Who may know at least what tools have told."""
    begun: bool = False
    """Something was asked."""
    resumes: bool = True
    """The present answer is the mind's alone: it may be paused, and gone on with."""
    _between: bool = False
    """The last turn was for no expert."""

    def said(self, text: str, speaker: Speaker) -> None:
        """A request; an older question of ours is over."""
        if self.words and self.words[-1][1] == text and same(self.words[-1][0], speaker):
            return
        self.words = [*self.words[1 - MOST_WORDS :], (speaker, text)]
        self.pending = None

    def was_for(self, experts: Sequence[str]) -> None:
        """A turn was for these, and no draft of it. "Thanks" does not change what is spoken of;
        two turns for no expert do."""
        if experts or self._between:
            self.experts = tuple(experts)
        self._between = not experts

    def did(self, turn: Turn) -> None:
        """Something was done, perhaps not for the first time in this turn."""
        if turn not in self.turns:
            self.turns = [*self.turns[1 - MOST_TURNS :], turn]

    def goes_on(self, messages: Sequence[Message]) -> None:
        """What stands in the history of a talk that has just begun was said elsewhere (before a
        connection was lost, for example): nobody knows any more what outsiders put into it."""
        begun, self.begun = self.begun, True
        if begun:
            return
        told = [m for m in messages if m.role != "system"]
        asked = next((i for i, m in enumerate(told) if m.role == "user"), len(told))
        if any(m.role == "assistant" for m in told[asked:]):
            text = "\n".join(m.text for m in told[asked:-1])
            self.was_read(Read(text, "what was said earlier"))

    def was_told(self, least: Rank) -> None:
        """A tool told something that is for nobody below this rank. What guests may know is no
        secret here: who is less is hardly ever answered, and a secret costs each draft its lead."""
        if least != "guest":
            self.least = min(self.least, least, key=RANKS.index)

    def words_of(self, speaker: Speaker) -> tuple[str, ...]:
        """What just this speaker has asked, the newest last."""
        return tuple(text for who, text in self.words if same(who, speaker))

    def strangers(self, speaker: Speaker) -> tuple[Read, ...]:
        """What voices that nobody knows have said: to anybody else it is an outsider's text."""
        if speaker.rank == "unknown":
            return ()
        said = (text for who, text in self.words if who.rank == "unknown")
        return tuple(Read(text, "a voice that I don't know") for text in said)

    def was_read(self, read: Read) -> None:
        """A tool told this. What comes from outside is never forgotten altogether."""
        alike = [one for one in self.read if one.source == read.source]
        if len(alike) >= MOST_READ:
            self.read.remove(alike[0])
        self.read = [*self.read, read]


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
