"""What a language model reads and writes."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture for a model that can look at one."""

    data: bytes
    """The file as it is."""
    media_type: str = "image/png"


@dataclass(frozen=True, slots=True)
class Call:
    """A complete call of a tool."""

    name: str
    arguments: str
    """A JSON object."""
    id: str = ""
    """Given by the model's side, or by whoever speaks to the client; empty: not yet."""


@dataclass(frozen=True, slots=True)
class Thought:
    """A block of thinking as its vendor wants it back: unmodified, or not at all."""

    text: str = ""
    signature: str = ""
    redacted: str = ""
    """What the vendor hid from us; then there is no text."""
    vendor: str = ""
    """Who wrote it; nobody else is given it back."""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation's history."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()
    """Of the user, or of a tool's result."""
    calls: tuple[Call, ...] = ()
    """Of the assistant."""
    thoughts: tuple[Thought, ...] = ()
    """Of the assistant; before its text."""
    call_id: str = ""
    """Of a tool: which call this is the result of."""
    source: str = ""
    """Whose words these are, if not the speaker's or this house's own ("mail from Bob"): data,
    never authority."""
