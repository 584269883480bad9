"""A GGUF file's weights as full numbers, and what it says of its shape."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize

from vivavoce.core import Refused
from vivavoce.diffusion.network.shape import SPARE, Shape

_ARCHITECTURE = "qwen2"


@dataclass(frozen=True, slots=True)
class File:
    """An open GGUF file; its tensors are read when they are asked for."""

    path: Path
    reader: GGUFReader

    def say(self, key: str) -> Any:
        """A field; Refused where it is missing."""
        field = self.reader.fields.get(key)
        if field is None:
            raise Refused(f"{self.path.name} says nothing of {key}; take a whole GGUF of Qwen2")
        return field.contents()

    def tensor(self, name: str) -> torch.Tensor:
        """float32, (outputs, inputs) for a matrix."""
        for tensor in self.reader.tensors:
            if tensor.name == name:
                whole = dequantize(tensor.data, tensor.tensor_type)
                return torch.from_numpy(np.array(whole, dtype=np.float32))
        raise Refused(f"{self.path.name} has no {name}; take a whole GGUF of Qwen2")

    def has(self, name: str) -> bool:
        """Whether there is such a tensor."""
        return any(tensor.name == name for tensor in self.reader.tensors)


def open_gguf(path: Path) -> File:
    """Refused: not a GGUF file, or of another architecture."""
    try:
        reader = GGUFReader(path)
    except (ValueError, OSError, IndexError) as broken:
        raise Refused(f"{path} is not a whole GGUF file: {broken}; fetch it again") from broken
    file = File(path, reader)
    kind = file.say("general.architecture")
    if kind != _ARCHITECTURE:
        raise Refused(f"{path.name} is of the architecture {kind}; only {_ARCHITECTURE} is read")
    return file


def shape_of(file: File) -> Shape:
    """Its sizes."""

    def said(key: str) -> Any:
        return file.say(f"{_ARCHITECTURE}.{key}")

    return Shape(
        layers=said("block_count"),
        width=said("embedding_length"),
        heads=said("attention.head_count"),
        kv_heads=said("attention.head_count_kv"),
        inner=said("feed_forward_length"),
        vocab=len(file.reader.fields["tokenizer.ggml.tokens"].data),
        context=said("context_length"),
        rope_base=said("rope.freq_base"),
        eps=said("attention.layer_norm_rms_epsilon"),
        spare=SPARE,
    )


def weights_of(file: File, shape: Shape) -> Mapping[str, torch.Tensor]:
    """float32, under the names of our network; queries, keys and values are joined, gate and up
    too."""
    out = {
        "embed": file.tensor("token_embd.weight"),
        "norm": file.tensor("output_norm.weight"),
    }
    out["head"] = file.tensor("output.weight") if file.has("output.weight") else out["embed"]
    for i in range(shape.layers):
        own = f"blk.{i}."
        parts = [file.tensor(f"{own}attn_{one}.weight") for one in "qkv"]
        biases = [file.tensor(f"{own}attn_{one}.bias") for one in "qkv"]
        out |= {
            f"{i}.before": file.tensor(f"{own}attn_norm.weight"),
            f"{i}.qkv": torch.cat(parts),
            f"{i}.bias": torch.cat(biases),
            f"{i}.out": file.tensor(f"{own}attn_output.weight"),
            f"{i}.after": file.tensor(f"{own}ffn_norm.weight"),
            f"{i}.up": torch.cat(
                [file.tensor(f"{own}ffn_gate.weight"), file.tensor(f"{own}ffn_up.weight")]
            ),
            f"{i}.down": file.tensor(f"{own}ffn_down.weight"),
        }
    return out


def digest(path: Path) -> str:
    """The file's sha256: an adapter names the weights it was trained on by it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
