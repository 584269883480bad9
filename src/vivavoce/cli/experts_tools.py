"""A look at an expert's tools, for whoever has to agree to them."""

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import click

from vivavoce.cli.answer import plain
from vivavoce.core import Refused, Retry, VivavoceError
from vivavoce.experts import Expert, Tool
from vivavoce.experts.mcp.approved import approve, approved, forget
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
    marks: dict[str, str] | None = None
    """What to keep once somebody agrees; None: its tools need no approval."""


async def look(expert: Expert, data: Path | None = None) -> Seen:
    """Connect, list, disconnect. data: of all experts, if not their own."""
    try:
        with anyio.fail_after(LOOK_S):
            async with expert.open(setup_of(expert, data)) as tools:
                off = dict(tools.off) if isinstance(tools, Offered) else {}
                return Seen(tuple(tools), off)
    except VivavoceError as error:
        return Seen(why=str(error))
    except TimeoutError:
        return Seen(why=str(Retry(f"no answer within {LOOK_S:g} seconds")))


async def first_look(expert: Expert) -> Seen:
    """As if nothing of it was ever approved; what was stays so until keep."""
    with TemporaryDirectory() as data:
        seen = await look(expert, Path(data))
        return replace(seen, marks=approved(Path(data) / expert.manifest.name))


def keep(expert: Expert, seen: Seen) -> None:
    """Somebody has agreed to what was seen."""
    folder = setup_of(expert).folder
    if seen.marks is None:
        forget(folder)
    else:
        approve(folder, seen.marks)


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
