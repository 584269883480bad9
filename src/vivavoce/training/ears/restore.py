"""The network out of its exported file, to go on from: its weights as they were in 8 bits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vivavoce.core import Refused
from vivavoce.training.ears.net import Network

_FROM_ONNX = (0, 2, 3, 1)
"""ONNX has an LSTM's gates as input, output, forget, cell; torch as input, forget, cell, output."""


def restored(path: Path) -> Network:
    """The network of presence.onnx. Refused: it is another one."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    found = {n: w for n, w in stored.items() if n.startswith(("head.", "encoder."))}
    found = {n: w for n, w in found.items() if "_Transposed" not in n}
    for node in graph.node:
        module = node.name.strip("/").partition("/")[0]
        if node.op_type == "MatMulInteger":
            name = "encoder.linear" if module == "linear" else f"head.{module}"
            found[f"{name}.weight"] = _weight(node.input[1], stored).T
        elif node.op_type in ("LSTM", "DynamicQuantizeLSTM"):
            digits = "".join(filter(str.isdigit, node.name.partition("LSTM")[2]))
            name = "encoder.lstm" if module == "lstm" else f"head.{module}"
            found |= _lstm(name, digits or "0", node.input, stored)
    net = Network()
    wanted = net.state_dict()
    if found.keys() != wanted.keys() or any(found[n].shape != wanted[n].shape for n in wanted):
        raise Refused(f"{path} is no network of this recipe: vivavoce train ears exported others")
    net.load_state_dict({n: torch.from_numpy(np.array(w)) for n, w in found.items()})
    return net


def _weight(name: str, stored: Mapping[str, Any]) -> NDArray[np.float32]:
    """As a float, where it is one in 8 bits; (1, in, out) of a quantised LSTM becomes (in, out)."""
    weight = stored[name]
    if weight.dtype == np.float32:
        return np.asarray(weight)
    base = name.removesuffix("_quantized")
    zero, scale = stored[f"{base}_zero_point"], stored[f"{base}_scale"]
    return np.asarray((weight.astype(np.float32) - zero) * scale, np.float32)


def _lstm(
    name: str, layer: str, inputs: Any, stored: Mapping[str, Any]
) -> dict[str, NDArray[np.float32]]:
    """One layer's weights and biases, as torch names and orders them."""
    found = {}
    for kind, at in (("weight_ih", 1), ("weight_hh", 2)):
        weight = _weight(inputs[at], stored)[0]
        if inputs[at].endswith("_quantized"):
            weight = weight.T  # (in, 4 h)
        found[f"{name}.{kind}_l{layer}"] = _gates(weight)
    ours, theirs = np.split(stored[inputs[3]][0], 2)
    found[f"{name}.bias_ih_l{layer}"] = _gates(ours)
    found[f"{name}.bias_hh_l{layer}"] = _gates(theirs)
    return found


def _gates(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the first axis."""
    parts = np.split(weight, 4)
    return np.concatenate([parts[at] for at in _FROM_ONNX])
