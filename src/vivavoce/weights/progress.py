"""How a pull tells what it does."""

from typing import Protocol


class Progress(Protocol):
    """Told by a pull, on one thread."""

    def start(self, name: str, source: str, total: int | None, done: int) -> None:
        """A source's transfer begins: total bytes to move, if known, and how many lie here."""
        ...

    def advance(self, size: int) -> None:
        """So many bytes more; negative where a server makes us begin anew."""
        ...

    def stop(self) -> None:
        """The transfer begun last has ended, well or not."""
        ...

    def say(self, line: str) -> None:
        """Something worth knowing."""
        ...


class Quiet:
    """Tells nobody."""

    def start(self, name: str, source: str, total: int | None, done: int) -> None:
        """Nothing."""

    def advance(self, size: int) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """Nothing."""
