"""A log (JSON lines) that a second start goes on from."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.command import say

Row = dict[str, Any]
One = TypeVar("One")


class Log:
    """Rows by their keys; of two with the same key the later counts."""

    def __init__(self, path: Path, key: Callable[[Row], Hashable]) -> None:
        self.path, self._key = path, key
        self._rows: dict[Hashable, Row] = {}
        for line in path.read_text().splitlines() if path.is_file() else []:
            try:
                row = json.loads(line)
                self._rows[key(row)] = row
            except (json.JSONDecodeError, KeyError, TypeError):
                say(f"{path}: a line was cut off or is another's; it is measured again")

    @property
    def rows(self) -> list[Row]:
        """All that is whole."""
        return list(self._rows.values())

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def add(self, row: Row) -> None:
        """In the file at once, on a line of its own even behind one that was cut off."""
        with self.path.open("a+") as file:
            file.seek(0, 2)
            end = file.tell()
            if end:
                file.seek(end - 1)
                if file.read(1) != "\n":
                    file.write("\n")
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._rows[self._key(row)] = row


def through(todo: Sequence[One], named: Callable[[One], str] = str) -> Iterator[One]:
    """Each of them, with a bar on standard error."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True),
    )  # fmt: skip
    with bar:
        shown = bar.add_task("", total=len(todo))
        for one in todo:
            bar.update(shown, description=named(one))
            yield one
            bar.advance(shown)


def missing(keys: Iterable[Hashable], log: Log) -> list[Any]:
    """What is not in the log yet; says how much there is to do."""
    every = list(keys)
    todo = [key for key in every if key not in log]
    say(f"{len(todo)} of {len(every)} to do, the others are in {log.path}")
    return todo
