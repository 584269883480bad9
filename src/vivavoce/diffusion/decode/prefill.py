"""Reading prompts into a cache."""

from collections.abc import Sequence

import torch

from vivavoce.core import Refused
from vivavoce.diffusion.network.cache import Cache
from vivavoce.diffusion.network.qwen import Network

CHUNK = 256
"""Tokens that are read at once: bounds the memory of attention."""


def read(network: Network, prompts: Sequence[Sequence[int]], room: int) -> Cache:
    """A cache that holds each prompt but its last token (the first to be written after), and has
    room for so many more. Refused: a prompt is empty or too long."""
    longest = max(len(prompt) for prompt in prompts)
    if not all(prompts):
        raise Refused("a prompt is empty; write at least one token")
    if longest + room > network.shape.context:
        raise Refused(
            f"{longest} tokens of prompt and {room} to write don't fit in the "
            f"{network.shape.context} of the model; shorten the prompt or ask for fewer"
        )
    cache = network.cache(len(prompts), longest + room)
    for row, prompt in enumerate(prompts):
        onward(network, cache.row(row), prompt[:-1])
        cache.lengths[row] = len(prompt) - 1
    return cache


def onward(network: Network, cache: Cache, tokens: Sequence[int]) -> list[torch.Tensor]:
    """Read into a cache of one row, behind what stands there; they stand then. (n, width) of each
    piece: what the network makes of each token."""
    out = []
    ids = torch.tensor(tokens, dtype=torch.long, device=network.device)[None]
    for piece in ids.split(CHUNK, 1):
        if new := piece.shape[1]:
            seen = cache.seen(causal(new, network.device))
            out.append(network(piece, cache.positions(new), cache, seen)[0])
            cache.keep(new)
    return out


def causal(size: int, device: torch.device) -> torch.Tensor:
    """(size, size): each token sees itself and those before."""
    return torch.ones(size, size, dtype=torch.bool, device=device).tril()
