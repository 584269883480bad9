"""The first-hitting sampler."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from vivavoce.diffusion.pick import draw, uniform
from vivavoce.diffusion.score import forbid


@dataclass(frozen=True, slots=True)
class FirstHitting:
    """One mask a step, anywhere with the same probability: with a true network an exact sample in
    as many steps as there are masks (arXiv 2409.02908). Where s is 0, all that are left."""

    mask_id: int

    def step(
        self,
        x: Tensor,
        log_probs: Tensor,
        _t: Tensor,
        s: Tensor,
        generator: Generator | None = None,
        /,
    ) -> Tensor:
        masked = x == self.mask_id
        order = uniform(x.shape, generator, x.device).masked_fill(~masked, -1.0)
        first = torch.zeros_like(masked).scatter(-1, order.argmax(-1, keepdim=True), True)
        hit = masked & (first | (s <= 0))
        return x.masked_scatter(hit, draw(forbid(log_probs[hit], self.mask_id), generator))


def hitting(t: Tensor, masks: Tensor, _steps: int, generator: Generator | None = None, /) -> Tensor:
    """A Clock: the time t · u^(1/n) at which the first of n masks is gone, for LogLinear noise."""
    u = uniform(t.shape, generator, t.device)
    return t * u ** (1 / masks.clamp(min=1))
