"""Gated LoRA: what a network learns about masks, switched off for the text that stands.

After arXiv 2507.11851 ("Your LLM Knows the Future"): low-rank changes that act at the noisy tokens
alone, so that the causal network stays what it was, bit for bit."""

from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor, nn

from vivavoce.core import ConfigError
from vivavoce.diffusion.network.shape import Shape


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """How large."""

    rank: int = 16
    """0: whole matrices, to train; see Adapter.lowered."""
    block: int = 16
    """The longest block of masks."""
    scale: float = 2.0
    """Of the change that it makes (alpha / rank)."""

    def __post_init__(self) -> None:
        if self.rank < 0:
            raise ConfigError(f"adapter.rank must be >= 0, got {self.rank!r}")
        if not 1 <= self.block <= 256:
            raise ConfigError(f"adapter.block must be 1 to 256, got {self.block!r}")


class Change(nn.Module):
    """What is added to a matrix's own outputs; nothing before it is trained."""

    def __init__(self, inputs: int, outputs: int, rank: int, scale: float) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, inputs) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(outputs, rank))
        self.scale = scale
        self._across: Tensor | None = None

    def settle(self) -> None:
        """It is trained: keep `up` as it is multiplied quickest."""
        self._across = self.up.detach().t().contiguous()

    def forward(self, x: Tensor, out: Tensor) -> Tensor:
        """x (n, inputs) → out (n, outputs) with the change, in out's type."""
        return torch.addmm(out, self._low(x), self.up.t().to(out.dtype), alpha=self.scale)

    def add_to(self, out: Tensor, rows: Tensor) -> None:
        """rows (B · n, inputs) → added in place to out (B, n, outputs); without gradients."""
        self.add_low(out, self._low(rows))

    def add_low(self, out: Tensor, low: Tensor) -> None:
        """The same from what `down` makes of the rows, (B · n, rank)."""
        up = (self.up.t() if self._across is None else self._across).to(out.dtype)
        if len(out) == 1:
            out[0].addmm_(low, up, alpha=self.scale)
        else:
            low = low.view(len(out), -1, low.shape[-1])
            out.baddbmm_(low, up.expand(len(out), -1, -1), alpha=self.scale)

    def _low(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.down.to(x.dtype))


class Whole(nn.Module):
    """A change of full rank: as large as the matrix itself, and as dear."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs))

    def forward(self, x: Tensor, out: Tensor) -> Tensor:
        """As Change's."""
        return torch.addmm(out, x, self.weight.t().to(out.dtype))

    def add_to(self, out: Tensor, rows: Tensor) -> None:
        """As Change.add_to."""
        out += nn.functional.linear(rows, self.weight.to(rows.dtype)).view(out.shape)

    @torch.no_grad()
    def lowered(self, rank: int, scale: float) -> Change:
        """The nearest change of that rank (Eckart-Young), found by random projection (arXiv
        0909.4061); its error is that of the singular values left out, nearly."""
        weight = self.weight.float() / scale
        found = min(rank, *weight.shape)
        left, middle, right = torch.svd_lowrank(weight, min(found + 8, *weight.shape), niter=4)
        root = middle[:found].sqrt()
        change = Change(weight.shape[1], weight.shape[0], rank, scale).to(weight.device)
        change.up[:, :found] = left[:, :found] * root
        change.down[:found] = (right[:, :found] * root).t()
        return change


class LayerChange(nn.Module):
    """The four changes of a layer."""

    def __init__(self, shape: Shape, config: AdapterConfig) -> None:
        super().__init__()

        def change(inputs: int, outputs: int) -> Change | Whole:
            if config.rank == 0:
                return Whole(inputs, outputs)
            return Change(inputs, outputs, config.rank, config.scale)

        self.qkv = change(shape.width, shape.qkv)
        self.out = change(shape.width, shape.width)
        self.up = change(shape.width, 2 * shape.inner)
        self.down = change(shape.inner, shape.width)


class Adapter(nn.Module):
    """Masks, and the changes of every layer."""

    def __init__(self, shape: Shape, config: AdapterConfig, begin: Tensor | None = None) -> None:
        """begin (width,): the embedding that masks begin as."""
        super().__init__()
        self.config, self._shape = config, shape
        first = torch.zeros(shape.width) if begin is None else begin.float()
        self.masks = nn.Parameter(first.repeat(config.block, 1))
        self.layers = nn.ModuleList(LayerChange(shape, config) for _ in range(shape.layers))

    @torch.no_grad()
    def lowered(self, rank: int) -> "Adapter":
        """The same with changes of that rank, which is small enough to be kept; itself if it has
        low rank already."""
        if self.config.rank:
            return self
        low = Adapter(self._shape, replace(self.config, rank=rank)).to(self.masks.device)
        low.masks.copy_(self.masks)
        for own, other in zip(self.layers, low.layers, strict=True):
            for name, change in own.named_children():
                setattr(other, name, cast("Whole", change).lowered(rank, self.config.scale))
        return low
