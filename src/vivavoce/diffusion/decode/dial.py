"""How to write: which way, and the dials of each."""

from dataclasses import dataclass
from typing import Literal, get_args

from vivavoce.core import ConfigError

Mode = Literal["ar", "lossless", "diffusion"]
Draft = Literal["both", "denoise", "lookup"]
MODES: tuple[str, ...] = get_args(Mode)
DRAFTS: tuple[str, ...] = get_args(Draft)
REPEATED = 8
"""Tokens that are looked up at once where both ways draft."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Checked once."""

    mode: Mode = "lossless"
    drafts: int = 1
    """lossless: tokens that are proposed at once, and verified by the next forward."""
    draft: Draft = "both"
    """lossless: proposed by denoising, or looked up in the text so far (n-grams, a control); both:
    looked up where the text repeats itself, denoised elsewhere."""
    block: int = 4
    """diffusion: tokens of a block; the shipped adapter learned four."""
    threshold: float = 0.98
    """diffusion: a token is accepted from this probability on; lower is faster."""
    steps: int | None = None
    """diffusion: forwards a block at most; None: as many as the threshold needs."""
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        def check(fits: bool, what: str) -> None:
            if not fits:
                raise ConfigError(what)

        check(self.mode in MODES, f"mode must be one of {', '.join(MODES)}, got {self.mode!r}")
        check(self.draft in DRAFTS, f"draft must be one of {', '.join(DRAFTS)}, got {self.draft!r}")
        check(1 <= self.drafts <= 16, f"drafts must be 1 to 16, got {self.drafts!r}")
        check(2 <= self.block <= 256, f"block must be 2 to 256, got {self.block!r}")
        check(0 < self.threshold <= 1, f"threshold must be in (0, 1], got {self.threshold!r}")
        check(self.steps is None or self.steps >= 1, f"steps must be >= 1, got {self.steps!r}")
        check(self.temperature >= 0, f"temperature must be >= 0, got {self.temperature!r}")
        check(0 < self.top_p <= 1, f"top_p must be above 0 and at most 1, got {self.top_p!r}")

    @property
    def tried(self) -> int:
        """Tokens of a forward at most, some of which may be beyond the end of the text."""
        if self.mode == "ar":
            return 1
        if self.mode == "diffusion":
            return 2 * self.block - 1
        repeated = {"both": REPEATED, "lookup": self.drafts, "denoise": 0}[self.draft]
        tree = 0 if self.draft == "lookup" else (self.drafts + 1) ** 2
        return 1 + max(repeated, tree)
