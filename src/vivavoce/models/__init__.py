"""Language models behind one Protocol."""

from collections.abc import AsyncIterator, Sequence
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
    conversation: int = 0
    """Whose prefix cache to use; requests of one conversation share one."""


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

    async def prefill(self, messages: Sequence[Message], conversation: int) -> int:
        """Read the messages into the conversation's prefix cache, the last one left open (its text
        may go on); returns how many tokens had to be read."""
        ...


__all__ = ["Delta", "LanguageModel", "Request", "Usage"]
