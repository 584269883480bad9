"""How to write: which way, and the dials of each."""

from dataclasses import dataclass
from typing import Literal, get_args

from vivavoce.core import ConfigError

Mode = Literal["ar", "lossless", "diffusion"]
Draft = Literal["denoise", "lookup"]
MODES: tuple[str, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class Dial:
    """Checked once."""

    mode: Mode = "lossless"
    drafts: int = 2
    """lossless: tokens that are proposed at once, and verified by the next forward."""
    draft: Draft = "denoise"
    """lossless: proposed by denoising, or looked up in the text so far (n-grams, a control)."""
    block: int = 4
    """diffusion: tokens of a block; the shipped adapter learned four."""
    threshold: float = 0.9
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
        check(self.draft in get_args(Draft), f"draft must be denoise or lookup, got {self.draft!r}")
        check(1 <= self.drafts <= 16, f"drafts must be 1 to 16, got {self.drafts!r}")
        check(2 <= self.block <= 256, f"block must be 2 to 256, got {self.block!r}")
        check(0 < self.threshold <= 1, f"threshold must be in (0, 1], got {self.threshold!r}")
        check(self.steps is None or self.steps >= 1, f"steps must be >= 1, got {self.steps!r}")
        check(self.temperature >= 0, f"temperature must be >= 0, got {self.temperature!r}")
        check(0 < self.top_p <= 1, f"top_p must be above 0 and at most 1, got {self.top_p!r}")
