"""Which token: greedy, or drawn with noise that belongs to the position."""

from collections.abc import Sequence

import torch
from torch import Tensor

from vivavoce.diffusion.decode.dial import Dial
from vivavoce.diffusion.pick import Picking, gumbel, seeded, tempered


class Chooser:
    """Gumbel-max with noise fixed by (seed, position): the same text whichever way it is written,
    as long as the logits are the same. That keeps lossless drafts lossless at any temperature."""

    def __init__(self, dial: Dial, seeds: Sequence[int]) -> None:
        """seeds: one a row."""
        self._picking = Picking(dial.temperature, dial.top_p)
        self._seeds = seeds

    def tokens(self, logits: Tensor, positions: Sequence[int]) -> Tensor:
        """logits (n, V) of the tokens to stand at `positions`, row by row and as many of each →
        those tokens (n,)."""
        if self._picking.temperature == 0:
            return logits.argmax(-1)
        each, size = len(positions) // len(self._seeds), logits.shape[-1]
        noise = torch.stack(
            [_noise(self._seeds[i // each], at, size) for i, at in enumerate(positions)]
        )
        return (tempered(logits, self._picking) + noise.to(logits.device)).argmax(-1)

    def __call__(self, logits: Tensor, positions: Sequence[int]) -> tuple[Tensor, Tensor]:
        """The same tokens, and the probability of each (n,), before temperature and top_p."""
        tokens = self.tokens(logits, positions)
        sure = torch.log_softmax(logits, -1).gather(-1, tokens[:, None])[:, 0].exp()
        return tokens, sure


def _noise(seed: int, position: int, size: int) -> Tensor:
    return gumbel((size,), seeded((seed % 2**32 << 30) + position))
