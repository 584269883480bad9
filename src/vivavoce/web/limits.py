"""What one server allows."""

from dataclasses import dataclass

from vivavoce.core import ConfigError


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """Limits of the wire; checked once."""

    max_conversations: int = 8
    """More connections than this are refused with HTTP 503."""
    max_message_bytes: int = 10_000_000
    """A longer message closes its connection with 1009."""
    max_text_chars: int = 32_000
    """Longest text of an item, of instructions or of a tool's result."""
    max_items: int = 2_000
    """Items of a conversation that stay retrievable; the oldest are forgotten."""
    max_unsent_events: int = 512
    """Events that wait for a slow reader before its connection is closed with 1013."""
    lead_frames: int = 2
    """Frames of sound sent ahead of real time (2 = 160 ms)."""
    farewell_s: float = 2.0
    """How long a close may take to reach a client that does not read."""
    instructions: str = ""
    """What conversations are given at the start, as session.created shows it."""
    model: str = "vivavoce"
    """The name that session.model shows."""

    def __post_init__(self) -> None:
        for name in ("max_conversations", "max_items", "max_unsent_events", "lead_frames"):
            if getattr(self, name) < 1:
                raise ConfigError(f"serve.{name} must be >= 1, got {getattr(self, name)!r}")
        if self.max_message_bytes < 65_536:
            raise ConfigError("serve.max_message_bytes must be >= 65536")
