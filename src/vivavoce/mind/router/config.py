"""What a right answer is worth, and what money and waiting take from it."""

from dataclasses import dataclass, field

from vivavoce.core import ConfigError
from vivavoce.mind.router.measured import shipped


@dataclass(frozen=True, slots=True)
class RouterConfig:
    """Priors until measured (data/measured.toml) or learned; worth is in US dollars, so that it can
    be argued about."""

    right_usd: float = 0.10
    """What a right answer is worth to its owner."""
    second_usd: float = 0.0005
    """What a second costs that somebody waits for a written answer to be complete."""
    spoken_second_usd: float = 0.01
    """What a second costs that somebody waits for the first word of a voice."""
    late_usd: float = 0.05
    """What it costs to miss the deadline, besides the seconds."""
    move_usd: float = 0.005
    """How much better another model must be before a conversation moves to it."""
    hurry: float = 20.0
    """How many times as much a second costs when the user said "quickly"."""
    budgets: tuple[int, ...] = (0, 256, 1024)
    """Tokens of thinking that are weighed unasked."""
    steps: tuple[int, ...] = (256, 1024, 4096, 8192)
    """Tokens of thinking that doubt climbs."""
    chains: tuple[int, ...] = (1, 5)
    """Chains of thought that are weighed unasked; more than one only where there is one answer."""
    hard_tokens: int = 1024
    """Thinking of "think hard" and "take your time"."""
    harder_tokens: int = 8192
    """Thinking of "think really hard"."""
    thought_gain: float = field(default_factory=lambda: shipped().gains["thought"].value)
    """Logits that as much thinking as a question needs adds."""
    chain_gain: float = field(default_factory=lambda: shipped().gains["chain"].value)
    """Logits that doubling the chains adds."""
    chain_share: float = 0.5
    """Of a chain's time, what each further chain adds where they share this machine."""
    confident: float = 0.80
    """An answer whose tokens were less probable is asked again, higher up."""
    sure_right: float = 0.85
    """A question that is as probably answered right is not asked again."""
    climb_gain: float = 0.05
    """How much more probably right a way up must be: an answer that may be asked again is held back
    until it is whole."""
    answer_tokens: int = 120
    """Of an answer, if it may be as long."""
    quality: float = 0.5
    """Of a model that nobody has measured."""
    read_tokens_s: float = 45.0
    """Of a model here that nobody has measured."""
    write_tokens_s: float = 15.0
    remote_read_tokens_s: float = 2000.0
    """Of a model elsewhere that nobody has measured."""
    remote_write_tokens_s: float = 60.0
    remote_first_s: float = 0.6
    """Until a model elsewhere begins to read."""

    def __post_init__(self) -> None:
        if not self.budgets or not self.chains or not self.steps:
            raise ConfigError("router.budgets, router.chains and router.steps need one entry each")
        if min(self.right_usd, self.read_tokens_s, self.write_tokens_s) <= 0:
            raise ConfigError("router.right_usd and the router's speeds must be above 0")
        if not 0 < self.quality < 1:
            raise ConfigError(f"router.quality must be between 0 and 1, got {self.quality}")
