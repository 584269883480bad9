"""How far a training run is: a bar on a terminal, lines now and then elsewhere."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Run:
    """One bar at a time, on standard error."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=quiet)
        self._bars = Progress(
            TextColumn("{task.description:>6}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bars.add_task("", total=None, note="", visible=False)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def say(self, line: str) -> None:
        """A line above the bar."""
        self._console.print(line, highlight=False)

    def begin(self, what: str, total: int) -> None:
        """The next bar."""
        self._bars.remove_task(self._task)
        self._task = self._bars.add_task(what, total=total, note="")

    def advance(self, more: int) -> None:
        """So many are done."""
        self._bars.advance(self._task, more)
        if not self._console.is_terminal:
            self.say(f"{self._bars.tasks[-1].completed:,.0f} of {self._bars.tasks[-1].total:,.0f}")

    def tell(self, event: dict[str, Any]) -> None:
        """A step of training, or a look at the held-out texts."""
        if "loss" in event:
            note = f"loss {event['loss']:.3f}"
            self._bars.update(self._task, completed=event["step"], note=note)
            if not self._console.is_terminal and event["step"] % 10 == 0:
                self.say(f"step {event['step']}: {note}, {event['seconds']:.0f} s")
        else:
            runs = " / ".join(f"{n:.2f}" for n in event["runs"])
            self.say(
                f"step {event['step']}: held out {event['held_out']:.3f}, tokens a forward with "
                f"1, 2, … drafts {runs}"
            )
