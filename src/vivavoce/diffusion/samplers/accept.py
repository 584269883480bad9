"""How many of its tokens a network is believed at once. Pure rules over confidence (B, L): the
probability of the token chosen for each place, −inf for places that are not asked about. Of each
row that has any, the surest is always taken."""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from vivavoce.core import ConfigError


class Accept(Protocol):
    """Which places are settled now."""

    def accept(self, confidence: Tensor) -> Tensor:
        """(B, L) → bool (B, L)."""
        ...


@dataclass(frozen=True, slots=True)
class Threshold:
    """All that are at least this sure (Fast-dLLM, arXiv 2505.22618)."""

    least: float = 0.9

    def __post_init__(self) -> None:
        if not 0 < self.least <= 1:
            raise ConfigError(
                f"threshold must be above 0 (careless) and at most 1 (careful), got {self.least}"
            )

    def accept(self, confidence: Tensor) -> Tensor:
        return (confidence >= self.least) | surest(confidence, 1)


@dataclass(frozen=True, slots=True)
class Factor:
    """The n surest, n as large as (n + 1)(1 − c_n) < factor allows, c_n the n-th's confidence: the
    more at once, the surer each must be (Fast-dLLM, arXiv 2505.22618)."""

    factor: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.factor < math.inf:
            raise ConfigError(f"factor must be above 0 (the more the faster), got {self.factor}")

    def accept(self, confidence: Tensor) -> Tensor:
        falling = confidence.double().sort(-1, descending=True).values
        n = torch.arange(1, confidence.shape[-1] + 1, device=confidence.device)
        fits = ((n + 1) * (1 - falling) < self.factor).sum(-1, keepdim=True)
        return surest(confidence, fits.clamp(min=1))


@dataclass(frozen=True, slots=True)
class Most:
    """So many, the surest: a fixed number of steps (LLaDA, arXiv 2502.09992)."""

    tokens: int = 1

    def __post_init__(self) -> None:
        if self.tokens < 1:
            raise ConfigError(f"tokens a step must be at least 1, got {self.tokens}")

    def accept(self, confidence: Tensor) -> Tensor:
        return surest(confidence, self.tokens)


def surest(confidence: Tensor, count: Tensor | int) -> Tensor:
    """The count surest places of each row; of equals the first."""
    rank = confidence.argsort(dim=-1, descending=True, stable=True).argsort(-1)
    return (rank < count) & (confidence > -math.inf)
