"""Block diffusion (arXiv 2503.09573): a block of masks becomes text by denoising, several tokens a
forward, accepted by confidence (arXiv 2505.22618).

What stands of a block goes through the causal weights in the forward that denoises the rest, so the
first mask of each forward is foretold by the causal network itself; behind it tokens are accepted
as long as they are sure enough, and the rest is masked again. So a threshold of 1 writes what one
by one writes, nearly."""

from collections.abc import Sequence

import torch
from torch import Tensor

from vivavoce.diffusion.decode.choose import Chooser
from vivavoce.diffusion.decode.dial import Dial
from vivavoce.diffusion.decode.prefill import read
from vivavoce.diffusion.decode.step import Ended, Step, Steps, cut
from vivavoce.diffusion.network.qwen import Network


def write(
    network: Network,
    prompts: Sequence[Sequence[int]],
    most: int,
    dial: Dial,
    ended: Ended,
    choose: Chooser,
) -> Steps:
    """Until every row has ended or has `most` tokens."""
    size = dial.block
    cache = read(network, prompts, most + 1 + dial.tried)
    new = [[prompt[-1]] for prompt in prompts]
    blocks: list[list[int]] = [[] for _ in prompts]
    left = [most] * len(prompts)
    while any(left):
        room = [size - len(block) for block in blocks]
        window = Window(new, size - 1, network)
        hidden = network(
            window.ids,
            cache.positions(1) + window.depth,
            cache,
            cache.seen(window.seen),
            window.clean,
        )
        tokens, counts = _accepted(network, window.ahead(hidden), cache.lengths, new, choose, dial)
        cache.keep([len(stands) if n else 0 for stands, n in zip(new, left, strict=True)])
        out = []
        for row, count in enumerate(counts):
            got = cut(tokens[row][: min(count, room[row])], left[row], ended)
            left[row] = 0 if got and ended(got[-1]) else left[row] - len(got)
            new[row] = got or new[row]
            block = [*blocks[row], *got]
            out.append(Step(tuple(got), (*block, *[None] * (size - len(block)))))
            blocks[row] = block if len(block) < size else []
        yield out


class Window:
    """The tokens of one forward: those that stand and are not in the cache yet, then masks."""

    def __init__(self, stands: Sequence[Sequence[int]], masks: int, network: Network) -> None:
        """stands: at least one a row; rows that have fewer are filled up with tokens that nobody
        sees."""
        device = network.device
        counts = torch.tensor([len(row) for row in stands], device=device)[:, None]
        self.clean = max(map(len, stands))
        chain = torch.arange(self.clean, device=device)
        behind = torch.arange(masks, device=device)
        filled = [[*row, *[row[-1]] * (self.clean - len(row))] for row in stands]
        blank = (network.shape.mask + behind).expand(len(stands), -1)
        self.ids = torch.cat((torch.tensor(filled, device=device), blank), 1)
        """(B, clean + masks)"""
        self.depth = torch.cat((chain.expand(len(stands), -1), counts + behind), 1)
        """(B, clean + masks): how far behind the cache each stands."""
        is_mask = torch.arange(self.clean + masks, device=device) >= self.clean
        causal = (chain[None, :] <= self.depth[..., None]) & (chain < counts)[:, None]
        self.seen = torch.cat((causal, is_mask[None, :, None].expand(len(stands), -1, masks)), 2)
        """(B, clean + masks, clean + masks): what stands is causal; masks see it and each other."""
        self._ahead = torch.cat((counts - 1, (self.clean + behind).expand(len(stands), -1)), 1)

    def ahead(self, hidden: Tensor) -> Tensor:
        """hidden (B, clean + masks, d) → (B, 1 + masks, d), each of which tells of the next token
        of the block: the last one that stands of the first."""
        return hidden.gather(1, self._ahead[..., None].expand(-1, -1, hidden.shape[-1]))


def _accepted(
    network: Network,
    ahead: Tensor,
    starts: Sequence[int],
    stands: Sequence[Sequence[int]],
    choose: Chooser,
    dial: Dial,
) -> tuple[list[list[int]], list[int]]:
    """Tokens of the next places, a row, and how many of them stand from now on."""
    rows, n, _ = ahead.shape
    first = [start + len(row) for start, row in zip(starts, stands, strict=True)]
    positions = [at + i for at in first for i in range(n)]
    tokens, sure = choose(network.logits(ahead).flatten(0, 1), positions)
    believed = sure.view(rows, n) >= dial.threshold
    believed[:, : -(-dial.block // dial.steps) if dial.steps else 1] = True
    counts: list[int] = believed.int().cumprod(1).sum(1).tolist()
    return tokens.view(rows, n).tolist(), counts
