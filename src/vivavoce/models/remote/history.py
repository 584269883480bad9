"""A conversation as vendors want to get it back: calls answered, ids plain, roles in turns."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from vivavoce.core import Call, Message

NO_RESULT = "(No result came.)"
Block = dict[str, Any]


def with_ids(messages: Sequence[Message], *, plain: bool = False) -> list[Message]:
    """Every call with an id of its own and a result, and every result behind its call.

    plain: ids that another vendor would refuse get a new one. A result that belongs to no call
    becomes a message of the user."""
    found: list[Message] = []
    waiting: list[tuple[str, str]] = []  # (id as given, id as sent)
    used: set[str] = set()
    for message in messages:
        if message.role == "tool":
            same = [pair for pair in waiting if pair[0] == message.call_id]
            if not (same or waiting):
                found.append(replace(message, role="user", call_id=""))
                continue
            pair = (same or waiting)[0]
            waiting.remove(pair)
            found.append(replace(message, call_id=pair[1]))
            continue
        found += _without_result(waiting)
        waiting = []
        for call in message.calls:
            good = re.fullmatch(r"[\w-]{1,64}", call.id, re.ASCII) if plain else call.id
            new = call.id if good and call.id not in used else _unused(used)
            used.add(new)
            waiting.append((call.id, new))
        sent = zip(message.calls, waiting, strict=True)
        found.append(replace(message, calls=tuple(replace(c, id=p[1]) for c, p in sent)))
    return [*found, *_without_result(waiting)]


def called(messages: Sequence[Message]) -> tuple[dict[str, object], ...]:
    """The tools whose calls it holds, by name only: vendors refuse calls of none that they know."""
    names = dict.fromkeys(call.name for message in messages for call in message.calls)
    return tuple({"name": name} for name in names)


def _without_result(waiting: Sequence[tuple[str, str]]) -> list[Message]:
    """A call without a result would make every vendor refuse the whole conversation."""
    return [Message("tool", NO_RESULT, call_id=call_id) for _, call_id in waiting]


def _unused(used: set[str]) -> str:
    count = len(used) + 1
    while f"call_{count}" in used:
        count += 1
    return f"call_{count}"


def leading(messages: Sequence[Message]) -> tuple[str, list[Message]]:
    """(the system's text at the beginning, all the rest)."""
    count = next((i for i, m in enumerate(messages) if m.role != "system"), len(messages))
    return "\n\n".join(m.text for m in messages[:count] if m.text), list(messages[count:])


@dataclass(frozen=True, slots=True)
class Writer:
    """How a vendor writes the parts of a message."""

    text: Callable[[str], Block]
    call: Callable[[Call], Block]
    result: Callable[[Message], Block]
    images: Callable[[Message], list[Block]]
    thoughts: Callable[[Message], list[Block]]


def turns(messages: Sequence[Message], write: Writer) -> Iterator[tuple[str, list[Block]]]:
    """("user" or "assistant", blocks), alternating, the user first; a system's words that come
    later are the user's."""
    role = "user"
    blocks: list[Block] = []
    for message in messages:
        theirs = "assistant" if message.role == "assistant" else "user"
        if theirs != role:
            yield role, blocks or [write.text("…")]
            role, blocks = theirs, []
        if message.role == "tool":
            blocks.append(write.result(message))
            continue
        blocks += write.thoughts(message)
        blocks += write.images(message)
        if message.text.strip():
            blocks.append(write.text(message.text))
        blocks += [write.call(c) for c in message.calls]
    if blocks:
        yield role, blocks


def arguments(call: Call) -> Block:
    """Of a call; those that can't be read count as none."""
    try:
        value = from_json(call.arguments)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def in_tool_loop(messages: Sequence[Message]) -> Sequence[Message]:
    """What came after the last words of the user."""
    last = max((i for i, m in enumerate(messages) if m.role == "user"), default=-1)
    return messages[last + 1 :]
