"""How the model's one context is shared out."""

from collections.abc import Iterator
from contextlib import contextmanager

HAND_OFF_TOKENS = 48
"""More than what stands around a thought."""
SPARE = 4
"""A thought leaves a quarter of what is free to those that come beside it."""


class Context:
    """What is promised to those who write at present."""

    def __init__(self, tokens: int, *, shared: bool) -> None:
        self._tokens, self._shared = tokens, shared
        self._promised: dict[object, int] = {}

    def grant(self, asked: int, *, read: int, answer: int, chains: int = 1) -> int:
        """Tokens of thinking for each of some chains that read one prompt together."""
        room = self._tokens - read - sum(self._promised.values())
        room -= room // SPARE if self._shared else 0
        return max(0, min(asked, room // chains - HAND_OFF_TOKENS - answer))

    @contextmanager
    def promise(self, tokens: int) -> Iterator[None]:
        """Nobody else is granted these meanwhile."""
        who = object()
        self._promised[who] = tokens
        try:
            yield
        finally:
            del self._promised[who]


def guess(prompt: str) -> int:
    """About how many tokens a prompt has."""
    return len(prompt.encode()) // 3
