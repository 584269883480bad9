"""How written English is said, by kind; the first rule that takes a token counts."""

from vivavoce.voice.rules import addresses, amounts, dates, money, words

RULES = (
    *addresses.LINKS,
    *dates.RULES,
    *amounts.RATIOS,
    *addresses.PHONES,
    *dates.DECADES,
    *money.RULES,
    *amounts.RULES,
    *words.RULES,
)

__all__ = ["RULES"]
