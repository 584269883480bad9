"""What was done, put into the history. Pure.

What a client sends back of a conversation are words: "turn on the lamp", "the lamp is on". A small
model that reads no call between them makes none either: it only says that it did."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from vivavoce.core import Call, Message

MOST_CHARS = 800
"""Of a result of an earlier turn."""


@dataclass(slots=True, eq=False)
class Turn:
    """A turn in which something was done."""

    words: str
    """As they stand in the history."""
    made: list[tuple[Call, Message]] = field(default_factory=list)
    """Each call, and what the model was told of it."""


def recalled(
    messages: Sequence[Message], turns: Sequence[Turn], tools: Container[str]
) -> tuple[Message, ...]:
    """The messages, of which the last is what is asked now, with the calls of these turns, the
    newest last, behind the words that they were made for, and instead of the answer that they led
    to: their results tell the same, and a small model would go on answering at once. Outsiders'
    words are not told again: their result is the answer. Calls of other tools than these are left
    out: a model is told of none that it can't call."""
    left, told = list(turns), list(messages[-1:])
    for message in reversed(messages[:-1]):
        same = [n for n, turn in enumerate(left) if turn.words == message.text]
        if message.role == "user" and same:
            made = [pair for pair in left[same[-1]].made if pair[0].name in tools]
            del left[same[-1] :]
            if made:
                answered = told[0].role == "assistant" and not told[0].calls
                answer = told.pop(0).text if answered else ""
                told[:0] = _as_told(made, answer, len(left))
        told.insert(0, message)
    return tuple(told)


def _as_told(made: Sequence[tuple[Call, Message]], answer: str, turn: int) -> list[Message]:
    """As one answer that calls, and its results. answer: what was heard in the end."""
    ids = [f"past_{turn}_{n}" for n in range(len(made))]
    calls = tuple(replace(call, id=one) for (call, _), one in zip(made, ids, strict=True))
    results = [
        replace(result, call_id=one, text=_cut(answer if result.source else result.text), images=())
        for (_, result), one in zip(made, ids, strict=True)
    ]
    return [Message("assistant", "", calls=calls), *results]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]} …"
