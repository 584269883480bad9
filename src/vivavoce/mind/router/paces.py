"""How fast each model reads and writes on this machine, learned from its own answers. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from vivavoce.core import ConfigError
from vivavoce.models import Card

LEAST = 16
"""Tokens below which a reading or writing says nothing of the speed."""
PRIOR, NEWEST = 1.0, 0.1
"""Answers that the shipped number weighs as; what the newest answer weighs at least."""
_SLOWEST, _QUICKEST = 0.01, 1e6


@dataclass(frozen=True, slots=True)
class Pace:
    """Tokens a second, as a mean of logarithms, and how many answers it comes from."""

    tokens_s: float
    answers: int

    def took(self, tokens: int, seconds: float) -> "Pace":
        """With one answer more."""
        seen = min(_QUICKEST, max(_SLOWEST, tokens / seconds))
        share = max(NEWEST, 1 / (self.answers + 1 + PRIOR))
        moved = math.log(self.tokens_s) * (1 - share) + math.log(seen) * share
        return Pace(math.exp(moved), self.answers + 1)


@dataclass(frozen=True, slots=True)
class Paces:
    """By model: reading, and writing."""

    reads: Mapping[str, Pace] = field(default_factory=dict)
    writes: Mapping[str, Pace] = field(default_factory=dict)

    def took(self, card: Card, read: tuple[int, float], wrote: tuple[int, float]) -> Self:
        """tokens and seconds of reading a prompt, and of writing behind the first token."""
        return replace(
            self,
            reads=_moved(self.reads, card.name, card.read_tokens_s, *read),
            writes=_moved(self.writes, card.name, card.write_tokens_s, *wrote),
        )

    def of(self, card: Card) -> Card:
        """The card with the speeds that were met here."""
        reads, writes = self.reads.get(card.name), self.writes.get(card.name)
        return replace(
            card,
            read_tokens_s=reads.tokens_s if reads else card.read_tokens_s,
            write_tokens_s=writes.tokens_s if writes else card.write_tokens_s,
        )

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            name: {model: [round(p.tokens_s, 2), p.answers] for model, p in sorted(one.items())}
            for name, one in (("reads", self.reads), ("writes", self.writes))
        }

    @classmethod
    def read(cls, told: Any) -> Self:
        """Back from JSON; ConfigError if it is none of ours."""
        try:
            both = [
                {str(m): Pace(float(speed), int(n)) for m, (speed, n) in told[name].items()}
                for name in ("reads", "writes")
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as broken:
            raise ConfigError(f"the speeds that were met can't be read ({broken})") from broken
        every = [pace for one in both for pace in one.values()]
        if not all(_SLOWEST <= p.tokens_s <= _QUICKEST and p.answers > 0 for p in every):
            raise ConfigError("the speeds that were met are out of range")
        return cls(*both)


def _moved(
    known: Mapping[str, Pace], model: str, shipped: float | None, tokens: int, seconds: float
) -> Mapping[str, Pace]:
    if tokens < LEAST or not 0 < seconds < math.inf:
        return known
    before = known.get(model) or Pace(shipped or tokens / seconds, 0)
    return {**known, model: before.took(tokens, seconds)}
