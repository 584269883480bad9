"""vivavoce chat: a conversation in the terminal."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from vivavoce.cli.thinking import Wish, budget, thinking

if TYPE_CHECKING:
    from vivavoce.cli.acting import Kept
    from vivavoce.cli.beside import Beside
    from vivavoce.cli.dialogue import Dialogue
    from vivavoce.cli.screen import Shows
    from vivavoce.mind import Answers


@click.command()
@click.option("--instructions", help="System message instead of the default character.")
@click.option("--max-tokens", default=1024, show_default=True, type=click.IntRange(1, 8192))
@thinking
@click.option("--no-experts", is_flag=True, help="Only answer; do nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each answer.")
@click.pass_obj
def chat(
    mind: "Answers | None",
    instructions: str | None,
    max_tokens: int,
    think: str,
    chains: int | None,
    voters: tuple[str, ...],
    model: str,
    stays_here: bool,
    hide_thinking: bool,
    no_experts: bool,
    as_json: bool,
) -> None:
    """Chat in the terminal; /help lists what can be changed on the way. From a pipe, each line of
    standard input is a turn.

    Ctrl-C stops an answer, at the prompt it leaves. Nothing is kept, but by /save."""
    from vivavoce.cli.acting import Kept
    from vivavoce.cli.dialogue import INSTRUCTIONS, Dialogue
    from vivavoce.cli.screen import Pipe, Rows, Terminal
    from vivavoce.mind.house import learned_path, open_mind

    wish = Wish(model, budget(think), chains, voters, stays_here, hide_thinking)
    talk = Dialogue(
        mind or open_mind(model, learned=learned_path()),
        wish,
        instructions or INSTRUCTIONS,
        max_tokens,
    )
    live = sys.stdin.isatty() and sys.stdout.isatty()
    shows: Shows = Pipe()
    if as_json:
        shows = Rows(hidden=hide_thinking)
    elif live:
        shows = Terminal(hidden=hide_thinking)
        click.echo("Vivavoce; /help lists the commands, Ctrl-D leaves.", err=True)
    kept = None if mind or instructions or no_experts else Kept(talk.mind)
    if _hold(talk, Prompt(live=live), shows, kept, live=live) and not live:
        raise click.exceptions.Exit(1)


class Prompt:
    """Where lines are typed, or come through a pipe."""

    def __init__(self, *, live: bool) -> None:
        """live: a terminal's lines can be edited and called back."""
        self._live = live
        self._waits = ""
        """What stands before the line that is typed now."""

    def turns(self) -> Iterator[str]:
        """See turns."""
        from vivavoce.cli.turns import forgiving, turns

        if self._live:
            import readline  # noqa: F401 - input() finds it
        forgiving()
        return turns(self._typed if self._live else _piped)

    def say(self, text: str) -> None:
        """From another thread: above the line that is being typed."""
        from vivavoce.cli.answer import plain

        if not self._waits:
            click.echo(plain(text), err=not self._live)
            return
        import readline

        again = f"{self._waits}{readline.get_line_buffer()}"
        click.echo(f"\r\x1b[K{plain(text)}\n{again}", nl=False)

    def _typed(self, prompt: str) -> str:
        self._waits = prompt
        try:
            return input(prompt)
        finally:
            self._waits = ""


def _hold(
    talk: "Dialogue", prompt: Prompt, shows: "Shows", kept: "Kept | None", *, live: bool
) -> bool:
    """Until the lines end; True if any turn failed. kept: the experts, if it may act; they live on
    while a line is typed."""
    from vivavoce.cli.beside import Beside
    from vivavoce.cli.dialogue import Leave
    from vivavoce.cli.turns import checked
    from vivavoce.core import VivavoceError
    from vivavoce.files import storable

    any_failed = False
    lines = prompt.turns()
    with Beside() as beside, ExitStack() as after:
        if kept is not None:
            after.callback(lambda: beside.run(kept.close()))
            talk.mind = beside.run(kept.open(prompt.say))
        while True:
            try:
                text = next(lines, None)
            except KeyboardInterrupt:
                if not live:
                    raise
                click.echo()
                return any_failed
            if text is None:
                return any_failed
            try:
                checked(text)
                if text.startswith("/") and not text.startswith("//"):
                    click.echo(talk.obey(text), err=not live)
                elif text.strip():
                    _answer(beside, talk, text.removeprefix("/").strip(), shows, live=live)
            except Leave:
                return any_failed
            except VivavoceError as error:
                any_failed = True
                shows.failed(storable(text), error.code, str(error))


def _answer(beside: "Beside", talk: "Dialogue", text: str, shows: "Shows", *, live: bool) -> None:
    """One turn; Ctrl-C stops it, and what came until then stays."""
    shows.begin()
    try:
        answer = beside.run(talk.turn(text, shows.told))
    except KeyboardInterrupt:
        if not live:
            raise
        if talk.last is not None:
            talk.keep()
            shows.end(talk.last, stopped=True)
    else:
        shows.end(answer)
    finally:
        shows.close()


def _piped(_: str) -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
