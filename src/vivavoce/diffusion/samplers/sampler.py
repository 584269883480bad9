"""The seam of samplers."""

from typing import Protocol

from torch import Generator, Tensor


class Sampler(Protocol):
    """One step of denoising, from time t to s < t."""

    @property
    def mask_id(self) -> int: ...

    def step(
        self,
        x: Tensor,
        log_probs: Tensor,
        t: Tensor,
        s: Tensor,
        generator: Generator | None = None,
        /,
    ) -> Tensor:
        """x (B, L) at s, from x at t: some masks have become tokens, all others stay as they are;
        where s is 0 no mask is left. x itself does not change.

        log_probs (B, L, V): log μ of the clean token of each place, as score.normalised gives it.
        t and s (B, 1), float32 or better."""
        ...
