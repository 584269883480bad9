"""Products of whole numbers on a CPU: the ways that torch has, as far as they are exact.

All of them give the same bits, so that each width of forward may take the quickest."""

import warnings
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

LEVELS = 127
"""Of an input in eight bits, either side of zero."""
_MANY = 2
"""Rows from which oneDNN's product is the quicker one, where there are AMX tiles: sixteen rows take
as long as one."""

Multiply = Callable[[Tensor], Tensor]
"""Whole numbers of at most LEVELS, in float32 (rows, inputs) → (rows, outputs) float32."""
Prepare = Callable[[Tensor, Tensor], Multiply]
"""weight (outputs, inputs) int8 and scale (outputs,), packed once."""


def way(rows: int) -> Prepare | None:
    """To multiply so many; None: there is none here."""
    if weight_levels() is None:
        return None
    return onednn if rows >= _MANY and _tiles() else fbgemm


@cache
def weight_levels() -> int | None:
    """Of weights, either side of zero: as many as this CPU multiplies exactly with FBGEMM (AVX2
    adds two products in 16 bits). None: there is no FBGEMM."""
    if torch.backends.quantized.engine not in ("x86", "fbgemm"):
        return None
    for levels in (LEVELS, 63):
        if exact(lambda weight, scale, n=levels: _fbgemm(weight, scale, n)):
            return levels
    return None


def fbgemm(weight: Tensor, scale: Tensor) -> Multiply:
    """Quickest for one row."""
    return _fbgemm(weight, scale, weight_levels() or LEVELS)


def onednn(weight: Tensor, scale: Tensor) -> Multiply:
    """Quickest for several rows on AMX tiles."""
    pack = torch.ops.onednn.qlinear_prepack(weight, [16, weight.shape[1]])
    none = torch.zeros(len(scale), dtype=torch.int32)

    def multiply(rounded: Tensor) -> Tensor:
        done: Tensor = torch.ops.onednn.qlinear_pointwise(
            rounded.to(torch.int8), 1.0, 0, pack, scale, none,
            None, 1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        return done

    return multiply


@cache
def _tiles() -> bool:
    """Whether oneDNN multiplies on AMX tiles, exactly, what FBGEMM does with all levels."""
    there = getattr(torch.cpu, "_is_amx_tile_supported", bool)  # torch's own, of no promise
    return bool(weight_levels() == LEVELS and there() and exact(onednn))


def exact(prepare: Prepare) -> bool:
    """The largest numbers there are, added up."""
    weight = torch.full((1, 64), 127, dtype=torch.int8)
    most = torch.full((2, 64), float(LEVELS))
    try:
        told = prepare(weight, torch.ones(1))(most)
    except (AttributeError, RuntimeError):
        return False
    return bool((told / (64 * 127 * LEVELS) - 1).abs().max() < 0.001)


def _fbgemm(weight: Tensor, scale: Tensor, levels: int) -> Multiply:
    if levels < LEVELS:
        weight = (weight * (levels / 127)).round().to(torch.int8)
        scale = scale * (127 / levels)
    none = torch.zeros(len(scale), dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch means to drop its quantised tensors
        tensor = torch._make_per_channel_quantized_tensor(weight, scale.double(), none, 0)
        pack = torch.ops.quantized.linear_prepack(tensor, None)
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32
    return lambda rounded: multiply(rounded, 1.0, LEVELS + 1, pack)
