"""Who thinks, where and for how long, as options that several commands share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from vivavoce.core import Budget
    from vivavoce.mind import Ask
    from vivavoce.models import Request

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks of an answer, besides the answer."""

    model: str = "auto"
    thinking: "Budget | None" = None
    """None: as the router says."""
    chains: int | None = None
    voters: tuple[str, ...] = ()
    stays_here: bool = False
    hidden: bool = False
    """The thinking is not shown."""

    def ask(self, request: "Request") -> "Ask":
        """The request with all this. ConfigError: it does not go together."""
        from dataclasses import replace

        from vivavoce.core import ConfigError
        from vivavoce.mind import Ask, Voting

        if self.voters and not self.chains:
            raise ConfigError("--voter needs --chains: how many chains vote")
        voting = None if self.chains is None else Voting(self.chains, voters=self.voters)
        asked = replace(request, thinking=self.thinking)
        return Ask(asked, model=self.model, voting=voting, stays_here=self.stays_here)


def budget(text: str) -> "Budget | None":
    """TOKENS, an effort or auto (None); ConfigError says what would do."""
    from vivavoce.core import EFFORTS, Budget, ConfigError

    text = text.strip().lower()
    if text == "auto":
        return None
    if text.removeprefix("-").isdecimal():
        return Budget(int(text))
    if text not in EFFORTS:
        raise ConfigError(
            f"{text!r} is no thinking budget; say how many tokens (0…128000), auto, or one of: "
            f"{', '.join(EFFORTS)}"
        )
    return Budget.of(text)


def thinking(command: Command) -> Command:
    """--think, --chains, --voter, --model, --stays-here and --hide-thinking."""
    for option in (
        click.option("--hide-thinking", is_flag=True, help="Think, but don't show it."),
        click.option("--stays-here", is_flag=True, help="Nothing may leave this machine."),
        click.option("--model", default="auto", show_default=True, help="One of: vivavoce models."),
        click.option(
            "--voter",
            "voters",
            metavar="MODEL",
            multiple=True,
            help="With --chains: a model that takes turns with the one that answers; repeatable.",
        ),
        click.option(
            "--chains",
            type=click.IntRange(1, 64),
            help="Think so many times at once, and vote.  [default: as the router says]",
        ),
        click.option(
            "--think",
            metavar="TOKENS|EFFORT",
            default="auto",
            show_default=True,
            help="How long: 0…128000 tokens; none, minimal, low, medium, high or max.",
        ),
    ):
        command = option(command)
    return command
