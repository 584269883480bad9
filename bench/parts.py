"""The weights, the character and the limits that both systems use: read from the product."""

from bench.peers.pipecat import Parts
from vivavoce import weights
from vivavoce.mind.character import CHARACTER
from vivavoce.session.config import SessionConfig


def parts() -> Parts:
    """What the peer is given."""
    session = SessionConfig()
    return Parts(
        llm=weights.path("qwen2.5-coder-1.5b-instruct"),
        whisper=weights.path("whisper-base"),
        voice=weights.path("piper-en_US-joe-medium"),
        system=CHARACTER,
        max_tokens=session.max_tokens,
        temperature=session.temperature,
    )
