"""What is said, as lines on the terminal."""

import click

from vivavoce.core import Event, Failed, Heard, Notice, ReplyDone


class Captions:
    """A listener of a conversation."""

    def __call__(self, event: Event) -> None:
        """Prints turns as they end."""
        match event:
            case Heard(text=text) if text:
                click.echo(f"      you: {text}")
            case ReplyDone(heard=heard, status=status) if heard:
                click.echo(f" vivavoce: {heard}{' —' if status == 'interrupted' else ''}")
            case Notice(message=message):
                click.echo(message, err=True)
            case Failed(code=code, message=message):
                click.echo(f"{code}: {message}", err=True)
            case _:
                pass
