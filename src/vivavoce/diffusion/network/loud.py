"""How large a matrix's inputs become, input by input: a few are a hundred times larger than the
others, and eight bits a row would be spent on them alone."""

from collections.abc import Sequence

import torch
from torch import Tensor

from vivavoce.diffusion.network.cache import Cache
from vivavoce.diffusion.network.matrix import Plain
from vivavoce.diffusion.network.qwen import Network


def loudest(network: Network, ids: Sequence[int]) -> dict[str, Tensor]:
    """The largest magnitude of each input (inputs,) of each matrix, by its name, while the network
    reads ids; its weights are as they are, not in eight bits."""
    found: dict[str, Tensor] = {}
    hooks = []
    for name, matrix in network.named_modules():
        if isinstance(matrix, Plain):

            def note(_: Plain, given: tuple[Tensor], name: str = name) -> None:
                most = given[0].flatten(0, -2).abs().amax(0).float()
                found[name] = torch.maximum(found[name], most) if name in found else most

            hooks.append(matrix.register_forward_pre_hook(note))
    new = len(ids)
    cache = Cache(network.shape, 1, new, dtype=network.dtype, device=network.device)
    seen = torch.ones(new, new, dtype=torch.bool, device=network.device).tril()
    try:
        with torch.inference_mode():
            tokens = torch.tensor([ids], device=network.device)
            hidden = network(tokens, cache.positions(new), cache, cache.seen(seen))
            network.head(hidden)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: most.clone() for name, most in found.items()}
