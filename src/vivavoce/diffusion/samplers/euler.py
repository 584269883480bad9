"""The Euler sampler (tau-leaping)."""

from dataclasses import dataclass, field

from torch import Generator, Tensor

from vivavoce.diffusion.noise import LogLinear, Noise, weight
from vivavoce.diffusion.samplers.jump import jump


@dataclass(frozen=True, slots=True)
class Euler:
    """P(M → y) = (t − s) σ′(t) s_y: the reverse rate at t, held until s (arXiv 2310.16834). With
    LogLinear the same as Analytic; with other noise only for short steps.

    Takes the scores s of any network as log_probs = log s − log r."""

    mask_id: int
    noise: Noise = field(default_factory=LogLinear)

    def chance(self, t: Tensor, s: Tensor) -> Tensor:
        """(t − s) σ′(t) r: with which probability a mask leaves; from 1 on, surely."""
        return (t - s) * weight(self.noise, t)

    def step(
        self,
        x: Tensor,
        log_probs: Tensor,
        t: Tensor,
        s: Tensor,
        generator: Generator | None = None,
        /,
    ) -> Tensor:
        return jump(x, log_probs, self.mask_id, self.chance(t, s), s, generator)
