"""One matrix of weights, kept as the machine multiplies it quickest."""

from typing import Literal, get_args

import torch
from torch import Tensor, nn

Kept = Literal["float32", "bfloat16", "int8"]
KINDS: tuple[str, ...] = get_args(Kept)


def empty(kind: Kept, outputs: int, inputs: int, *, bias: bool = False) -> "Plain | Int8":
    """A matrix whose weights are loaded later; x (…, inputs) → (…, outputs)."""
    return Int8(outputs, inputs, bias) if kind == "int8" else Plain(kind, outputs, inputs, bias)


def packed(kind: Kept, weight: Tensor, bias: Tensor | None = None) -> dict[str, Tensor]:
    """What such a matrix loads: weight (outputs, inputs) and bias in float32, rounded to kind."""
    if kind != "int8":
        whole = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
        return {name: tensor.to(getattr(torch, kind)) for name, tensor in whole.items()}
    scale = weight.abs().amax(1).clamp(min=1e-12) / 127
    out = {"weight": (weight / scale[:, None]).round().to(torch.int8), "scale": scale}
    return out if bias is None else out | {"bias": bias}


class Plain(nn.Module):
    """Weights as they are."""

    def __init__(self, kind: Kept, outputs: int, inputs: int, bias: bool) -> None:
        super().__init__()
        dtype = getattr(torch, kind)
        self.register_buffer("weight", torch.empty(outputs, inputs, dtype=dtype))
        self.register_buffer("bias", torch.empty(outputs, dtype=dtype) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """In the weights' own type."""
        return nn.functional.linear(x, self.weight, self.bias)


class Int8(nn.Module):
    """Eight bits a weight, one scale a row; each input row is rounded to eight bits with a scale of
    its own, so that a token's result does not depend on which tokens come with it."""

    def __init__(self, outputs: int, inputs: int, bias: bool) -> None:
        super().__init__()
        self.register_buffer("weight", torch.empty(outputs, inputs, dtype=torch.int8))
        self.register_buffer("scale", torch.empty(outputs))
        self.register_buffer("bias", torch.empty(outputs) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """float32 in, float32 out."""
        rows = x.reshape(-1, x.shape[-1])
        scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
        rounded = (rows / scale).round().to(torch.int8)
        out = torch._int_mm(rounded, self.weight.t()) * scale * self.scale
        if self.bias is not None:
            out = out + self.bias
        return out.view(*x.shape[:-1], -1)
