"""vivavoce route: where a request would go, and why. No model is loaded."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vivavoce.mind.router import Choice, Question
    from vivavoce.models import Card

SHOWN = 12


@click.command()
@click.argument("request", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--spoken", is_flag=True, help="Somebody waits for a voice: seconds weigh more.")
@click.option("--stays-here", is_flag=True, help="Nothing may leave this machine.")
@click.option("--image", is_flag=True, help="A picture comes with it.")
@click.option("--tools", type=click.IntRange(0, 128), default=0, help="So many tools come with it.")
@click.option("--deadline", type=click.FloatRange(min=0.0), help="Seconds until the first word.")
@click.option("--last", help="The model that this conversation went to before.")
@click.option(
    "--models",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A book of models instead of your own.",
)
def route(
    request: tuple[str, ...],
    as_json: bool,
    spoken: bool,
    stays_here: bool,
    image: bool,
    tools: int,
    deadline: float | None,
    last: str | None,
    models: Path | None,
) -> None:
    """Explain where REQUEST would go: which models may answer, what each is expected to be worth,
    and why the others may not. Nothing is asked. Without REQUEST, reads standard input."""
    from vivavoce.cli.turns import read_request
    from vivavoce.core import Image, Message, Refused
    from vivavoce.mind import Ask, Route
    from vivavoce.mind.house import learned_path
    from vivavoce.mind.router import Taught, look
    from vivavoce.models import Request

    text = read_request(request)
    if not text:
        raise click.UsageError('nothing to route; try: vivavoce route "What is a leap year?"')
    if len(text) > 1_000_000:
        raise Refused("the request is longer than 1,000,000 characters; shorten it")
    cards, missing = _weighed(models)
    if last is not None and last not in cards:
        raise click.UsageError(f"no model is called {last!r}; there are: {', '.join(cards)}")
    message = Message("user", text, (Image(b""),) if image else ())
    asked: tuple[dict[str, object], ...] = tuple(
        {"name": f"tool_{i}", "description": "", "parameters": {"type": "object"}}
        for i in range(tools)
    )
    ask = Ask(
        Request((message,), tools=asked, deadline_s=deadline),
        stays_here=stays_here,
        spoken=spoken,
    )
    choice = Taught(learned_path()).choose(ask, cards, Route(last, "") if last else None)
    if as_json:
        click.echo(json.dumps(_told(choice, look(ask), missing)))
    else:
        _show(choice, look(ask), missing)


def _weighed(book: Path | None) -> "tuple[Mapping[str, Card], Mapping[str, str]]":
    """Every model that may be used, and name → why another may not. This machine's own are weighed
    even if their weights are not there yet; the default one as if it was loaded, as in a server."""
    from vivavoce.mind.house import DEFAULT, LOCAL, residents
    from vivavoce.models.book import read_book

    found = residents(read_book(book))
    cards = {r.card.name: r.card for r in found if r.on or r.card.name in LOCAL}
    cards[DEFAULT] = replace(cards[DEFAULT], load_s=0.0)
    return cards, {r.card.name: r.why for r in found if r.why}


def _told(choice: "Choice", question: "Question", missing: "Mapping[str, str]") -> dict[str, Any]:
    from vivavoce.mind.router import explained

    taken = choice.route
    return {
        "model": taken.model,
        "thinking": taken.thinking,
        "chains": taken.chains,
        "why": taken.why,
        "wishes": explained(question.wish),
        "difficulty": question.chance.bucket,
        "candidates": [
            {
                "model": r.model,
                "thinking": r.thinking,
                "chains": r.chains,
                "right": round(r.right, 4),
                "usd": round(r.usd, 6),
                "first_s": round(r.first_s, 2),
                "seconds": round(r.seconds, 2),
                "worth": round(r.worth, 5),
            }
            for r in choice.rungs
        ],
        "refused": dict(taken.refused),
        "missing": dict(missing),
    }


def _show(choice: "Choice", question: "Question", missing: "Mapping[str, str]") -> None:
    from rich.console import Console
    from rich.table import Table

    from vivavoce.mind.router import explained

    taken, console = choice.route, Console(highlight=False)
    if not console.is_terminal:
        console.width = 120
    console.print(f"-> {taken.model}: {taken.why}", markup=False, soft_wrap=True)
    if wishes := explained(question.wish):
        console.print(f"   you said: {wishes}", markup=False, soft_wrap=True)
    if choice.rungs:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in (
            "model",
            "thinks",
            "votes",
            "right",
            "cost",
            "first",
            "whole",
            "worth",
        ):
            table.add_column(name, justify="left" if name == "model" else "right", no_wrap=True)
        for r in choice.rungs[:SHOWN]:
            table.add_row(
                r.model,
                str(r.thinking or "-"),
                str(r.chains),
                f"{r.right:.0%}",
                f"${r.usd:.4f}" if r.usd else "-",
                f"{r.first_s:.1f} s",
                f"{r.seconds:.1f} s",
                f"{100 * r.worth:.2f}c",
            )
        console.print(table)
    for name, reason in taken.refused.items():
        console.print(f"not {name}: {reason}", markup=False, soft_wrap=True)
    for name, reason in missing.items():
        console.print(f"{name} is off: {reason}", markup=False, soft_wrap=True)
