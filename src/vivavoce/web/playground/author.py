"""Who writes in the playground, seen from here; the network is loaded when it is first asked."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Mode = Literal["diffusion", "lossless", "ar"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written, and how. One of messages and prompt is given."""

    messages: tuple[tuple[str, str], ...] = ()
    """(role, text); the assistant is to answer."""
    prompt: str = ""
    """Text to go on from; with a suffix, what stands before the gap."""
    suffix: str = ""
    """What stands behind the gap."""
    max_tokens: int = 128
    threshold: float = 0.98
    steps: int | None = None
    block: int = 4
    drafts: int = 1
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """How far the author is."""

    name: Literal["missing", "idle", "loading", "ready", "failed"]
    said: str = ""
    """What to do next, or what it is doing."""
    model: str = ""
    trained: bool | None = None
    """Whether the weights were taught to write by diffusion; None before they are loaded."""


class Piece(Protocol):
    """What one forward brought: vivavoce.diffusion.text.Piece, which can't be loaded without
    torch."""

    @property
    def text(self) -> str: ...
    @property
    def tokens(self) -> int: ...
    @property
    def canvas(self) -> Sequence[str | None]: ...
    @property
    def ending(self) -> Literal["stop", "length"] | None: ...


class Author(Protocol):
    """Writes what is wished."""

    def state(self) -> State:
        """At once, and without loading anything."""
        ...

    async def open(self) -> None:
        """Load the network; at once if it is there. VivavoceError says what to do."""
        ...

    def write(self, wish: Wish, mode: Mode) -> AsyncIterator[Piece]:
        """A Piece a forward, the last with an ending; open() first. Close the iterator to stop.
        Refused, Retry."""
        ...
