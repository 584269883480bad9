"""Adapters as files: safetensors that name the weights they belong to."""

import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from vivavoce.core import Refused
from vivavoce.diffusion.network.adapter import Adapter, AdapterConfig
from vivavoce.diffusion.network.shape import Shape


def save(adapter: Adapter, path: Path, base: str, told: dict[str, object] | None = None) -> None:
    """In bfloat16; base is the sha256 of the weights that it was trained on."""
    state = {name: tensor.detach().bfloat16() for name, tensor in adapter.state_dict().items()}
    said = {"base": base, "config": json.dumps(asdict(adapter.config))}
    save_file(state, path, metadata=said | {"told": json.dumps(told or {})})


def load(path: Path, shape: Shape, base: str) -> Adapter:
    """In float32. Refused: a broken file, or one for other weights than `base`."""
    try:
        with safe_open(path, "pt") as file:
            said = file.metadata() or {}
            state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        config = AdapterConfig(**json.loads(said["config"]))
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as broken:
        raise Refused(f"{path} is not an adapter ({broken}); take another file") from broken
    if said.get("base") != base:
        raise Refused(
            f"{path.name} belongs to other weights (sha256 {said.get('base', '?')[:12]}…, these "
            f"are {base[:12]}…); take those, or train one for these"
        )
    adapter = Adapter(shape, config)
    try:
        adapter.load_state_dict(state)
    except RuntimeError as other:
        raise Refused(f"{path.name} has other sizes than these weights; train it anew") from other
    return adapter
