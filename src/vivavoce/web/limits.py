"""What one server allows."""

from dataclasses import dataclass

from vivavoce.core import ConfigError
from vivavoce.mind import AUTO


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
    answers: str = AUTO
    """Who answers in conversations that ask for nobody else, as session.vivavoce.model shows."""
    max_asks: int = 32
    """Requests of the HTTP APIs at once; more are refused with 429."""
    max_body_bytes: int = 32_000_000
    """A longer body is refused with 413."""
    body_s: float = 60.0
    """How long a body may take to arrive."""
    silence_s: float = 600.0
    """A model that says nothing for so long has failed."""
    max_responses: int = 256
    """Responses that are kept for previous_response_id; the oldest are forgotten."""

    def __post_init__(self) -> None:
        for name in (
            "max_conversations",
            "max_items",
            "max_unsent_events",
            "lead_frames",
            "max_asks",
            "max_responses",
        ):
            if getattr(self, name) < 1:
                raise ConfigError(f"serve.{name} must be >= 1, got {getattr(self, name)!r}")
        if self.max_message_bytes < 65_536:
            raise ConfigError("serve.max_message_bytes must be >= 65536")
        if min(self.max_body_bytes, self.body_s, self.silence_s) <= 0:
            raise ConfigError("serve.max_body_bytes, body_s and silence_s must be > 0")
