"""How a text by diffusion is shown while it is written."""

import sys
from typing import TYPE_CHECKING, Protocol

import click

from vivavoce.cli.answer import plain

if TYPE_CHECKING:
    from rich.console import Console

    from vivavoce.diffusion.text import Piece

MASK = "▒"


class Shows(Protocol):
    """Where a text appears."""

    def take(self, piece: "Piece") -> None:
        """One forward."""
        ...

    def close(self) -> None:
        """No more comes; leave the terminal as it was."""
        ...


class Quiet:
    """Nobody looks."""

    def take(self, piece: "Piece") -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Pipe:
    """The text as it comes, as it is into a file and harmless on a terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._said = ""

    def take(self, piece: "Piece") -> None:
        """What stands."""
        if piece.text:
            self._said = piece.text
            click.echo(plain(piece.text) if self._terminal else piece.text, nl=False)

    def close(self) -> None:
        """A new line, if the text has none."""
        if not self._said.endswith("\n"):
            click.echo()


class Watched:
    """Whole lines stay; below them stands the block as it is, with its masks."""

    def __init__(self, console: "Console | None" = None) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = console or Console(highlight=False)
        self._live = Live(console=self._console, transient=True, auto_refresh=False)
        self._line = ""
        self._live.start()

    def take(self, piece: "Piece") -> None:
        """Redraw."""
        from rich.text import Text

        *whole, self._line = (self._line + plain(piece.text)).split("\n")
        for line in whole:
            self._console.print(Text(line), soft_wrap=True)
        shown = Text.assemble(self._line, (sharpening(piece.canvas), "cyan"))
        self._live.update(shown, refresh=True)

    def close(self) -> None:
        """The last line stays too."""
        from rich.text import Text

        self._live.stop()
        if self._line:
            self._console.print(Text(self._line), soft_wrap=True)


def sharpening(canvas: "tuple[str | None, ...]") -> str:
    """The part of a block that does not stand yet: from its first mask on."""
    if None not in canvas:
        return ""
    rest = canvas[canvas.index(None) :]
    return "".join(MASK if token is None else plain(token).replace("\n", "⏎") for token in rest)
