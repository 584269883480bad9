"""The timeline on disk: one JSON object a line."""

import json
import os
from pathlib import Path

from vivavoce.core import Decided, Event, Refused
from vivavoce.timeline.lines import Line, lines

_FLUSH_S = 1.0
"""Seconds of audio after which what was written reaches the disk's cache: a crash loses less."""


class Timeline:
    """A listener that writes what happens to a file; OSError when the disk refuses."""

    def __init__(self, path: Path, mode: int = 0o666) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        # A lone surrogate, which no encoding takes, is written as its JSON escape.
        self._file = os.fdopen(
            os.open(path, flags, mode), "w", encoding="utf-8", errors="backslashreplace"
        )
        self._flushed_t = 0.0

    def __call__(self, event: Event) -> None:
        """Write an event's lines; once a second of audio they leave this process."""
        for line in lines(event):
            self.write(line)
        if isinstance(event, Decided) and event.t - self._flushed_t >= _FLUSH_S:
            self._flushed_t = event.t
            self.flush()

    def write(self, line: Line) -> None:
        """A line of the caller's own kind."""
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def flush(self) -> None:
        """From here on a crash of ours loses nothing of what was written."""
        self._file.flush()

    def close(self) -> None:
        """Write the rest; the file is closed even when the disk refuses it."""
        self._file.close()


def read(path: Path) -> list[Line]:
    """The lines of a timeline; a last line that a crash tore is left out, any other is Refused."""
    try:
        raw = path.read_bytes().split(b"\n")
    except OSError as error:
        raise Refused(f"{path} can't be read ({error.strerror}); name a timeline.jsonl") from error
    found: list[Line] = []
    for number, text in enumerate(raw, 1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError as error:
            if number == len(raw):
                break
            raise Refused(f"{path}, line {number} is not JSON; remove the line") from error
        if not isinstance(line, dict) or "kind" not in line:
            raise Refused(f"{path}, line {number} is no line of a timeline; remove the line")
        found.append(line)
    return found
