"""A whole run of a sampler, one state after the other."""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from vivavoce.core import ConfigError
from vivavoce.diffusion.samplers.sampler import Sampler

Model = Callable[[Tensor, Tensor], Tensor]
"""x (B, L) and its time (B, 1) → log_probs (B, L, V), as Sampler.step wants them."""

Clock = Callable[[Tensor, Tensor, int, Generator | None], Tensor]
"""The time t (B, 1), the masks that are left (B, 1) and the steps that are left → the next time."""


def even(t: Tensor, _masks: Tensor, steps: int, _generator: Generator | None = None, /) -> Tensor:
    """A Clock: steps of the same length, the last one to 0."""
    return t * ((steps - 1) / steps)


def denoise(
    model: Model,
    x: Tensor,
    sampler: Sampler,
    steps: int,
    generator: Generator | None = None,
    *,
    clock: Clock = even,
    timeless: bool = True,
) -> Iterator[Tensor]:
    """x (B, L) at time 1, and then after each step, until no mask is left: at most `steps` steps,
    of which the last leaves none.

    timeless: the model looks at x only, and is not asked again while x stays the same (MDLM, arXiv
    2406.07524)."""
    if steps < 1:
        raise ConfigError(f"steps must be at least 1, got {steps}")
    t = torch.ones(x.shape[0], 1, dtype=torch.float64, device=x.device)
    log_probs = None
    yield x
    for left in range(steps, 0, -1):
        masks = (x == sampler.mask_id).sum(-1, keepdim=True)
        if not bool(masks.any()):
            return
        with torch.no_grad():
            if log_probs is None:
                log_probs = model(x, t)
            s = clock(t, masks, left, generator) if left > 1 else torch.zeros_like(t)
            after = sampler.step(x, log_probs, t, s, generator)
        if not timeless or not torch.equal(after, x):
            log_probs = None
        x, t = after, s
        yield x
