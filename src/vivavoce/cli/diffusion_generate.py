"""vivavoce diffusion generate."""

import sys
from typing import TYPE_CHECKING

import click

from vivavoce.cli.diffusion_options import as_json, how, mode, most, stop, watch

if TYPE_CHECKING:
    from vivavoce.cli.diffusion_options import How
    from vivavoce.diffusion.text import Asked, Writer


@click.command()
@click.argument("prompt")
@mode
@most
@stop
@click.option("--chat", is_flag=True, help="PROMPT is a question; the assistant answers it.")
@click.option("--system", metavar="TEXT", help="The system message of --chat, which it implies.")
@watch
@as_json
@how
def generate(
    how: "How",
    prompt: str,
    mode: str,
    max_tokens: int,
    stop: tuple[str, ...],
    chat: bool,
    system: str | None,
    watch: bool,
    as_json: bool,
) -> None:
    """Go on from PROMPT, which - reads from standard input. Ctrl-C stops."""
    from vivavoce.cli.diffusion_run import run

    text = sys.stdin.read() if prompt == "-" else prompt

    def ask(writer: "Writer") -> "Asked":
        from vivavoce.diffusion.text import Asked

        if chat or system is not None:
            messages = [("system", system)] if system is not None else []
            return Asked(writer.chat([*messages, ("user", text)]), max_tokens, stop)
        return Asked(writer.plain(text), max_tokens, stop)

    run(how, mode, ask, watch=watch, as_json=as_json)
