"""How turns are taken, as options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def tuning(command: Command) -> Command:
    """--eagerness and --bystanders."""
    for option in (
        click.option(
            "--bystanders",
            type=click.Choice(["open", "medium", "strict"]),
            default="medium",
            show_default=True,
            help="How much it takes to be taken for the owner.",
        ),
        click.option(
            "--eagerness",
            type=click.Choice(["low", "medium", "high"]),
            default="medium",
            show_default=True,
            help="How soon a pause is taken for the end of a turn.",
        ),
    ):
        command = option(command)
    return command
