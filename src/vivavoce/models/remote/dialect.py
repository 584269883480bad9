"""The seam between vendors: what is sent, and what the bytes that come back mean."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from vivavoce.models.model import Kept, Piece, Request


@dataclass(frozen=True, slots=True)
class Letter:
    """One POST."""

    path: str
    """Behind base_url, percent-encoded."""
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What no message may repeat."""
    at_root: bool = False
    """Before the /v1 of base_url."""


class Reader(Protocol):
    """Reads one answer. Failure: the server tells of one, or sends nonsense."""

    heard: int
    """Events so far that were more than a sign of life."""
    done: bool
    """The server has said all."""

    def feed(self, chunk: bytes) -> Iterable[Piece]:
        """What these bytes add; of Thinking and Text."""
        ...

    def end(self) -> Iterable[Piece]:
        """Once the stream is over: Calls and one Usage; Failure if it ended too early."""
        ...


class Dialect(Protocol):
    """A vendor's way of speaking."""

    media_type: str
    """Of its streams."""

    def letter(self, request: Request) -> Letter:
        """The request as the vendor wants it; Refused if it can't be told."""
        ...

    def counting(self, request: Request) -> Letter | None:
        """Asks how many tokens a request has; None: the vendor can't be asked."""
        ...

    def counted(self, text: str) -> tuple[Letter, ...]:
        """Ways to ask how many tokens a text has; the first that works is right."""
        ...

    def reader(self, request: Request, kept: Kept) -> Reader:
        """For one answer to the request."""
        ...
