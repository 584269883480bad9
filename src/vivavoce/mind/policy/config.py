"""What a call needs where its expert's manifest says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vivavoce.core import ConfigError, Rank
from vivavoce.experts import Effect, Rule

DEFAULTS: Mapping[Effect, Rule] = {
    "read": Rule(least="guest"),
    "change": Rule(least="guest"),
    "send": Rule(least="adult", yes="always"),
    "danger": Rule(least="adult", yes="always", sure=0.8),
}


@dataclass(frozen=True, slots=True)
class PolicyConfig:
    """The house's own rules."""

    rules: Mapping[Effect, Rule] = field(default_factory=lambda: DEFAULTS)
    """By effect; a manifest's rule for a tool comes first."""
    recent: int = 4
    """Requests, the newest, among which one must have asked for an act that rests on outsiders'
    words."""
    long_words: int = 12
    """A query of more words, not the speaker's own, carries text out of the house."""
    owner_confirms: bool = False
    """A voice that is not sure enough: ask for an owner's yes (Verdict.by_owner) instead of
    refusing. Only for a caller that knows who says yes."""
    confirmed: frozenset[Rank] = frozenset()
    """The same for these ranks, where a rule asks for a higher one."""

    def __post_init__(self) -> None:
        if missing := set(DEFAULTS) - set(self.rules):
            raise ConfigError(f"policy.rules needs a rule for {', '.join(sorted(missing))}")
        if self.recent < 1 or self.long_words < 1:
            raise ConfigError("policy.recent and policy.long_words must be at least 1")
