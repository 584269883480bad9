"""How likely what stands behind a gap is, once the gap is filled."""

import math

import torch

from vivavoce.diffusion.decode.prefill import onward
from vivavoce.diffusion.decode.step import alike
from vivavoce.diffusion.network.cache import Cache
from vivavoce.diffusion.network.qwen import Network
from vivavoce.diffusion.tokens import Tokens

FIRST = 16
"""Tokens of the suffix that are asked about; one that is shorter ends the file."""
_NEAR = 4000
"""Characters of the prefix that are read: what is farther away tells little."""
_END = "<|endoftext|>"


class Suffix:
    """Foretold by the causal network from the prefix and a text alone: unlike in a prompt with a
    gap, it does not know the suffix yet. What texts have in common is read once."""

    def __init__(self, network: Network, tokens: Tokens, prefix: str, suffix: str) -> None:
        self._network, self._tokens, self._prefix = network, tokens, prefix[-_NEAR:]
        begins = tokens.ids(suffix, marks=False)
        self._wanted = begins[:FIRST]
        if len(begins) < FIRST and (end := tokens.id(_END)) is not None:
            self._wanted.append(end)
        self._cache: Cache | None = None
        self._read: list[int] = []
        """Tokens that stand in the cache."""

    @torch.inference_mode()
    def behind(self, text: str) -> float:
        """The logarithm of its probability behind the prefix and this text, in nats; −inf where
        they are longer than the model's context."""
        ids = self._tokens.ids(self._prefix + text, marks=False)
        if len(ids) + len(self._wanted) > self._network.shape.context:
            return -math.inf
        cache = self._room(len(ids) + len(self._wanted))
        known = alike(self._read, ids[:-1])
        cache.forget([known])
        pieces = onward(self._network, cache, [*ids[known:], *self._wanted[:-1]])
        cache.forget([len(ids)])  # the suffix
        self._read = ids
        behind = torch.cat(pieces)[-len(self._wanted) :]
        told = self._network.logits(behind).log_softmax(-1)
        wanted = torch.tensor(self._wanted, device=told.device)
        return float(told.gather(1, wanted[:, None]).sum())

    def _room(self, tokens: int) -> Cache:
        """The cache, or a larger one, empty."""
        if self._cache is None or self._cache.slots < tokens:
            slots = min(2 * tokens, self._network.shape.context)
            self._cache, self._read = self._network.cache(1, slots, apart=True), []
        return self._cache
