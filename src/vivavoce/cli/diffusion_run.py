"""One text by diffusion, from a command line to the screen."""

import json
import sys
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from vivavoce.cli.diffusion_watch import Pipe, Quiet, Shows, Watched

if TYPE_CHECKING:
    from vivavoce.cli.diffusion_options import How
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Asked, Writer
    from vivavoce.models.diffusion.engine import Engine
    from vivavoce.models.diffusion.tally import Tally

WARM = 4
"""Tokens that nobody sees: the first forwards of a process are slow."""


def run(
    how: "How",
    mode: str,
    ask: "Callable[[Writer], Asked]",
    *,
    watch: bool,
    as_json: bool,
    whole: Callable[[str], str] | None = None,
) -> None:
    """Load, write, show. whole: what is printed in place of the text, once it is there."""
    import anyio

    from vivavoce.core import Refused
    from vivavoce.models.diffusion.engine import Engine
    from vivavoce.models.diffusion.jobs import Limits

    settings = how.settings()
    if why := settings.missing():
        raise Refused(why)
    dial = how.dial(mode)
    engine = Engine(settings, Limits(gather_s=0.0), say=lambda line: click.echo(line, err=True))
    try:
        asked = ask(engine.load())  # in this thread, where Ctrl-C is heard
        shows: Shows = Quiet() if as_json or whole else Pipe()
        if watch and sys.stdout.isatty() and not as_json:
            shows = Watched()
        tally = anyio.run(_written, engine, asked, dial, shows)
    finally:
        engine.close()
    if as_json:
        row = tally.row()
        click.echo(json.dumps(row | ({"whole": whole(tally.text)} if whole else {})))
        return
    if whole and not isinstance(shows, Watched):
        click.echo(whole(tally.text), nl=not whole("").endswith("\n"))
    if sys.stderr.isatty():
        click.secho(_footer(tally), err=True, dim=True)


async def _written(engine: "Engine", asked: "Asked", dial: "Dial", shows: Shows) -> "Tally":
    from dataclasses import replace

    from vivavoce.models.diffusion.tally import Tally

    async with aclosing(engine.write(replace(asked, most=WARM), dial)) as pieces:
        async for _ in pieces:
            pass
    tally = Tally(dial.mode)
    try:
        async with aclosing(engine.write(asked, dial)) as pieces:
            async for piece in pieces:
                tally.take(piece)
                shows.take(piece)
    finally:
        shows.close()
    return tally


def _footer(tally: "Tally") -> str:
    ended = "" if tally.ending == "stop" else ", cut at the limit"
    return (
        f"{tally.tokens} tokens in {tally.forwards} forwards ({tally.per_forward:.2f} a forward), "
        f"{tally.seconds:.1f} s, {tally.per_second:.0f} tokens/s, {tally.mode}{ended}"
    )
