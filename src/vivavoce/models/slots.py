"""Which of the model's prefix caches a request is given."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager


class Slots:
    """The books: who has which slot, what was read into it, which are busy. No clock, no waiting.

    A conversation (not 0) owns a slot, from the last one down: llama.cpp gives chains of one prompt
    the first ones. For a prompt that has little of what was read there (an expert's tools before
    the same talk) it takes another one too, and comes back to each with what it knows."""

    def __init__(self, count: int) -> None:
        self._read = [""] * count
        self._busy = [False] * count
        self._owner = [0] * count
        self._used = list(range(count))
        """Least recently used first."""

    def take(self, conversation: int, prompt: str) -> int | None:
        """A slot, busy from now on; None: all are."""
        slot = self.best(conversation, prompt)
        if slot is not None:
            beside = self._works(conversation) and self._owner[slot] != conversation
            self._keep(slot, prompt, 0 if beside else conversation)
        return slot

    def take_many(
        self, conversation: int, prompt: str, most: int, *, shared: bool = False
    ) -> list[int]:
        """Slots for chains of one prompt, busy from now on: as many as are idle, but for one that
        is left to others; none: wait. shared: llama.cpp copies the prompt from the first into the
        idle slots that come first; otherwise the longest unused are taken, nobody's before all."""
        idle = [slot for slot in self._used if not self._busy[slot]]
        room = min(most, len(idle) - (len(self._busy) > 1))
        if room < 1:
            return []
        first = self.take(conversation, prompt)
        assert first is not None
        idle.sort(key=(lambda slot: slot) if shared else (lambda slot: self._owner[slot] > 0))
        others = [slot for slot in idle if slot != first][: room - 1]
        for slot in others:
            self._keep(slot, "" if shared else prompt, 0)  # it clears them when they are done
        return [first, *others]

    def free(self, slot: int) -> None:
        """It is done; what was read stays."""
        self._busy[slot] = False

    def best(self, conversation: int, prompt: str) -> int | None:
        """One of the conversation's own that knows the prompt and little else; else one that nobody
        owns (one that knows the prompt; a new one; the longest unused), else the longest unused."""
        idle = [slot for slot in self._used if not self._busy[slot]]
        mine = [slot for slot in idle if conversation and self._owner[slot] == conversation]
        mine = [slot for slot in mine if not self._read[slot] or self._knows(slot, prompt)]
        if mine:
            return max(mine, key=lambda slot: len(self._read[slot]))
        unowned = [slot for slot in idle if not self._owner[slot]]
        if not unowned:
            return idle[0] if idle else None
        known = [slot for slot in unowned if self._knows(slot, prompt)]
        if known:
            return max(known, key=lambda slot: len(self._read[slot]))
        unread = [slot for slot in unowned if not self._read[slot]]
        if unread:
            return max(unread) if conversation else min(unread)
        return unowned[0]

    def owner(self, slot: int) -> int:
        """The conversation whose prefix is there; 0: nobody's."""
        return self._owner[slot]

    def _works(self, conversation: int) -> bool:
        """The conversation is busy in one of its slots."""
        return any(
            busy and owner == conversation
            for busy, owner in zip(self._busy, self._owner, strict=True)
        )

    def _knows(self, slot: int, prompt: str) -> bool:
        """The prompt uses more than half of what was read there."""
        read = self._read[slot]
        return bool(read) and prompt.startswith(read[: len(read) // 2 + 1])

    def _keep(self, slot: int, prompt: str, owner: int) -> None:
        self._busy[slot], self._read[slot], self._owner[slot] = True, prompt, owner
        self._used.remove(slot)
        self._used.append(slot)


class Turns:
    """Slots for as long as somebody needs them; who finds none waits."""

    def __init__(self, count: int) -> None:
        self.slots = Slots(count)
        self._waiting: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def one(self, conversation: int, prompt: str) -> AsyncIterator[int]:
        """A slot to answer in."""
        while (slot := self.slots.take(conversation, prompt)) is None:
            await self._freed()
        try:
            yield slot
        finally:
            self._free([slot])

    @contextmanager
    def unless_busy(self, conversation: int, prompt: str) -> Iterator[int | None]:
        """A slot to read ahead into; None: that would make somebody wait."""
        slot = self.slots.take(conversation, prompt)
        try:
            yield slot
        finally:
            if slot is not None:
                self._free([slot])

    @asynccontextmanager
    async def many(
        self, conversation: int, prompt: str, most: int, *, shared: bool
    ) -> AsyncIterator[Sequence[int]]:
        """Slots for some chains, at least one; see Slots.take_many."""
        while not (taken := self.slots.take_many(conversation, prompt, most, shared=shared)):
            await self._freed()
        try:
            yield taken
        finally:
            self._free(taken)

    def _free(self, slots: Sequence[int]) -> None:
        for slot in slots:
            self.slots.free(slot)
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done() and not turn.get_loop().is_closed():
                turn.set_result(None)

    async def _freed(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn
