"""Language models behind one Protocol."""

from vivavoce.models.fixed import Fixed
from vivavoce.models.model import Delta, LanguageModel, Request, Usage

__all__ = ["Delta", "Fixed", "LanguageModel", "Request", "Usage"]
