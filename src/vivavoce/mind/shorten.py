"""A history that is longer than the model can read: the oldest is cut, its facts are kept.

Extractive, so that nothing is made up and no model is asked: sentences of the user's that state
something are kept as they were said, the newest first, in one note behind the instructions.
"""

import re
from collections.abc import Awaitable, Callable, Sequence

from vivavoce.core import Message, Refused

NOTE = "Earlier in this conversation the user said (the rest was left out to save room): "
NOTE_CHARS = 1_200
"""The note's longest; about 300 tokens."""
FRAME_TOKENS = 16
"""The most that a message takes besides its text."""
RECENT = 2
"""Messages that are never cut: the last question, and what it answers."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_STATES = re.compile(
    r"\d|\b(?:my|our|i am|i'm|i have|i've|we are|we have|i like|i love|i hate|i prefer|i need|"
    r"i want|i live|i work|remember|call me|is called|always|never|must|birthday|allergic)\b|"
    r"(?<=\w )[A-Z][a-z]+"
)
_ASKS = re.compile(r"^\s*(?:what|who|when|where|why|how|which|can|could|do|does|is|are|will)\b")

Count = Callable[[tuple[Message, ...]], Awaitable[int]]
"""Tokens of some messages."""


async def shorten(
    messages: Sequence[Message], most_tokens: int, count: Count
) -> tuple[tuple[Message, ...], int]:
    """What fits of the messages, and how many were left out of it or cut.

    Refused if the instructions and the last message alone do not fit."""
    whole = tuple(messages)
    if sum(len(m.text.encode()) + FRAME_TOKENS for m in whole) <= most_tokens:
        return whole, 0  # no token is shorter than a byte: nothing to count
    if await count(whole) <= most_tokens:
        return whole, 0
    system = tuple(m for m in whole if m.role == "system")
    said = [m for m in whole if m.role != "system"]
    dropped = 0
    while (cut := _next_cut(said, dropped)) is not None:
        dropped = cut
        kept = (*system, *_note(said[:dropped]), *said[dropped:])
        if await count(kept) <= most_tokens:
            return kept, dropped
    bare = (*system, said[-1]) if said else system
    if len(said) > 1 and await count(bare) <= most_tokens:
        return bare, len(said) - 1
    raise Refused(
        f"the last message and the instructions are longer than the {most_tokens} tokens that the "
        "model can read; shorten them, or take a model with more context"
    )


def facts(messages: Sequence[Message], longest: int = NOTE_CHARS) -> list[str]:
    """The user's sentences that state something, oldest first; the newest win where room is short.

    Of a tool's results and our own answers nothing is kept: they can be had again."""
    found = [
        sentence
        for message in messages
        if message.role == "user"
        for sentence in (s.strip() for s in _SENTENCE.findall(message.text))
        if states(sentence)
    ]
    kept: list[str] = []
    for sentence in reversed(found):
        longest -= len(sentence) + 1
        if longest < 0:
            break
        if sentence not in kept:
            kept.append(sentence)
    return kept[::-1]


def states(sentence: str) -> bool:
    """Says something that may be needed later; questions don't."""
    if sentence.endswith("?") or _ASKS.match(sentence.lower()):
        return False
    return bool(_STATES.search(sentence) or _STATES.search(sentence.lower()))


def _next_cut(said: Sequence[Message], dropped: int) -> int | None:
    """Half of what may go at once, so that the prefix stays the same for as long as possible; up to
    a message of the user, so that no answer or result stands without what it answers."""
    may_go = len(said) - RECENT - dropped
    if may_go <= 0:
        return None
    at = dropped + max(1, may_go // 2)
    while at < len(said) - 1 and said[at].role != "user":
        at += 1
    return at if at > dropped else None


def _note(gone: Sequence[Message]) -> tuple[Message, ...]:
    kept = facts(gone)
    return (Message("user", NOTE + " ".join(kept)),) if kept else ()
