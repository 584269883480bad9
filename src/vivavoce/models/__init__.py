"""Language models behind one Protocol."""

from vivavoce.models.model import Delta, LanguageModel, Request, Usage

__all__ = ["Delta", "LanguageModel", "Request", "Usage"]
