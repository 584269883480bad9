"""What the wire needs of a conversation."""

from collections.abc import Callable
from typing import Any, Protocol

from vivavoce.core import Listener, Message, Pcm
from vivavoce.session import FloorTuning, How


class Session(Protocol):
    """One conversation. Synchronous; called only from the event loop's thread."""

    def hear(self, pcm: Pcm) -> None:
        """pcm: exactly (1280,) at 16 kHz, one microphone frame."""
        ...

    def play(self) -> Pcm:
        """The next loudspeaker frame, (1920,) at 24 kHz; silence where there is nothing."""
        ...

    @property
    def playing(self) -> bool:
        """Something is left to pull, and no duck holds it."""
        ...

    def lag(self, seconds: float, can_flush: bool) -> None:
        """How much of what was pulled has not sounded yet, and whether Flush reaches it."""
        ...

    def commit(self) -> None:
        """The user's turn is over now; TurnEnded and Heard follow."""
        ...

    def clear_input(self) -> None:
        """Forget the audio of the present turn."""
        ...

    def respond(
        self,
        instructions: str | None = None,
        max_tokens: int | None = None,
        aloud: bool | None = None,
        tools: tuple[dict[str, Any], ...] | None = None,
        tool_choice: str | None = None,
        how: How | None = None,
    ) -> int:
        """Begin an answer now; its id. None leaves what configure() said."""
        ...

    def cancel(self) -> None:
        """Stop the present answer, the model and the voice."""
        ...

    def clear_output(self) -> None:
        """Drop what has not sounded."""
        ...

    def truncate(self, reply: int, heard_s: float) -> str:
        """The client says how much of an answer's sound was heard; the text that is kept.

        KeyError for an answer of which nothing is kept."""
        ...

    def add(self, message: Message, after: int | None = None) -> int:
        """Append to the history, or put behind an entry (0: first); the new entry's id."""
        ...

    def remove(self, entry: int) -> None:
        """Take an entry out of the history."""
        ...

    def stop_announcement(self, number: int) -> None:
        """Somebody has seen it. KeyError: there is none to say."""
        ...

    def tool_result(self, call: str, output: str) -> None:
        """The result of a ToolCall."""
        ...

    def configure(
        self,
        *,
        instructions: str | None = None,
        aloud: bool | None = None,
        tools: tuple[dict[str, Any], ...] | None = None,
        tool_choice: str | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        floor: FloorTuning | None = None,
        how: How | None = None,
    ) -> None:
        """Change what is given, from now on."""
        ...

    async def close(self) -> None:
        """Stop all work and free everything."""
        ...


__all__ = ["FloorTuning", "How", "OpenSession", "Session"]

OpenSession = Callable[[Listener], Session]
"""Opens a conversation that tells the listener what happens."""
