"""The sampler by confidence, block by block."""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from vivavoce.core import ConfigError
from vivavoce.diffusion.pick import GREEDY, Picking, pick
from vivavoce.diffusion.samplers.accept import Accept
from vivavoce.diffusion.score import forbid


@dataclass(frozen=True, slots=True)
class Confidence:
    """A token for every mask of the first unfinished block, and those that accept believes stay
    (LLaDA, arXiv 2502.09992; Fast-dLLM, arXiv 2505.22618). At least one a step in each row; where
    s is 0, all that are left, of all blocks."""

    mask_id: int
    accept: Accept
    picking: Picking = GREEDY
    block: int = 0
    """Tokens; 0: all of x is one."""

    def __post_init__(self) -> None:
        if self.block < 0:
            raise ConfigError(f"block must be at least 1 token, or 0 for one block: {self.block}")

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
        asked = masked & (self._first(masked) | (s <= 0))
        tokens, sure = pick(forbid(log_probs[asked], self.mask_id), self.picking, generator)
        confidence = sure.new_full(x.shape, -math.inf).masked_scatter(asked, sure)
        taken = asked & (self.accept.accept(confidence) | (s <= 0))
        return torch.where(taken, x.masked_scatter(asked, tokens), x)

    def _first(self, masked: Tensor) -> Tensor:
        """Where the first block with masks is, (B, L)."""
        if not self.block:
            return torch.ones_like(masked)
        block = torch.arange(masked.shape[-1], device=masked.device) // self.block
        return block == block[masked.int().argmax(-1)][:, None]
