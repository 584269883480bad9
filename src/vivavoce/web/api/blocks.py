"""Pieces become blocks: a stretch of thinking, a stretch of text, a call."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from vivavoce.core import Call, Message, Thought
from vivavoce.mind import Outcome
from vivavoce.models import Text, Thinking, Usage
from vivavoce.web.api.minds import Told

Block = Thought | Text | Call


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a block."""

    kind: Literal["begin", "more", "end"]
    index: int
    block: Block
    """As it is now: empty when it begins, whole when it ends."""
    delta: str = ""


@dataclass(slots=True)
class Answer:
    """An answer as far as it has come."""

    vendor: str = ""
    """Whose thoughts these are, if no piece says."""
    ids: str = "call_"
    """How the ids of calls begin that have none yet."""
    blocks: list[Block] = field(default_factory=list)
    outcome: Outcome | None = None
    _thinker: tuple[str, str] = ("", "")
    """Vendor and model of the last thought."""
    _open: bool = False
    """The last block still grows."""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(b.text for b in self.blocks if isinstance(b, Text))

    @property
    def thinking(self) -> str:
        """All of it that may be read."""
        return "".join(b.text for b in self.blocks if isinstance(b, Thought))

    @property
    def calls(self) -> tuple[Call, ...]:
        """In their order."""
        return tuple(b for b in self.blocks if isinstance(b, Call))

    @property
    def usage(self) -> Usage:
        """Nothing, as long as it is not over."""
        return self.outcome.usage if self.outcome else Usage()

    @property
    def message(self) -> Message:
        """As the history keeps it."""
        thoughts = tuple(b for b in self.blocks if isinstance(b, Thought))
        return Message("assistant", self.text, calls=self.calls, thoughts=thoughts)

    def take(self, item: Told) -> Iterator[Step]:
        """What changes by it; iterate, or nothing does."""
        if isinstance(item, Outcome):
            self.outcome = item
            yield from self._close()
        elif isinstance(item, Thinking) and item.redacted:
            yield from self._whole(Thought(redacted=item.redacted, vendor=self._whose(item)))
        elif isinstance(item, Thinking):
            yield from self._think(item)
        elif isinstance(item, Text) and item.text:
            yield from self._grow(Text(""), item.text)
        elif isinstance(item, Call):
            given = item if item.id else replace(item, id=self.ids + secrets.token_hex(12))
            yield from self._whole(given)

    def _think(self, item: Thinking) -> Iterator[Step]:
        thinker = self._whose(item), item.model
        if thinker != self._thinker:  # a signature holds for one model's words only
            yield from self._close()
        self._thinker = thinker
        if item.text or item.signature:
            yield from self._grow(Thought(vendor=self._whose(item)), item.text)
        if item.signature:
            last = self.blocks[-1]
            assert isinstance(last, Thought)
            self.blocks[-1] = replace(last, signature=item.signature)
            yield from self._close()

    def _whose(self, item: Thinking) -> str:
        return item.vendor or self.vendor

    def _grow(self, empty: Thought | Text, delta: str) -> Iterator[Step]:
        if not self._open or type(self.blocks[-1]) is not type(empty):
            yield from self._begin(empty)
        last = self.blocks[-1]
        assert not isinstance(last, Call)
        self.blocks[-1] = replace(last, text=last.text + delta)
        if delta:
            yield Step("more", len(self.blocks) - 1, self.blocks[-1], delta)

    def _whole(self, block: Block) -> Iterator[Step]:
        yield from self._begin(block)
        yield from self._close()

    def _begin(self, block: Block) -> Iterator[Step]:
        yield from self._close()
        self.blocks.append(block)
        self._open = True
        yield Step("begin", len(self.blocks) - 1, block)

    def _close(self) -> Iterator[Step]:
        if self._open:
            self._open = False
            yield Step("end", len(self.blocks) - 1, self.blocks[-1])


def arguments(call: Call) -> dict[str, Any]:
    """As an object; what isn't one is given under "arguments"."""
    try:
        found = json.loads(call.arguments or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"arguments": call.arguments}
