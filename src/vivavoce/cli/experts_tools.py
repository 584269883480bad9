"""A look at an expert's tools, for whoever has to agree to them."""

import sys
from dataclasses import dataclass, field

import anyio
import click

from vivavoce.cli.answer import plain
from vivavoce.core import Refused, Retry, VivavoceError
from vivavoce.experts import Expert, Tool
from vivavoce.experts.offered import Offered
from vivavoce.experts.settings import setup_of

LOOK_S = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What it offers now."""

    tools: tuple[Tool, ...] = ()
    off: dict[str, str] = field(default_factory=dict)
    """Tools that are not offered, and why."""
    why: str = ""
    """Why there are none."""


async def look(expert: Expert) -> Seen:
    """Connect, list, disconnect."""
    try:
        with anyio.fail_after(LOOK_S):
            async with expert.open(setup_of(expert)) as tools:
                off = dict(tools.off) if isinstance(tools, Offered) else {}
                return Seen(tuple(tools), off)
    except VivavoceError as error:
        return Seen(why=str(error))
    except TimeoutError:
        return Seen(why=str(Retry(f"no answer within {LOOK_S:g} seconds")))


def agree(seen: Seen, *, yes: bool) -> bool:
    """Show the tools with their effects; True: they may be used. Refused: nobody can be asked."""
    for tool in seen.tools:
        click.echo(f"  {tool.name} ({tool.effect})  {' '.join(plain(tool.about).split())[:300]}")
    for name, why in seen.off.items():
        click.echo(f"  {' '.join(plain(name).split())} is left out: {why}")
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Refused("look at these tools; to use them, run it again with --yes")
    return click.confirm("Use these tools?")
