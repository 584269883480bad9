"""How good the drafts are on texts of packages that were not trained on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from vivavoce.core import ConfigError
from vivavoce.diffusion.network.qwen import Network
from vivavoce.diffusion.training.objective import told
from vivavoce.diffusion.training.packing import Row, scatter

BLOCK, COUNT = 4, 64


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the held-out texts."""

    loss: float
    right: tuple[float, ...]
    """Share of places whose most probable token comes: the first draft, the second, …"""
    runs: tuple[float, ...]
    """Expected tokens a forward with 1, 2, … drafts: the forward's own, and each draft that holds
    together with all before it."""


def look(network: Network, rows: Sequence[Row]) -> Look:
    """Blocks of BLOCK masks and nothing else, at places that are the same every time. ConfigError:
    there is room for none."""
    losses, hits = [], []
    for number, row in enumerate(rows):
        blocks = scatter(
            row,
            BLOCK,
            COUNT,
            mask=network.shape.mask,
            whole=1.0,
            fade=1.0,
            draw=random.Random(number),
        )
        if blocks is None:
            continue
        said = told(network, row, blocks, learn=False)
        losses.append(said.loss)
        hits.append(said.right)
    if not hits:
        raise ConfigError(
            f"no text that is held out has room for {BLOCK} masks; ask for more own_tokens"
        )
    right = torch.cat(hits).float()
    runs = 1 + right.cumprod(1).mean(0).cumsum(0)
    return Look(
        sum(losses) / len(losses),
        tuple(round(x, 4) for x in right.mean(0).tolist()),
        tuple(round(x, 4) for x in runs.tolist()),
    )
