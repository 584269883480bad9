"""The analytic sampler (Tweedie)."""

from dataclasses import dataclass, field

from torch import Generator, Tensor

from vivavoce.diffusion.noise import LogLinear, Noise
from vivavoce.diffusion.samplers.jump import jump


@dataclass(frozen=True, slots=True)
class Analytic:
    """P(M → y) = (e^(σ_t − σ_s) − 1) s_y: exact for each place by itself, however long the step
    (SEDD, arXiv 2310.16834).

    Takes the scores s of any network as log_probs = log s − log r."""

    mask_id: int
    noise: Noise = field(default_factory=LogLinear)

    def chance(self, t: Tensor, s: Tensor) -> Tensor:
        """(e^(σ_t − σ_s) − 1) r: with which probability a mask leaves between t and s."""
        masked = self.noise.masked(t)
        return (masked - self.noise.masked(s)) / masked

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
