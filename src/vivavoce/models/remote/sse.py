"""Server-sent events out of bytes, however they were cut.

Of our own because the event may not grow without end: a library that reads lines would buffer
all that a broken server sends.
"""

import re
from dataclasses import dataclass

MOST_BYTES = 16 << 20
"""Of one event."""
_BREAK = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Event:
    """One that had data."""

    name: str
    data: str


class Events:
    """Feed it bytes, get the events that are complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._first = True

    def feed(self, chunk: bytes) -> list[Event]:
        """ValueError: not text, or too long."""
        data = self._rest + chunk
        held = b"\r" if data.endswith(b"\r") else b""  # perhaps half of \r\n
        *lines, rest = _BREAK.split(data[: len(data) - len(held)])
        self._rest = rest + held
        found = [event for line in lines if (event := self._line(line.decode("utf-8")))]
        if self._size + len(self._rest) > MOST_BYTES:
            raise ValueError("an event without end")
        return found

    def _line(self, line: str) -> Event | None:
        if self._first:
            self._first, line = False, line.removeprefix("\ufeff")
        if not line:
            event = Event(self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data, self._size = "", [], 0
            return event
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._size += len(value)
        elif field == "event":
            self._name = value
        return None
