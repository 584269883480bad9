"""Drafts by denoising, verified by the causal weights in the same forward.

Quadratic drafting of arXiv 2507.11851: behind each proposed token stands a block of masks of its
own, so that whichever proposal turns out to be the last right one, the next drafts are there
already. Only what the causal network itself would have chosen is ever kept."""

from collections.abc import Sequence

import torch
from torch import Tensor

from vivavoce.diffusion.decode.choose import Chooser
from vivavoce.diffusion.decode.dial import Dial
from vivavoce.diffusion.decode.lookup import looked_up
from vivavoce.diffusion.decode.prefill import read
from vivavoce.diffusion.decode.step import Ended, Step, Steps, cut
from vivavoce.diffusion.network.qwen import Network


def write(
    network: Network, prompts: Sequence[Sequence[int]], most: int, dial: Dial, ended: Ended
) -> Steps:
    """Until every row has ended or has `most` tokens; the same text as `ar`."""
    n = dial.drafts
    denoises = dial.draft == "denoise"
    tree = Tree(n, n if denoises else 0, network)
    cache = read(network, prompts, most + 1 + tree.size)
    choose = Chooser(dial)
    texts = [list(prompt) for prompt in prompts]
    left = [most] * len(prompts)
    drafts = [(looked_up(text, n) if not denoises else []) or [text[-1]] * n for text in texts]
    while any(left):
        chains = torch.tensor(
            [[text[-1], *draft] for text, draft in zip(texts, drafts, strict=True)],
            device=network.device,
        )
        hidden = network(
            tree.ids(chains),
            cache.positions(1) + tree.depth,
            cache,
            cache.seen(tree.seen),
            tree.clean,
        )
        starts = list(cache.lengths)
        chosen = _by_row(choose, network.logits(hidden[:, : n + 1]), starts)
        kept = [_agreeing(draft, row) for draft, row in zip(drafts, chosen, strict=True)]
        if denoises:
            branches = torch.stack([hidden[row, tree.branch(k)] for row, k in enumerate(kept)])
            behind = [start + k + 1 for start, k in zip(starts, kept, strict=True)]
            drafts = _by_row(choose, network.logits(branches), behind)
        cache.keep([k + 1 if open_ else 0 for k, open_ in zip(kept, left, strict=True)])
        out = []
        for row, k in enumerate(kept):
            new = cut(chosen[row][: k + 1], left[row], ended)
            texts[row] += new
            left[row] = 0 if new and ended(new[-1]) else left[row] - len(new)
            out.append(Step(tuple(new)))
            if not denoises:
                drafts[row] = looked_up(texts[row], n) or [texts[row][-1]] * n
        yield out


class Tree:
    """The tokens of one forward: a clean chain (the last token and n drafts), then for each of
    them a branch of masks."""

    def __init__(self, drafts: int, masks: int, network: Network) -> None:
        device = network.device
        self.clean = drafts + 1
        self.masks = masks
        self.size = self.clean * (1 + masks)
        chain = torch.arange(self.clean, device=device)
        behind = torch.arange(1, masks + 1, device=device)
        self.depth = torch.cat((chain, (chain[:, None] + behind).flatten()))
        """(size,): how far behind the last token that stands."""
        self.blank = (network.shape.mask + behind - 1).repeat(self.clean)
        owner = torch.cat((chain, chain.repeat_interleave(masks)))
        is_mask = torch.arange(self.size, device=device) >= self.clean
        upstream = owner[None, :] <= owner[:, None]
        self.seen = torch.where(
            is_mask[None, :], is_mask[:, None] & (owner[None, :] == owner[:, None]), upstream
        )
        """(size, size): a branch sees the chain up to its token, and itself both ways."""

    def ids(self, chains: Tensor) -> Tensor:
        """chains (B, drafts + 1) → (B, size)."""
        return torch.cat((chains, self.blank.expand(len(chains), -1)), 1)

    def branch(self, token: int) -> slice:
        """Where the masks behind a token of the chain are."""
        start = self.clean + token * self.masks
        return slice(start, start + self.masks)


def _by_row(choose: Chooser, logits: Tensor, starts: Sequence[int]) -> list[list[int]]:
    """logits (B, n, V) of tokens that come one after another behind `starts`."""
    rows, n, _ = logits.shape
    positions = [start + 1 + i for start in starts for i in range(n)]
    tokens, _ = choose(logits.flatten(0, 1), positions)
    listed: list[list[int]] = tokens.view(rows, n).tolist()
    return listed


def _agreeing(draft: Sequence[int], chosen: Sequence[int]) -> int:
    """How many drafts the causal network would have chosen too."""
    for i, (a, b) in enumerate(zip(draft, chosen, strict=False)):
        if a != b:
            return i
    return len(draft)
