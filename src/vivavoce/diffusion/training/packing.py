"""Texts side by side in rows of one length, and blocks of masks over them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from vivavoce.diffusion.training.texts import Text


@dataclass(frozen=True, slots=True)
class Row:
    """Several texts, one behind another; none sees another."""

    ids: tuple[int, ...]
    at: tuple[int, ...]
    """Positions, from 0 in every text."""
    text: tuple[int, ...]
    """Which text a token is of."""
    learned: tuple[bool, ...]
    """Whether a block may begin behind it."""


def rows(texts: Sequence[Text], length: int, seed: int) -> Iterator[Row]:
    """Without end: the texts in another order every time round, whole where they fit, else their
    last `length` tokens (the model's own words are at the end)."""
    turn = 0
    while True:
        order = list(texts)
        random.Random(f"{seed}/{turn}").shuffle(order)
        turn += 1
        waiting: list[Text] = []
        room = length
        for text in order:
            size = min(len(text.ids), length)
            if size > room:
                yield _row(waiting, length)
                waiting, room = [], length
            waiting.append(text)
            room -= size
        yield _row(waiting, length)


def _row(texts: Sequence[Text], length: int) -> Row:
    ids: list[int] = []
    at: list[int] = []
    of: list[int] = []
    learned: list[bool] = []
    for number, text in enumerate(texts):
        cut = max(0, len(text.ids) - length)
        own = text.ids[cut:]
        ids += own
        at += range(len(own))
        of += [number] * len(own)
        learned += [i + cut >= text.begins - 1 for i in range(len(own))]
    return Row(tuple(ids), tuple(at), tuple(of), tuple(learned))


@dataclass(frozen=True, slots=True)
class Blocks:
    """K blocks of n places; see `scatter`. All tensors are (K, n) but `behind`."""

    behind: Tensor
    """(K,): the index of the clean token before each."""
    ids: Tensor
    """Tokens, and masks."""
    targets: Tensor
    """The token behind each place: what its hidden state is to tell."""
    weight: Tensor
    """Of each place in the loss; 0 where its target is in sight."""


def scatter(
    row: Row, size: int, count: int, *, mask: int, whole: float, fade: float, draw: random.Random
) -> Blocks | None:
    """Blocks of `size` at up to `count` places; None if none fits.

    A share `whole` of them is masked altogether (t = 1: drafting, and the first forward of block
    diffusion), the others with probability t from U[0.1, 1], their first token always in sight, as
    the causal weights give it. Weights are 1/t (the masked diffusion bound, arXiv 2406.07524) times
    fade to the power of the place."""
    free = [
        i
        for i, may in enumerate(row.learned)
        if may and i + size + 1 < len(row.ids) and row.text[i + size + 1] == row.text[i]
    ]
    if not free:
        return None
    chosen = sorted(draw.sample(free, min(count, len(free))))
    ids, targets, weight = [], [], []
    for anchor in chosen:
        true = row.ids[anchor + 1 : anchor + size + 1]
        share = 1.0 if draw.random() < whole else draw.uniform(0.1, 1)
        hidden = [share == 1.0 or (i > 0 and draw.random() < share) for i in range(size)]
        ids.append([mask + i if hidden[i] else true[i] for i in range(size)])
        targets.append(row.ids[anchor + 2 : anchor + size + 2])
        asked = [*hidden[1:], share == 1.0]
        weight.append([a * fade**i / share for i, a in enumerate(asked)])
    return Blocks(
        torch.tensor(chosen), torch.tensor(ids), torch.tensor(targets), torch.tensor(weight)
    )
