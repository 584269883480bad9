"""A history that is longer than the model can read: the oldest is cut, its facts are kept.

Extractive, so that nothing is made up and no model is asked: sentences of the user's that state
something are kept as they were said, the newest first, in one note behind the instructions.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence

from vivavoce.core import Message, Refused

NOTE = "Earlier in this conversation the user said (the rest was left out to save room): "
NOTE_CHARS = 1_200
"""The note's longest; about 300 tokens."""
FRAME_TOKENS = 16
"""The most that a message or a call takes besides its text."""

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
    """What fits of the messages, and how many were left out of it.

    Refused if not even the least of them fits."""
    whole = tuple(messages)
    read = [text for message in whole for text in texts(message)]
    if sum(len(text.encode()) + FRAME_TOKENS for text in read) <= most_tokens:
        return whole, 0  # no token is shorter than a byte: nothing to count
    system, said = _parted(whole)
    for gone in cuts(said):
        out = [m for i, m in enumerate(said) if i in gone]
        rest = [m for i, m in enumerate(said) if i not in gone]
        kept = (*system, *note(out), *rest) if gone else whole
        if await count(kept) <= most_tokens:
            return kept, len(gone)
    bare = least(whole)
    if len(bare) < len(whole) and await count(bare) <= most_tokens:
        return bare, len(whole) - len(bare)
    raise Refused(
        f"what was said last and the instructions are longer than the {most_tokens} tokens that "
        "the model can read; shorten them, or take a model with more context"
    )


def least(messages: Sequence[Message]) -> tuple[Message, ...]:
    """What is never left out: the instructions, the user's last words and, amid calls, the newest
    with its results."""
    system, said = _parted(messages)
    *_, gone = cuts(said)
    return (*system, *(m for i, m in enumerate(said) if i not in gone))


def cuts(said: Sequence[Message]) -> Iterator[set[int]]:
    """Places of what is left out: nothing, then more each time, the oldest first. Whole turns
    before the user's last words, then calls made since, each with its results."""
    asked = max((i for i, m in enumerate(said) if m.role == "user"), default=-1)
    turns = [i for i in range(1, asked + 1) if said[i].role == "user"]
    rounds = [
        i
        for i in range(asked + 2, len(said))
        if said[i].role == "assistant" and not said[i - 1].calls
    ]
    yield set()
    for at in _halves(turns):
        yield set(range(at))
    for at in _halves(rounds):
        yield {*range(asked), *range(asked + 1, at)}


def note(gone: Sequence[Message]) -> tuple[Message, ...]:
    """Stands behind the instructions for what was left out; none where that stated nothing."""
    kept = facts(gone)
    return (Message("user", NOTE + " ".join(kept)),) if kept else ()


def texts(message: Message) -> tuple[str, ...]:
    """All that a model may read of a message."""
    calls = (call.name + call.arguments for call in message.calls)
    thoughts = (t.text + t.signature + t.redacted for t in message.thoughts)
    return (message.text, *calls, *thoughts)


def facts(messages: Sequence[Message], longest: int = NOTE_CHARS) -> list[str]:
    """The user's sentences that state something, oldest first; the newest win where room is short.

    Of a tool's results and our own answers nothing is kept: they can be had again."""
    found = (
        sentence
        for message in reversed(messages)
        if message.role == "user"
        for sentence in reversed(_SENTENCE.findall(message.text.removeprefix(NOTE)))
        if states(sentence.strip())
    )
    kept: list[str] = []
    for sentence in map(str.strip, found):
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


def _parted(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """The instructions, and all the rest."""
    system = [m for m in messages if m.role == "system"]
    return system, [m for m in messages if m.role != "system"]


def _halves(places: Sequence[int]) -> Iterator[int]:
    """The middle one, that of those behind it, … the last: by halves, so that the prefix stays the
    same for as long as possible."""
    while places:
        middle = (len(places) - 1) // 2
        yield places[middle]
        places = places[middle + 1 :]
