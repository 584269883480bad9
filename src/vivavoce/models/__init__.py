"""Language models behind one Protocol."""

from vivavoce.models.fixed import Fixed
from vivavoce.models.model import (
    Card,
    Kept,
    LanguageModel,
    Manner,
    ManyChains,
    Mode,
    Piece,
    Request,
    Text,
    Thinking,
    Usage,
)

__all__ = [
    "Card",
    "Fixed",
    "Kept",
    "LanguageModel",
    "Manner",
    "ManyChains",
    "Mode",
    "Piece",
    "Request",
    "Text",
    "Thinking",
    "Usage",
]
