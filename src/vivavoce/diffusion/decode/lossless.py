"""Drafts by denoising, verified by the causal weights in the same forward.

Quadratic drafting of arXiv 2507.11851: behind each proposed token stands a block of masks of its
own, so that whichever proposal turns out to be the last right one, the next drafts are there
already. Where the text repeats itself, what followed the last time is proposed instead, which takes
no masks. Only what the causal network itself would have chosen is ever kept."""

from collections.abc import Sequence
from functools import cache as cached

import torch
from torch import Tensor

from vivavoce.diffusion.decode.choose import Chooser
from vivavoce.diffusion.decode.dial import REPEATED, Dial
from vivavoce.diffusion.decode.lookup import looked_up
from vivavoce.diffusion.decode.prefill import read
from vivavoce.diffusion.decode.step import Ended, Step, Steps, alike, cut
from vivavoce.diffusion.network.qwen import Network

_ALIKE = (2, 4)
"""Tokens at least, and at most, that a text must end in as it did before, where both ways draft."""
_AT_ONCE = 9
"""Tokens of a tree up to which logits of all of them cost less than of the chain, and then of one
branch."""


def write(
    network: Network,
    prompts: Sequence[Sequence[int]],
    most: int,
    dial: Dial,
    ended: Ended,
    choose: Chooser,
) -> Steps:
    """Until every row has ended or has `most` tokens; the same text as `ar`."""
    cache = read(network, prompts, most + 1 + dial.tried)
    texts = [list(prompt) for prompt in prompts]
    left = [most] * len(prompts)
    denoised: list[list[int]] = [[]] * len(prompts)
    trees = cached(lambda drafts, masks: Tree(drafts, masks, network))
    while any(left):
        found = [_found(text, dial) if n else [] for text, n in zip(texts, left, strict=True)]
        masks = 0 if _repeats(found, left, dial) else dial.drafts
        drafts = _proposed(texts, found, denoised, dial.drafts if masks else REPEATED)
        tree = trees(len(drafts[0]), masks)
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
        chosen, kept, denoised = _verified(network, hidden, tree, drafts, choose, cache.lengths)
        out = []
        for row, k in enumerate(kept):
            new = cut(chosen[row][: k + 1], left[row], ended)
            texts[row] += new
            left[row] = 0 if new and ended(new[-1]) else left[row] - len(new)
            out.append(Step(tuple(new)))
        cache.keep([len(step.tokens) for step in out])
        yield out


def _found(text: Sequence[int], dial: Dial) -> list[int]:
    """Drafts that are looked up; empty: none."""
    if dial.draft == "denoise":
        return []
    if dial.draft == "lookup":
        return looked_up(text, dial.drafts)
    return looked_up(text, REPEATED, *_ALIKE)


def _repeats(found: Sequence[Sequence[int]], left: Sequence[int], dial: Dial) -> bool:
    """Whether the next forward needs no masks."""
    return dial.draft == "lookup" or all(
        drafts or not n for drafts, n in zip(found, left, strict=True)
    )


def _proposed(
    texts: Sequence[Sequence[int]],
    found: Sequence[Sequence[int]],
    denoised: Sequence[Sequence[int]],
    most: int,
) -> list[list[int]]:
    """Drafts of each row, all as many: those found come before those denoised; a row that has fewer
    repeats its last token."""
    own = [(a or b)[:most] for a, b in zip(found, denoised, strict=True)]
    longest = max(map(len, own))
    return [
        [*draft, *[(*text, *draft)[-1]] * (longest - len(draft))]
        for text, draft in zip(texts, own, strict=True)
    ]


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


def _verified(
    network: Network,
    hidden: Tensor,
    tree: Tree,
    drafts: Sequence[Sequence[int]],
    choose: Chooser,
    starts: Sequence[int],
) -> tuple[list[list[int]], list[int], list[list[int]]]:
    """What the causal weights choose behind each token of the chain, how many drafts they share,
    and the drafts behind the last of those."""
    at_once = tree.size <= _AT_ONCE
    logits = network.logits(hidden if at_once else hidden[:, : tree.clean])
    chosen = _by_row(choose, logits[:, : tree.clean], starts)
    kept = [alike(draft, row) for draft, row in zip(drafts, chosen, strict=True)]
    if not tree.masks:
        return chosen, kept, [[]] * len(kept)
    told = logits if at_once else hidden
    branches = torch.stack([told[row, tree.branch(k)] for row, k in enumerate(kept)])
    behind = [start + k + 1 for start, k in zip(starts, kept, strict=True)]
    branches = branches if at_once else network.logits(branches)
    return chosen, kept, _by_row(choose, branches, behind)


def _by_row(choose: Chooser, logits: Tensor, starts: Sequence[int]) -> list[list[int]]:
    """logits (B, n, V) of tokens that come one after another behind `starts`."""
    rows, n, _ = logits.shape
    positions = [start + 1 + i for start in starts for i in range(n)]
    listed: list[list[int]] = choose.tokens(logits.flatten(0, 1), positions).view(rows, n).tolist()
    return listed
