"""Progress bars on a terminal."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


class Bars:
    """A bar for each transfer; the ended ones stay on the screen."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
        )
        self._bars.start()
        self._task: TaskID | None = None

    def start(self, name: str, source: str, total: int | None, done: int) -> None:
        """A new bar, and above it what it is for."""
        self.say(f"{name}: from {source}")
        self._task = self._bars.add_task(name, total=total, completed=done)

    def advance(self, size: int) -> None:
        """On the newest bar."""
        if self._task is not None:
            self._bars.advance(self._task, size)

    def stop(self) -> None:
        """The newest bar stays as it is; one on which nothing came goes."""
        if self._task is None:
            return
        if not self._bars.tasks[self._bars.task_ids.index(self._task)].completed:
            self._bars.remove_task(self._task)
        else:
            self._bars.stop_task(self._task)
        self._task = None

    def say(self, line: str) -> None:
        """Above the bars."""
        self._bars.console.print(line, style="dim", highlight=False, markup=False)

    def close(self) -> None:
        """Draw the last state and give the terminal back."""
        self._bars.stop()
