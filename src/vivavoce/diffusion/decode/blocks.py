"""Block diffusion (arXiv 2503.09573): a block of masks becomes text by denoising, several tokens a
forward, accepted by confidence (arXiv 2505.22618).

No forward is spent on committing a block: its tokens go through the causal weights in the same
forward that begins the next one. The first token of a block is the causal network's own."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from vivavoce.diffusion.decode.choose import Chooser
from vivavoce.diffusion.decode.dial import Dial
from vivavoce.diffusion.decode.prefill import causal, read
from vivavoce.diffusion.decode.step import Ended, Step, Steps, cut
from vivavoce.diffusion.network.cache import Cache
from vivavoce.diffusion.network.qwen import Network
from vivavoce.diffusion.samplers.accept import Threshold, surest


def write(
    network: Network,
    prompts: Sequence[Sequence[int]],
    most: int,
    dial: Dial,
    ended: Ended,
    choose: Chooser,
) -> Steps:
    """Until every row has ended or has `most` tokens. Rows go from block to block together."""
    size = dial.block
    cache = read(network, prompts, (math.ceil(most / size) + 2) * size + 1)
    clean = torch.tensor([[prompt[-1]] for prompt in prompts], device=network.device)
    left = [most] * len(prompts)
    while any(left):
        block = Block(network, cache, len(prompts), size)
        said = [0] * len(prompts)
        while any(left) and block.open(left):
            block.denoise(choose, clean, dial)
            clean = clean[:, :0]
            out = []
            for row, tokens in enumerate(block.standing()):
                new = cut(tokens[said[row] :], left[row], ended)
                said[row] += len(new)
                left[row] = 0 if new and ended(new[-1]) else left[row] - len(new)
                out.append(Step(tuple(new), block.shown(row)))
            yield out
        clean = block.ids


class Block:
    """The tokens being denoised, in all rows."""

    def __init__(self, network: Network, cache: Cache, rows: int, size: int) -> None:
        self._network, self._cache = network, cache
        offsets = torch.arange(size, device=network.device)
        self.ids = (network.shape.mask + offsets).repeat(rows, 1)
        """(B, size): tokens, and masks where there is none yet."""
        self._forwards = 0

    @property
    def _masked(self) -> Tensor:
        return self.ids >= self._network.shape.mask

    def open(self, left: Sequence[int]) -> bool:
        """Whether a row that is not done has masks left, or nothing was done yet."""
        masked = self._masked.any(1).tolist()
        return any(n and m for n, m in zip(left, masked, strict=True))

    def denoise(self, choose: Chooser, clean: Tensor, dial: Dial) -> None:
        """One forward; clean (B, n) are the tokens before the block that the cache has not got
        yet: some in the first forward of a block, none later."""
        before, size = clean.shape[1], self.ids.shape[1]
        whole = before + size
        seen = torch.ones(whole, whole, dtype=torch.bool, device=self.ids.device)
        seen[:before] = causal(whole, self.ids.device)[:before]
        ids = torch.cat((clean, self.ids), 1)
        cache = self._cache
        hidden = self._network(ids, cache.positions(whole), cache, cache.seen(seen), before)
        cache.keep(before)
        # Each hidden state tells of the token behind it: the last clean one of the block's first.
        tokens, sure = self._chosen(choose, hidden[:, max(before - 1, 0) : whole - 1])
        asked = self._masked[:, -tokens.shape[1] :]
        taken = _taken(asked, sure, dial, self._forwards)
        if before:
            taken[:, 0] = asked[:, 0]
        place = self.ids[:, -tokens.shape[1] :]
        place.copy_(torch.where(taken, tokens, place))
        self._forwards += 1

    def _chosen(self, choose: Chooser, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens and confidences (B, n) of the block's last n places."""
        rows, n, _ = hidden.shape
        last = self.ids.shape[1]
        positions = [start + i for start in self._cache.lengths for i in range(last - n, last)]
        tokens, sure = choose(self._network.logits(hidden).flatten(0, 1), positions)
        return tokens.view(rows, n), sure.view(rows, n)

    def standing(self) -> list[list[int]]:
        """The tokens before the first mask, a row."""
        masked = self._masked
        counts = torch.where(masked.any(1), masked.int().argmax(1), masked.shape[1]).tolist()
        return [row[:n] for row, n in zip(self.ids.tolist(), counts, strict=True)]

    def shown(self, row: int) -> tuple[int | None, ...]:
        """The block as a person may look at it."""
        first = self._network.shape.mask
        return tuple(None if token >= first else token for token in self.ids[row].tolist())


def _taken(asked: Tensor, sure: Tensor, dial: Dial, done: int) -> Tensor:
    """(B, n): the places to settle now."""
    confidence = sure.masked_fill(~asked, -math.inf)
    taken = Threshold(dial.threshold).accept(confidence)
    if dial.steps is not None:
        due = -(-asked.sum(1, keepdim=True) // max(dial.steps - done, 1))
        taken |= surest(confidence, due)
    return taken & asked
