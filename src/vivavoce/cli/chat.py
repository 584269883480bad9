"""vivavoce chat: a conversation in the terminal."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from vivavoce.cli.thinking import Wish, budget, thinking

if TYPE_CHECKING:
    from vivavoce.cli.acting import Kept
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
    if _hold(talk, _typed(live), shows, kept, live=live) and not live:
        raise click.exceptions.Exit(1)


def _hold(
    talk: "Dialogue", lines: Iterator[str], shows: "Shows", kept: "Kept | None", *, live: bool
) -> bool:
    """Until the lines end; True if any turn failed. kept: the experts, if it may act."""
    from vivavoce.cli.dialogue import Leave
    from vivavoce.core import VivavoceError

    any_failed = False
    with asyncio.Runner() as runner, ExitStack() as after:
        if kept is not None:
            after.callback(lambda: runner.run(kept.close()))
            talk.mind = runner.run(kept.open(lambda text: click.echo(text, err=not live)))
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
                if text.startswith("/") and not text.startswith("//"):
                    click.echo(talk.obey(text), err=not live)
                elif text.strip():
                    _answer(runner, talk, text.removeprefix("/").strip(), shows, live=live)
            except Leave:
                return any_failed
            except VivavoceError as error:
                any_failed = True
                shows.failed(text, error.code, str(error))


def _answer(
    runner: asyncio.Runner, talk: "Dialogue", text: str, shows: "Shows", *, live: bool
) -> None:
    """One turn; Ctrl-C stops it, and what came until then stays."""
    shows.begin()
    try:
        answer = runner.run(talk.turn(text, shows.told))
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


def _typed(live: bool) -> Iterator[str]:
    """What comes from standard input; a terminal's lines can be edited and called back."""
    from vivavoce.cli.turns import turns

    if live:
        import readline  # noqa: F401 - input() finds it

        read: Callable[[str], str] = input
    else:

        def read(_: str) -> str:
            line = sys.stdin.readline()
            if not line:
                raise EOFError
            return line.rstrip("\n")

    return turns(read)
