"""vivavoce models: who can answer."""

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vivavoce.mind.house import Resident

WIDE = 200
"""Columns, where there is no terminal to fit."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def models(as_json: bool) -> None:
    """Every model that can answer: where its data goes, what it can do, what it costs, how fast it
    was met to be, and whether it is on. Nothing is loaded, nothing is sent."""
    from vivavoce.mind.house import learned_path, residents
    from vivavoce.mind.router import Taught

    paces = Taught(learned_path()).paces
    found = [replace(one, card=paces.of(one.card)) for one in residents()]
    if as_json:
        click.echo(json.dumps([_row(resident) for resident in found]))
    else:
        _show(found)


def _row(resident: "Resident") -> dict[str, Any]:
    card = resident.card
    return {
        "name": card.name,
        "place": card.place,
        "context_tokens": card.context_tokens,
        "tools": card.tools,
        "images": card.images,
        "thinks": card.thinks,
        "budget": card.budget,
        "modes": list(card.modes),
        "usd_in": card.usd_in,
        "usd_out": card.usd_out,
        "read_tokens_s": card.read_tokens_s,
        "write_tokens_s": card.write_tokens_s,
        "on": resident.on,
        "why": resident.why,
    }


def _show(found: "list[Resident]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "name", "where", "context", "tools", "images", "budget", "price", "speed"):
        numbers = name in ("context", "price", "speed")
        table.add_column(name, justify="right" if numbers else "left", no_wrap=True)
    for resident in found:
        card = resident.card
        priced = card.usd_in or card.usd_out
        cells = (
            "on" if resident.on else "off",
            card.name,
            card.place,
            f"{card.context_tokens:,}",
            "yes" if card.tools else "-",
            "yes" if card.images else "-",
            card.budget,
            f"${card.usd_in:g}/${card.usd_out:g}" if priced else "-",
            f"{card.write_tokens_s:.0f} tok/s" if card.write_tokens_s else "-",
        )
        style = "" if resident.on else "dim"
        table.add_row(*(Text(cell, style=style) for cell in cells))
    console.print(table)
    for resident in found:
        if resident.why:
            console.print(f"{resident.card.name}: {resident.why}", markup=False, soft_wrap=True)
