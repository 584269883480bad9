"""How an answer is shown while it comes: on a terminal, into a pipe, or as JSON."""

import json
from collections.abc import Mapping
from typing import Protocol

import click
from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text as Styled

from vivavoce.cli.answer import Answer, plain
from vivavoce.mind import Told, Vote
from vivavoce.models import Text, Thinking

TAIL_LINES = 8
"""So much of a thought is seen while it is thought."""
BAR = 24
"""Characters of the longest bar."""
MOST_BARS = 6


class Shows(Protocol):
    """Where answers appear."""

    def begin(self) -> None:
        """Somebody waits."""
        ...

    def told(self, item: Told) -> None:
        """The next piece."""
        ...

    def end(self, answer: Answer, *, stopped: bool = False) -> None:
        """No more comes."""
        ...

    def failed(self, question: str, code: str, message: str) -> None:
        """Nothing or no more comes, and why."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


class Terminal:
    """Streams; a thought is dim while it lasts, and one line afterwards."""

    def __init__(self, *, hidden: bool = False, console: Console | None = None) -> None:
        self._hidden = hidden
        self._console = console or Console(highlight=False)
        self._live: Live | None = None
        self._thought = ""
        self._said = ""

    def begin(self) -> None:
        """A sign of life."""
        self._thought = self._said = ""
        self._show(Spinner("dots", style="dim"))

    def told(self, item: Told) -> None:
        """Text as it comes; thinking and votes in place."""
        if isinstance(item, Text) and item.text:
            self.close()
            self._said += item.text
            self._print(item.text)
        elif isinstance(item, Thinking):
            self._thought += item.text
            if not self._hidden:
                self._show(Styled(tail(self._thought, self._console.width - 1), style="dim"))
        elif isinstance(item, Vote):
            self._show(Styled("\n".join(bars(item)), style="cyan"))

    def end(self, answer: Answer, *, stopped: bool = False) -> None:
        """The vote, the footer and the notices, below the answer."""
        self.close()
        if self._said and not self._said.endswith("\n"):
            self._console.print()
        for call in answer.calls:
            self._print(f"{call.name}({call.arguments})\n")
        if answer.vote:
            self._print("\n".join(bars(answer.vote)) + "\n", "cyan")
        if stopped:
            self._print("stopped\n", "yellow")
        else:
            self._print(answer.footer() + "\n", "dim")
        for line in answer.notices():
            self._print(line + "\n", "yellow")

    def failed(self, question: str, code: str, message: str) -> None:
        """In red; the conversation goes on."""
        del question
        self.close()
        self._print(f"{code}: {message}\n", "red")

    def _show(self, what: RenderableType) -> None:
        if self._live is None:
            self._live = Live(what, console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        self._live.update(what)

    def close(self) -> None:
        """What was in place vanishes."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print(self, text: str, style: str = "") -> None:
        styled = Styled(plain(text), style=style)
        self._console.print(styled, end="", soft_wrap=True)


class Pipe:
    """Answers on standard output, all else on standard error."""

    def begin(self) -> None:
        """Nobody looks."""

    def told(self, item: Told) -> None:
        """Text only."""
        if isinstance(item, Text):
            click.echo(item.text, nl=False)

    def end(self, answer: Answer, *, stopped: bool = False) -> None:
        """A new line; notices aside."""
        click.echo()
        for line in answer.notices():
            click.echo(line, err=True)
        if stopped:
            click.echo("stopped", err=True)

    def failed(self, question: str, code: str, message: str) -> None:
        """Aside."""
        del question
        click.echo(f"{code}: {message}", err=True)

    def close(self) -> None:
        """Nothing to close."""


class Rows:
    """One JSON object a line."""

    def __init__(self, *, hidden: bool = False) -> None:
        self._hidden = hidden

    def begin(self) -> None:
        """Nobody looks."""

    def told(self, item: Told) -> None:
        """All at the end."""

    def end(self, answer: Answer, *, stopped: bool = False) -> None:
        """The row."""
        row = answer.row(hidden=self._hidden)
        click.echo(json.dumps(row | ({"stopped": True} if stopped else {}), ensure_ascii=False))

    def failed(self, question: str, code: str, message: str) -> None:
        """A row, too."""
        error = {"code": code, "message": message}
        click.echo(json.dumps({"question": question, "error": error}, ensure_ascii=False))

    def close(self) -> None:
        """Nothing to close."""


def tail(text: str, width: int, lines: int = TAIL_LINES) -> str:
    """The last lines of a text as a terminal of this width breaks it."""
    width = max(1, width)
    broken = [
        line[at : at + width]
        for line in text.splitlines()
        for at in range(0, len(line) or 1, width)
    ]
    return plain("\n".join(broken[-lines:]))


def bars(vote: Vote) -> list[str]:
    """A line for each answer, the leader first, and one for the whole."""
    counts: Mapping[str, float] = dict(list(vote.counts.items())[:MOST_BARS])
    most = max(counts.values(), default=1.0)
    wide = max((len(_short(answer)) for answer in counts), default=0)
    found = [
        f"{_short(answer):{wide}}  {'█' * max(1, round(BAR * count / most))} {count:.3g}"
        for answer, count in counts.items()
    ]
    ended = f", stopped: {vote.stopped}" if vote.stopped else ""
    of = f"{len(vote.ballots)} of {vote.chains} chains, {vote.tokens:,} tokens{ended}"
    return [*found, of]


def _short(answer: str) -> str:
    line = " ".join(plain(answer).split())
    return line if len(line) <= 32 else line[:31] + "…"
