"""What was said on both sides of one conversation; ours only as far as it was heard."""

from dataclasses import dataclass, replace
from itertools import count

from vivavoce.core import Message


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with the id by which clients name it."""

    id: int
    message: Message


class Conversation:
    """Entries in order; renders them as a model wants them."""

    def __init__(self, instructions: str, longest_chars: int = 7_000) -> None:
        self.instructions = instructions
        self.longest_chars = longest_chars
        """About a quarter of it in tokens; four such conversations must fit the model's context."""
        self._ids = count(1)
        self._entries: list[Entry] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of it, oldest first."""
        return tuple(self._entries)

    def add(self, message: Message, after: int | None = None) -> int:
        """Append, or insert behind the entry `after` (0: at the beginning); returns its id."""
        entry = Entry(next(self._ids), message)
        if after is None:
            self._entries.append(entry)
        else:
            at = 0 if after == 0 else self._index(after) + 1
            self._entries.insert(at, entry)
        return entry.id

    def remove(self, entry: int) -> None:
        """Forget one entry. KeyError if there is none of this id."""
        del self._entries[self._index(entry)]

    def rewrite(self, entry: int, text: str) -> None:
        """Cut an entry to what was heard; with nothing heard it was never said."""
        at = self._index(entry)
        if text:
            old = self._entries[at]
            self._entries[at] = replace(old, message=replace(old.message, text=text))
        else:
            del self._entries[at]

    def messages(self, more: str | None = None) -> tuple[Message, ...]:
        """For the model: the instructions, what fits of the history, and the user's words `more`.

        Two turns of the user without an answer between them are one. The oldest entries are let go
        by halves, so that the prefix stays the same (and cached) for as long as possible."""
        said = [e.message for e in self._entries]
        if more is not None:
            said.append(Message("user", more))
        while len(said) > 2 and sum(len(m.text) for m in said) > self.longest_chars:
            said = said[len(said) // 2 :]
        merged: list[Message] = [Message("system", self.instructions)]
        for message in said:
            last = merged[-1]
            if message.role == last.role == "user":
                merged[-1] = Message("user", f"{last.text} {message.text}".strip())
            else:
                merged.append(message)
        return tuple(merged)

    def _index(self, entry: int) -> int:
        for at, e in enumerate(self._entries):
            if e.id == entry:
                return at
        raise KeyError(entry)
