"""One matrix of weights, kept as the machine multiplies it quickest."""

from functools import cache
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from vivavoce.diffusion.network.eight_bits import LEVELS, Multiply, Prepare, way, weight_levels

Kept = Literal["float32", "bfloat16", "int8"]
KINDS: tuple[str, ...] = get_args(Kept)

_FEW = 32
"""Rows up to which a CPU without bfloat16 of its own multiplies it quicker than float32."""


def empty(kind: Kept, outputs: int, inputs: int, *, bias: bool = False) -> "Plain | Int8":
    """A matrix whose weights are loaded later; x (…, inputs) → (…, outputs)."""
    return Int8(outputs, inputs, bias) if kind == "int8" else Plain(kind, outputs, inputs, bias)


def packed(
    kind: Kept, weight: Tensor, bias: Tensor | None = None, loud: Tensor | None = None
) -> dict[str, Tensor]:
    """What such a matrix loads: weight (outputs, inputs) and bias in float32, rounded to kind.

    loud (inputs,): how large each input becomes. int8 then halves, on a logarithmic scale, the
    distances between inputs and gives the other half to the weights (arXiv 2211.10438)."""
    if kind != "int8":
        whole = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
        return {name: tensor.to(getattr(torch, kind)) for name, tensor in whole.items()}
    ease = torch.ones(weight.shape[1])
    if loud is not None:
        ease = (weight.abs().amax(0).clamp(min=1e-6) / loud.clamp(min=1e-4)).sqrt()
        weight = weight / ease
    scale = weight.abs().amax(1).clamp(min=1e-12) / 127
    out = {"weight": (weight / scale[:, None]).round().to(torch.int8), "scale": scale, "ease": ease}
    return out if bias is None else out | {"bias": bias}


class Plain(nn.Module):
    """Weights as they are."""

    weight: Tensor
    bias: Tensor | None

    def __init__(self, kind: Kept, outputs: int, inputs: int, bias: bool) -> None:
        super().__init__()
        dtype = getattr(torch, kind)
        self.register_buffer("weight", torch.empty(outputs, inputs, dtype=dtype))
        self.register_buffer("bias", torch.empty(outputs, dtype=dtype) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """In the weights' own type."""
        rows = x.reshape(-1, x.shape[-1])  # a view of three dimensions would go one by one
        if rows.dtype == torch.bfloat16 and len(rows) > _FEW and _slow_bfloat16(x.device.type):
            bias = None if self.bias is None else self.bias.float()
            out = nn.functional.linear(rows.float(), self.weight.float(), bias).to(x.dtype)
        else:
            out = nn.functional.linear(rows, self.weight, self.bias)
        return out.view(*x.shape[:-1], -1)


class Int8(nn.Module):
    """Eight bits a weight, one scale a row; each input row is rounded to whole levels with a scale
    of its own, so that a token's result does not depend on which tokens come with it."""

    weight: Tensor
    scale: Tensor
    ease: Tensor
    """Each input is multiplied by its own before it is rounded; the weights are divided by it."""
    bias: Tensor | None

    def __init__(self, outputs: int, inputs: int, bias: bool) -> None:
        super().__init__()
        self.register_buffer("weight", torch.empty(outputs, inputs, dtype=torch.int8))
        self.register_buffer("scale", torch.empty(outputs))
        self.register_buffer("ease", torch.empty(inputs))
        self.register_buffer("bias", torch.empty(outputs) if bias else None)
        self._ways: dict[Prepare, Multiply] = {}
        self.more: Tensor | None = None
        """Set by `widen`."""

    def widen(self, more: Tensor) -> None:
        """Multiply by these (n, inputs) too from now on, in the same go; see `both`. They are
        rounded to eight bits. On a CPU with FBGEMM; elsewhere nothing happens."""
        if self.weight.device.type == "cpu" and weight_levels() is not None:
            self.more = more.detach().float()
            self._ways.clear()

    def forward(self, x: Tensor) -> Tensor:
        """float32 in, float32 out."""
        return self.both(x)[0]

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (…, inputs) → (…, outputs), and what `more` makes of it, (…, n); n may be 0."""
        rows = x.reshape(-1, x.shape[-1]) * self.ease
        scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-12) / LEVELS
        out = self._times((rows / scale).round())
        out = out.mul_(scale).view(*x.shape[:-1], -1)
        outputs = len(self.scale)
        out, more = out[..., :outputs], out[..., outputs:]
        return out if self.bias is None else out.add_(self.bias), more

    def _times(self, rounded: Tensor) -> Tensor:
        """Whole numbers (rows, inputs) → (rows, outputs), those of `more` behind them."""
        prepare = way(len(rounded)) if rounded.device.type == "cpu" else None
        if prepare is None:
            return torch._int_mm(rounded.to(torch.int8), self.weight.t()) * self.scale
        if prepare not in self._ways:
            self._ways[prepare] = prepare(*self._widened())
        return self._ways[prepare](rounded)

    def _widened(self) -> tuple[Tensor, Tensor]:
        """weight and scale, those of `more` behind them."""
        if self.more is None:
            return self.weight, self.scale
        more = packed("int8", self.more / self.ease)
        return torch.cat((self.weight, more["weight"])), torch.cat((self.scale, more["scale"]))


@cache
def _slow_bfloat16(device: str) -> bool:
    """Whether float32 is quicker there."""
    return device == "cpu" and not torch.ops.mkldnn._is_mkldnn_bf16_supported()
