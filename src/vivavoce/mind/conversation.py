"""What was said on both sides of one conversation; ours only as far as it was heard."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import count

from vivavoce.core import Call, Message
from vivavoce.mind.shorten import cuts, facts, note, texts

KEPT_GONE = 2_000
"""Messages that were let go and are still kept whole."""


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
        self._gone: set[int] = set()
        """Entries that the model is not told any more, but for their facts."""
        self._forgotten = 0
        """Entries that went before those…"""
        self._facts: list[Message] = []
        """…and what they stated."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of it, oldest first."""
        return tuple(self._entries)

    @property
    def left_out(self) -> int:
        """Messages that were let go."""
        return self._forgotten + len(self._gone)

    @property
    def unanswered(self) -> tuple[int, ...]:
        """The user's messages behind our last words, newest first."""
        found: list[int] = []
        for entry in reversed(self._entries):
            if entry.message.role == "assistant" and entry.message.text:
                break
            if entry.message.role == "user":
                found.append(entry.id)
        return tuple(found)

    def add(self, message: Message, after: int | None = None) -> int:
        """Append, or insert behind the entry `after` (0: at the beginning) and the results of its
        calls; returns its id."""
        entry = Entry(next(self._ids), message)
        if after is None:
            self._entries.append(entry)
        else:
            at = 0 if after == 0 else self._index(after) + 1
            while at < len(self._entries) and self._entries[at].message.role == "tool":
                at += 1
            self._entries.insert(at, entry)
        if len(self._entries) > 2 * KEPT_GONE:
            self.messages()  # nobody reads what is only listened to: it is let go all the same
        return entry.id

    def add_result(self, call: Call, output: str) -> None:
        """What a call brought. If more was said since, the call is moved down to it: the model
        answers what comes last, and vendors want a result right behind its call."""
        at = next((i for i, e in enumerate(self._entries) if call in e.message.calls), None)
        if at is None:
            self.add(Message("assistant", "", calls=(call,)))
        elif any(e.message.role != "tool" for e in self._entries[at + 1 :]):
            entry = self._entries[at]
            others = tuple(c for c in entry.message.calls if c != call)
            self._put(at, replace(entry.message, calls=others))
            self.add(Message("assistant", "", calls=(call,)))
        self.add(Message("tool", output, call_id=call.id))

    def move_down(self, entries: Collection[int]) -> None:
        """From now on these are the last, in their order."""
        self._entries.sort(key=lambda entry: entry.id in entries)

    def remove(self, entry: int) -> None:
        """Forget one entry's words. KeyError if there is none of this id."""
        self.rewrite(entry, "")

    def rewrite(self, entry: int, text: str) -> None:
        """Cut an entry to what was heard; with nothing heard it was never said, but its calls were
        made."""
        at = self._index(entry)
        self._put(at, replace(self._entries[at].message, text=text))

    def messages(self, more: str | None = None) -> tuple[Message, ...]:
        """For the model: the instructions, what fits of the history, and the user's words `more`.

        Two turns of the user without an answer between them are one. What is let go stays so: the
        prefix is the same (and cached) until room is short again. The last two messages stay."""
        here = [e for e in self._entries if e.id not in self._gone]
        now = [] if more is None else [Message("user", more)]
        for cut in cuts([e.message for e in here]):
            self._gone |= {here[i].id for i in cut}
            kept = [*(e.message for i, e in enumerate(here) if i not in cut), *now]
            gone = [e.message for e in self._entries if e.id in self._gone]
            noted = note([*self._facts, *gone])
            chars = sum(len(text) for m in (*noted, *kept) for text in texts(m))
            if chars <= self.longest_chars or len(kept) <= 2:
                break
        merged: list[Message] = [Message("system", self.instructions)]
        for message in kept:
            last = merged[-1]
            if message.role == last.role == "user":
                merged[-1] = Message("user", f"{last.text} {message.text}".strip())
            else:
                merged.append(message)
        if len(self._gone) > KEPT_GONE:
            self._forget()
        return (merged[0], *noted, *merged[1:])

    def _forget(self) -> None:
        """Of what was let go long ago only the facts stay."""
        old = [e for e in self._entries if e.id in self._gone][:-KEPT_GONE]
        self._facts = [Message("user", f) for f in facts([*self._facts, *(e.message for e in old)])]
        ids = {e.id for e in old}
        self._gone -= ids
        self._forgotten += len(ids)
        self._entries = [e for e in self._entries if e.id not in ids]

    def _put(self, at: int, message: Message) -> None:
        """Of an entry that says nothing and calls nothing, nothing is left."""
        entry = self._entries[at]
        if message.text or message.calls:
            self._entries[at] = replace(entry, message=message)
        else:
            del self._entries[at]
            self._gone.discard(entry.id)

    def _index(self, entry: int) -> int:
        for at, e in enumerate(self._entries):
            if e.id == entry:
                return at
        raise KeyError(entry)
