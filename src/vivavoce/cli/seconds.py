"""A progress bar over seconds of audio."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def seconds_bar(total_s: float, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """Tells how far a recording is; on standard error, and only on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _seconds: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("listening", total=total_s)
        yield lambda seconds: bar.update(task, completed=seconds)
