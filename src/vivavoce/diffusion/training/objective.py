"""What is minimised: how badly the masks foretell what stands behind them.

The clean texts go through the causal weights once, without gradients (they are frozen); all blocks
attend to the keys and values that this leaves, each up to its own place, and to themselves both
ways: one forward for many blocks (arXiv 2503.09573, 2507.11851)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from vivavoce.diffusion.network.cache import Cache, Past
from vivavoce.diffusion.network.qwen import Network
from vivavoce.diffusion.training.packing import Blocks, Row

CHUNK = 128
"""Places whose logits are there at once: a vocabulary is large."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the masks said."""

    loss: float
    """Weighted cross-entropy, nats a place."""
    right: Tensor
    """(K, n) booleans: the most probable token is the one that comes."""
    asked: Tensor
    """(K, n) booleans: places that count."""


def clean(network: Network, row: Row) -> Past:
    """Keys and values of the row's texts."""
    device = network.device
    ids = torch.tensor(row.ids, device=device)[None]
    at = torch.tensor(row.at, device=device)[None]
    of = torch.tensor(row.text, device=device)
    seen = (of[:, None] == of[None, :]).tril()[None, None]
    cache = Cache(network.shape, 1, len(row.ids), dtype=network.dtype, device=device)
    with torch.no_grad():
        network(ids, at, cache, seen)
    cache.keep(len(row.ids))
    return Past(cache)


def told(network: Network, row: Row, blocks: Blocks, *, learn: bool, scale: float = 1.0) -> Told:
    """Loss and hits; learn: gradients, times scale, are added to the adapter's."""
    device = network.device
    past = clean(network, row)
    count, size = blocks.ids.shape
    behind = blocks.behind.to(device)
    at = torch.tensor(row.at, device=device)[behind][:, None] + torch.arange(
        1, size + 1, device=device
    )
    seen = _seen(row, blocks).to(device)
    with torch.set_grad_enabled(learn):
        hidden = network(blocks.ids.to(device).view(1, -1), at.view(1, -1), past, seen, 0)[0]
        weight = blocks.weight.to(device).flatten()
        places = weight.nonzero()[:, 0]
        loss, right = _cross_entropy(
            network, hidden, blocks.targets.to(device).flatten(), weight, places, learn, scale
        )
    hits = torch.zeros(count * size, dtype=torch.bool)
    hits[places.cpu()] = right.cpu()
    return Told(loss, hits.view(count, size), (blocks.weight > 0).cpu())


def _seen(row: Row, blocks: Blocks) -> Tensor:
    """(1, 1, K n, row + K n): the text up to each block's place, and the block itself."""
    count, size = blocks.ids.shape
    of, behind = torch.tensor(row.text), blocks.behind
    index = torch.arange(len(row.ids))
    before = (index[None, :] <= behind[:, None]) & (of[None, :] == of[behind][:, None])
    before = before.repeat_interleave(size, 0)
    number = torch.arange(count).repeat_interleave(size)
    own = number[:, None] == number[None, :]
    return torch.cat((before, own), 1)[None, None]


def _cross_entropy(
    network: Network,
    hidden: Tensor,
    targets: Tensor,
    weight: Tensor,
    places: Tensor,
    learn: bool,
    scale: float,
) -> tuple[float, Tensor]:
    """The loss in chunks: the gradient of each chunk's logits is gone before the next one's."""
    if not len(places):
        return 0.0, torch.zeros(0, dtype=torch.bool)
    top = hidden.detach()
    if learn:
        top.requires_grad_()
    whole, total, right = float(weight.sum()), 0.0, []
    for part in places.split(CHUNK):
        logits = network.logits(top[part])
        each = functional.cross_entropy(logits, targets[part], reduction="none")
        loss = (each * weight[part]).sum() / max(whole, 1e-9)
        if learn:
            (loss * scale).backward()
        total += float(loss.detach())
        right.append(logits.detach().argmax(-1) == targets[part])
    if learn and top.grad is not None:
        hidden.backward(top.grad)
    return total, torch.cat(right)
