"""How long a model may think. A value: spending it gives another one."""

from dataclasses import dataclass
from typing import Literal, Self, get_args

from vivavoce.core.errors import ConfigError

Effort = Literal["none", "minimal", "low", "medium", "high", "max"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)
MOST_TOKENS = 128_000
TOKENS: dict[Effort, int] = {
    "none": 0,
    "minimal": 64,
    "low": 256,
    "medium": 1024,
    "high": 8192,
    "max": MOST_TOKENS,
}
"""What an effort allows where we count; a model's context may allow less."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens of thinking, 0…128,000; how far a model holds to them its usage says."""

    tokens: int
    extend: bool = False
    """Use it up: a model that is done earlier is told to go on ("Wait", s1, Muennighoff 2025)."""

    def __post_init__(self) -> None:
        if isinstance(self.tokens, bool) or not isinstance(self.tokens, int):
            raise ConfigError(f"a thinking budget is a whole number of tokens, not {self.tokens!r}")
        if not 0 <= self.tokens <= MOST_TOKENS:
            raise ConfigError(f"a thinking budget is 0…{MOST_TOKENS} tokens, got {self.tokens}")

    @classmethod
    def of(cls, effort: str) -> Self:
        """The budget of an effort; ConfigError names those there are."""
        if effort not in TOKENS:
            raise ConfigError(f"no effort is called {effort!r}; there are: {', '.join(EFFORTS)}")
        return cls(TOKENS[effort])

    @property
    def effort(self) -> Effort:
        """The least effort that allows as much; for models that know efforts only."""
        return next(e for e in EFFORTS if self.tokens <= TOKENS[e])

    def spend(self, tokens: int) -> Self:
        """What is left; ConfigError if that is less than nothing."""
        return type(self)(self.tokens - tokens, self.extend)
