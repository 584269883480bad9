"""Gated LoRA: what a network learns about masks, switched off for the text that stands.

After arXiv 2507.11851 ("Your LLM Knows the Future"): low-rank changes that act at the noisy tokens
alone, so that the causal network stays what it was, bit for bit."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vivavoce.core import ConfigError
from vivavoce.diffusion.network.shape import Shape


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """How large."""

    rank: int = 16
    block: int = 16
    """The longest block of masks."""
    scale: float = 2.0
    """Of the change that it makes (alpha / rank)."""

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ConfigError(f"adapter.rank must be >= 1, got {self.rank!r}")
        if not 1 <= self.block <= 256:
            raise ConfigError(f"adapter.block must be 1 to 256, got {self.block!r}")


class Change(nn.Module):
    """x (…, inputs) → what is added to the matrix's own outputs; nothing before it is trained."""

    def __init__(self, inputs: int, outputs: int, rank: int, scale: float) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, inputs) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(outputs, rank))
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """In x's type, before the scale."""
        low = nn.functional.linear(x, self.down.to(x.dtype))
        return nn.functional.linear(low, self.up.to(x.dtype))


class LayerChange(nn.Module):
    """The four changes of a layer."""

    def __init__(self, shape: Shape, config: AdapterConfig) -> None:
        super().__init__()
        rank, scale = config.rank, config.scale
        self.qkv = Change(shape.width, shape.qkv, rank, scale)
        self.out = Change(shape.width, shape.width, rank, scale)
        self.up = Change(shape.width, 2 * shape.inner, rank, scale)
        self.down = Change(shape.inner, shape.width, rank, scale)


class Adapter(nn.Module):
    """Masks, and the changes of every layer."""

    def __init__(self, shape: Shape, config: AdapterConfig, begin: Tensor | None = None) -> None:
        """begin (width,): the embedding that masks begin as."""
        super().__init__()
        self.config = config
        first = torch.zeros(shape.width) if begin is None else begin.float()
        self.masks = nn.Parameter(first.repeat(config.block, 1))
        self.layers = nn.ModuleList(LayerChange(shape, config) for _ in range(shape.layers))
