"""What a mail is to us."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes, or is written to."""

    name: str
    """Empty: only the address is known."""
    address: str

    @property
    def called(self) -> str:
        """How to say who it is."""
        return self.name or self.address or "nobody"

    @property
    def whole(self) -> str:
        """With the address, so that nobody passes for somebody else."""
        return f"{self.name} at {self.address}" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a mail lies; as long as the validity stands, the number never means another one."""

    folder: str
    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Head:
    """Who, what about, when."""

    ref: Ref
    sender: Person
    answers_to: Person
    """Where a reply goes."""
    subject: str
    at: datetime
    """When it came in."""
    unread: bool
    starred: bool
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that was opened."""

    head: Head
    text: str
    """To be read aloud; empty: it has none of its own."""
    attachments: tuple[str, ...] = ()
    """Names and sizes; they were not fetched."""
    cut: bool = False
    """It is longer than we fetch."""
