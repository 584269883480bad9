"""Distributions small enough to write down: four tokens, each one of three."""

from itertools import product

import torch
from torch import Tensor

from vivavoce.diffusion.noise import Noise

LENGTH, TOKENS = 4, 3
SIZE = TOKENS + 1
"""Token ids: three tokens and the mask."""


class Joint:
    """A random distribution over all texts, and the perfect network for it."""

    def __init__(self, seed: int = 0, mask_id: int = TOKENS, sharp: float = 1.5) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.mask_id = mask_id
        ids = [i for i in range(SIZE) if i != mask_id]
        self.texts = torch.tensor(list(product(ids, repeat=LENGTH)))
        noise = torch.randn(len(self.texts), generator=generator, dtype=torch.float64)
        self.probs = torch.softmax(sharp * noise, 0)
        self.states = torch.tensor(list(product(range(SIZE), repeat=LENGTH)))

    def __call__(self, x: Tensor, t: Tensor | None = None) -> Tensor:
        """log μ of each place of x (B, 4) given the others: (B, 4, 4), float64."""
        fits = (self.texts[None] == x[:, None]) | (x == self.mask_id)[:, None]
        share = fits.all(-1) * self.probs
        ids = torch.arange(SIZE)
        mu = torch.einsum("bk,kiy->biy", share, (self.texts[..., None] == ids).double())
        return (mu / share.sum(-1)[:, None, None]).log()

    def noisy(self, x: Tensor, noise: Noise, t: Tensor) -> Tensor:
        """p_t(x) of each x (B, 4), one t, summed over all clean texts."""
        masked = noise.masked(t)
        kept = torch.exp(-noise.total(t)) * (self.texts[None] == x[:, None]).double()
        each = torch.where((x == self.mask_id)[:, None], masked, kept)
        return each.prod(-1) @ self.probs

    def index(self, x: Tensor) -> Tensor:
        """Which of self.states x (B, 4) is."""
        return x @ (SIZE ** torch.arange(LENGTH - 1, -1, -1))

    def as_states(self) -> Tensor:
        """The distribution over self.states, which has no masks."""
        whole = torch.zeros(len(self.states), dtype=torch.float64)
        whole[self.index(self.texts)] = self.probs
        return whole

    def all_masks(self, rows: int = 1) -> Tensor:
        return torch.full((rows, LENGTH), self.mask_id)


def jump_law(joint: Joint, chance: Tensor) -> Tensor:
    """P(state → state), (256, 256), if each mask becomes y with probability chance · μ_y."""
    x = joint.states
    places = torch.nn.functional.one_hot(x, SIZE).double()
    masked = x == joint.mask_id
    leaving = chance * joint(x).exp()
    staying = (1 - leaving.sum(-1))[..., None] * places
    places = torch.where(masked[..., None], leaving + staying, places)
    whole = torch.einsum("ba,bc,bd,be->bacde", *places.unbind(1))
    return whole.reshape(len(x), len(x))


def hit_law(joint: Joint) -> Tensor:
    """P(state → state) if one mask, any of them alike, becomes y with probability μ_y."""
    x = joint.states
    law = torch.zeros(len(x), len(x), dtype=torch.float64)
    mu = joint(x).exp()
    for row, state in enumerate(x):
        places = (state == joint.mask_id).nonzero()[:, 0]
        if not len(places):
            law[row, row] = 1
        for place in places:
            for token in range(SIZE):
                after = state.clone()
                after[place] = token
                law[row, joint.index(after)] += mu[row, place, token] / len(places)
    return law


def apart(one: Tensor, other: Tensor) -> float:
    """Total variation."""
    return float((one - other).abs().sum() / 2)


def surprise(found: Tensor, expected: Tensor, count: int) -> float:
    """χ² of found counts against expected probabilities, in its standard deviations above its
    mean: beyond 5 it is another distribution. Infinite for what can't happen."""
    possible = expected > 0
    if bool(found[~possible].any()):
        return float("inf")
    wanted = expected[possible] * count
    squares = ((found[possible] - wanted) ** 2 / wanted).sum()
    degrees = int(possible.sum()) - 1
    return float((squares - degrees) / max(1, 2 * degrees) ** 0.5)
