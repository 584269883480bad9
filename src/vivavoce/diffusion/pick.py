"""Tokens from logits: greedy, or drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from vivavoce.core import ConfigError
from vivavoce.diffusion.score import wide

FEW, MORE = 256, 8192
"""Tokens that nearly always hold the nucleus, and almost always: sorting a whole vocabulary costs
more than the draw."""


@dataclass(frozen=True, slots=True)
class Picking:
    """How a token is chosen."""

    temperature: float = 0.0
    """0: the likeliest; 1: as likely as the network says."""
    top_p: float = 1.0
    """Only the likeliest tokens, as few as together have this probability."""

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < math.inf:
            raise ConfigError(
                f"temperature must be 0 (the likeliest token) or more, got {self.temperature}"
            )
        if not 0 < self.top_p <= 1:
            raise ConfigError(f"top_p must be above 0 and at most 1 (all tokens), got {self.top_p}")


GREEDY = Picking()


def seeded(seed: int, device: torch.device | str = "cpu") -> Generator:
    """The same seed draws the same tokens, on the same kind of device."""
    if not 0 <= seed < 2**63:
        raise ConfigError(f"seed must be 0…2^63 − 1, got {seed}")
    return Generator(device).manual_seed(seed)


def uniform(
    shape: Sequence[int],
    generator: Generator | None = None,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float64,
) -> Tensor:
    """In 0…1, drawn where the generator is, then brought to device."""
    at = generator.device if generator is not None else device
    return torch.rand(shape, generator=generator, device=at, dtype=dtype).to(device or at)


def gumbel(
    shape: Sequence[int], generator: Generator | None = None, device: torch.device | None = None
) -> Tensor:
    """Standard Gumbel noise, float64: float32 cuts its tail off, which makes rare tokens rarer,
    like a lower temperature (arXiv 2409.02908)."""
    u = uniform(shape, generator, device)
    return u.clamp_(min=2.0**-60).log_().neg_().log_().neg_()


def draw(log_probs: Tensor, generator: Generator | None = None) -> Tensor:
    """A token (…) of each distribution (…, V), which need not be normalised: the largest of the
    logarithms, each with its Gumbel noise."""
    noise = gumbel(log_probs.shape, generator, log_probs.device)
    return noise.add_(log_probs).argmax(-1)


def nucleus(log_probs: Tensor, top_p: float) -> Tensor:
    """log_probs (…, V) with only the likeliest tokens, as few as together have top_p, scaled to 1
    again (arXiv 1904.09751). Equals of the last of them stay too."""
    if top_p >= 1:
        return log_probs
    probs = log_probs.exp()
    for few in (FEW, MORE, probs.shape[-1]):
        top = probs.topk(min(few, probs.shape[-1])).values.double()
        if bool((top.sum(-1) >= top_p).all()):
            break
    before = top.cumsum(-1) - top
    least = top.masked_fill(before >= top_p, math.inf).amin(-1, keepdim=True)
    return torch.log_softmax(
        log_probs.masked_fill(probs < least.to(probs.dtype), -math.inf), dim=-1
    )


def tempered(logits: Tensor, picking: Picking) -> Tensor:
    """The log-probabilities (…, V) that a draw is from; temperature above 0."""
    scaled = torch.log_softmax(wide(logits) / picking.temperature, dim=-1)
    return nucleus(scaled, picking.top_p)


def pick(
    logits: Tensor, picking: Picking = GREEDY, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Tokens (…) from logits (…, V), and how sure the network is of each: the probability that it
    gives it, before temperature and top_p."""
    logits = wide(logits)
    if picking.temperature == 0:
        tokens = logits.argmax(-1)
    else:
        tokens = draw(tempered(logits, picking), generator)
    log_probs = torch.log_softmax(logits, dim=-1)
    return tokens, log_probs.gather(-1, tokens[..., None])[..., 0].exp()
