"""Language models behind one Protocol."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from vivavoce.core import Message


@dataclass(frozen=True, slots=True)
class Request:
    """What to write, and within which limits."""

    messages: tuple[Message, ...]
    max_tokens: int = 256
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    seed: int = 0
    tools: tuple[dict[str, object], ...] = ()
    """JSON-schema function descriptions, as OpenAI writes them: {name, description, parameters}."""
    tool_choice: str = "auto"
    """auto, none, required, or the name of the one tool to call."""
    begun: str = ""
    """How the answer begins: the model goes on from there. Not together with tools."""
    conversation: int = 0
    """Whose prefix cache to use; requests of one conversation share one."""
    read_only: bool = False
    """Only read the messages into the prefix cache, the last one left open (it may go on)."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer."""

    text: str = ""
    call: tuple[str, str] | None = None
    """A complete tool call: name, arguments as JSON."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Comes last."""

    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    finish: str = "stop"
    """stop, length or tool_calls."""


class LanguageModel(Protocol):
    """Text in, text out; closing the iterator stops the work at once."""

    def stream(self, request: Request) -> AsyncIterator[Delta | Usage]:
        """Deltas, then one Usage."""
        ...
