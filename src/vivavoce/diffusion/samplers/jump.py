"""What analytic and Euler steps share: each mask jumps, or not, by itself."""

import math

import torch
from torch import Generator, Tensor

from vivavoce.diffusion.pick import draw, uniform
from vivavoce.diffusion.score import forbid


def jump(
    x: Tensor,
    log_probs: Tensor,
    mask_id: int,
    chance: Tensor,
    s: Tensor,
    generator: Generator | None = None,
) -> Tensor:
    """Each mask becomes the token y with probability chance · exp(log_probs_y), chance (B, 1);
    where s (B, 1) is 0, it becomes one for sure. log_probs need not be normalised."""
    masked = x == mask_id
    log_mu = forbid(log_probs[masked], mask_id).double()
    chance = torch.where(s <= 0, math.inf, chance).expand(x.shape)[masked]
    leaves = uniform(chance.shape, generator, x.device) < chance * log_mu.exp().sum(-1)
    leaving = torch.zeros_like(masked).masked_scatter(masked, leaves)
    return x.masked_scatter(leaving, draw(log_mu[leaves], generator))
