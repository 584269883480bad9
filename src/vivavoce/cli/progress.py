"""Progress of a transfer: bars on a terminal, a line now and then elsewhere."""

from time import monotonic
from typing import Protocol

import click

from vivavoce.weights import Progress


class Meter(Progress, Protocol):
    """A Progress that is closed in the end."""

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


def meter() -> Meter:
    """The one that fits standard error."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        from vivavoce.cli.bars import Bars

        return Bars(console)
    return Lines()


class Lines:
    """A line at every tenth, but not more than one a second, for logs."""

    def __init__(self) -> None:
        self._name = ""
        self._total: int | None = None
        self._done = 0
        self._told = 0
        self._when = 0.0

    def start(self, name: str, source: str, total: int | None, done: int) -> None:
        """Says what comes from where."""
        self._name, self._total, self._done, self._told = name, total, done, 0
        size = f", {total / 1e6:,.0f} MB" if total else ""
        self.say(f"{name}: from {source}{size}{' (going on)' if done else ''}")

    def advance(self, size: int) -> None:
        """Says each tenth once."""
        self._done += size
        tenth = self._done * 10 // self._total if self._total else 0
        if tenth > self._told and (tenth == 10 or monotonic() - self._when > 1):
            self._told, self._when = tenth, monotonic()
            self.say(f"{self._name}: {tenth * 10}%")

    def stop(self) -> None:
        """Nothing to end."""

    def say(self, line: str) -> None:
        """On standard error."""
        click.echo(line, err=True)

    def close(self) -> None:
        """Nothing to close."""
