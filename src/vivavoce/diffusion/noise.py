"""The process that turns text into masks: schedules, times, and the masking itself."""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Generator, Tensor

from vivavoce.core import ConfigError
from vivavoce.diffusion.pick import gumbel, uniform
from vivavoce.diffusion.score import log_ratio, wide


class Noise(Protocol):
    """How much noise there is at time t, 0 (clean) … 1. Times have any shape and are float32 or
    float64; so are the results."""

    def total(self, t: Tensor) -> Tensor:
        """σ(t), which grows with t."""
        ...

    def rate(self, t: Tensor) -> Tensor:
        """σ′(t)."""
        ...

    def masked(self, t: Tensor) -> Tensor:
        """1 − e^−σ(t): the probability that a token is a mask at t."""
        ...


@dataclass(frozen=True, slots=True)
class LogLinear:
    """Masks grow linearly in t: SEDD's (arXiv 2310.16834) and MDLM's (arXiv 2406.07524)."""

    eps: float = 1e-3
    """The share of tokens that is still there at t = 1; at 0 σ is infinite there."""

    def __post_init__(self) -> None:
        if not 0 <= self.eps < 1:
            raise ConfigError(f"noise.eps must be at least 0 and below 1, got {self.eps}")

    def total(self, t: Tensor) -> Tensor:
        return -torch.log1p(-self.masked(t))

    def rate(self, t: Tensor) -> Tensor:
        return (1 - self.eps) / (1 - self.masked(t))

    def masked(self, t: Tensor) -> Tensor:
        return (1 - self.eps) * wide(t)


@dataclass(frozen=True, slots=True)
class Geometric:
    """σ grows from least to most by a constant factor: SEDD's other one (arXiv 2310.16834)."""

    least: float = 1e-4
    most: float = 20.0

    def __post_init__(self) -> None:
        if not 0 < self.least < self.most < math.inf:
            raise ConfigError(
                f"noise.least must be above 0 and below noise.most, got {self.least}, {self.most}"
            )

    def total(self, t: Tensor) -> Tensor:
        return torch.exp(math.log(self.least) + self._growth * wide(t))

    def rate(self, t: Tensor) -> Tensor:
        return self._growth * self.total(t)

    def masked(self, t: Tensor) -> Tensor:
        return -torch.expm1(-self.total(t))

    @property
    def _growth(self) -> float:
        return math.log(self.most / self.least)


def weight(noise: Noise, t: Tensor) -> Tensor:
    """σ′r, with which a masked token's cross-entropy counts at t > 0; for LogLinear exactly 1/t
    (RADD, arXiv 2406.03736; MDLM, arXiv 2406.07524)."""
    return noise.rate(t) * torch.exp(log_ratio(noise.total(t)))


def times(
    rows: int,
    blocks: int = 1,
    *,
    generator: Generator | None = None,
    low: float = 0.0,
    high: float = 1.0,
    antithetic: bool = True,
) -> Tensor:
    """A time for every block of every row, (rows, blocks) float64, each uniform in low…high.

    Antithetic: one in each of rows × blocks equal parts of low…high, in random order, so that
    their mean varies less (MDLM, arXiv 2406.07524). Clipped to less than 0…1 the loss varies less,
    but is no bound any more (BD3-LM, arXiv 2503.09573). On the generator's device."""
    if not 0 <= low < high <= 1:
        raise ConfigError(f"times must have 0 <= low < high <= 1, got {low} and {high}")
    count = rows * blocks
    u = uniform((count,), generator)
    if antithetic:
        u = (torch.randperm(count, generator=generator, device=u.device) + u) / count
    return (low + (high - low) * u).reshape(rows, blocks)


def absorb(x: Tensor, t: Tensor, mask_id: int, generator: Generator | None = None) -> Tensor:
    """Mask each token of x (B, L) with probability t, (B, 1) or (B, L): noise.masked of a time."""
    t = wide(t)  # bfloat16 would round the draw to 1/256
    hit = uniform(x.shape, generator, x.device, t.dtype) < t
    return x.masked_fill(hit, mask_id)


def per_token(t: Tensor, block: int) -> Tensor:
    """What is each block's (B, N), each token's (B, N · block)."""
    return t.repeat_interleave(block, dim=-1)


def position_weights(t: Tensor, block: int, beta: float) -> Tensor:
    """exp(β(1 − t)i) for the i-th token of its block, (B, N · block) from t (B, N); β = 0: all the
    same. Decoding goes mostly from left to right, so late tokens are masked for longer; they gave
    best results with β = ln 10 / block (Efficient-DLM, arXiv 2512.14067).

    They choose what absorb_late masks, or multiply a loss. Either way the loss is no bound on the
    text's probability any more: evaluate with absorb and without them."""
    place = torch.arange(block, device=t.device).repeat(t.shape[-1])
    return torch.exp(beta * (1 - per_token(wide(t), block)) * place)


def absorb_late(
    x: Tensor, t: Tensor, mask_id: int, generator: Generator | None = None, *, beta: float
) -> Tensor:
    """Mask t · L/N tokens (on average) of each of N blocks, x (B, L) and t (B, N), chosen without
    replacement in proportion to position_weights (arXiv 2512.14067)."""
    rows, blocks = t.shape
    block = x.shape[-1] // blocks
    if rows != x.shape[0] or block * blocks != x.shape[-1]:
        raise ConfigError(f"t {tuple(t.shape)} can't be the times of blocks in {tuple(x.shape)}")
    keys = position_weights(t, block, beta).log() + gumbel(x.shape, generator, x.device)
    rank = keys.reshape(rows, blocks, block).argsort(-1, descending=True).argsort(-1)
    wanted = torch.floor(t.double() * block + uniform(t.shape, generator, x.device))
    return x.masked_fill((rank < wanted[..., None]).reshape(x.shape), mask_id)
