"""Whether somebody wants to know something that a tool would tell. Pure."""

import re

_POLITE = (
    r"(?:(?:hey|hi|okay|ok|so|and|please|well|now|then)[,!]? )*"
    r"(?:(?:can|could|would|will) you (?:please )?)?"
)
_WANTS = re.compile(
    rf"{_POLITE}(?:what|which|who|whose|when|where|how|why|is|are|am|was|were|do|does|did|has|have|"
    r"had|will|should|may i|can i|can we|any|tell|show|give|read|check|list|look|find|search|"
    r"get me|let me know|update me)\b",
    re.IGNORECASE,
)


def wants_to_know(words: str) -> bool:
    """It is a question, or a request to be told; a wish that something be done is neither."""
    said = words.strip()
    return said.endswith("?") or _WANTS.match(said) is not None
