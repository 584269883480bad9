"""The root command: knows the others by name, and is the one boundary for their errors."""

import errno
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from vivavoce import __version__


@dataclass(frozen=True, slots=True)
class Entry:
    """A command that is not imported yet."""

    where: str
    """module:attribute"""
    help: str
    """One line for --help."""


COMMANDS: Mapping[str, Entry] = {
    "ask": Entry("vivavoce.cli.ask:ask", "Ask one question as text."),
    "chat": Entry("vivavoce.cli.chat:chat", "Chat in the terminal."),
    "models": Entry("vivavoce.cli.models:models", "List what can answer."),
    "talk": Entry("vivavoce.cli.talk:talk", "Talk by this machine's microphone and loudspeaker."),
    "serve": Entry("vivavoce.cli.serve:serve", "Serve the page and the realtime protocol."),
    "replay": Entry("vivavoce.cli.replay:replay", "Hold a conversation with an audio file."),
    "demo": Entry("vivavoce.cli.demo:demo", "Show a recorded conversation, live."),
    "people": Entry("vivavoce.cli.people:people", "Learn, list and forget voices."),
    "experts": Entry("vivavoce.cli.experts:experts", "List, try and add what it can do."),
    "setup": Entry("vivavoce.cli.setup:setup", "Set an expert up, with a test call."),
    "weights": Entry("vivavoce.cli.weights:weights", "List, fetch and check the models' weights."),
    "route": Entry("vivavoce.cli.route:route", "Explain which model a request goes to."),
    "diffusion": Entry("vivavoce.cli.diffusion:diffusion", "Write text by diffusion."),
    "train": Entry("vivavoce.cli.train:train", "Train the small networks anew."),
}


class LazyGroup(click.Group):
    """Lists its commands without importing them; turns their errors into a line and a code."""

    def __init__(self, *args: Any, lazy: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command's module."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name].where.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.lazy[cmd_name].where} is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table, so that --help imports nothing."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit 1 with "code: message", or 130 after Ctrl-C."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            click.echo(err=True)  # leaves the terminal's ^C line
            ctx.exit(130)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as error:  # the boundary: nobody above shows it better
            if ctx.find_root().params.get("debug"):
                raise
            _fail(error)


class Failure(click.ClickException):
    """An error as its user sees it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")

    def show(self, file: Any = None) -> None:
        """code: message, on standard error."""
        click.echo(self.message, file=file, err=True)


def _fail(error: Exception) -> NoReturn:
    from vivavoce.core.errors import VivavoceError  # brings numpy: 0.1 s that --help needs not wait

    while isinstance(error, ExceptionGroup):  # of a task group
        error = error.exceptions[0]
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        raise error  # click ends quietly when its reader has gone
    if isinstance(error, VivavoceError):
        raise Failure(error.code, str(error)) from error
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    raise Failure("error", f"{what} (vivavoce --debug … shows where)") from error


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="vivavoce")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def vivavoce(debug: bool) -> None:
    """A voice assistant that its owner runs."""


def main() -> None:
    """The console script."""
    vivavoce(prog_name="vivavoce")
