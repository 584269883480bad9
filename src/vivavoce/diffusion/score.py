"""What a network's logits mean to the mathematics. Shapes are (…, V); M, the mask, may be one of
the V or not."""

import math

import torch
from torch import Tensor


def wide(x: Tensor) -> Tensor:
    """x in float32, or in float64 if it was."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def forbid(logits: Tensor, mask_id: int) -> Tensor:
    """Logits with nothing for M."""
    if mask_id >= logits.shape[-1]:
        return logits
    index = torch.tensor([mask_id], device=logits.device)
    return logits.index_fill(-1, index, -math.inf)


def normalised(logits: Tensor, mask_id: int) -> Tensor:
    """log μ: of each clean token, the logarithm of its probability; none for M (MDLM's SUBS, arXiv
    2406.07524)."""
    return torch.log_softmax(forbid(wide(logits), mask_id), dim=-1)


def log_ratio(sigma: Tensor) -> Tensor:
    """log r, r = 1/(e^σ − 1): where x_i = M, p_t(x with y at i) / p_t(x) = r · p₀(y | unmasked)
    (RADD, arXiv 2406.03736). σ > 0; neither small nor large σ loses digits."""
    sigma = wide(sigma)
    return -sigma - torch.log(-torch.expm1(-sigma))


def log_score(log_mu: Tensor, sigma: Tensor) -> Tensor:
    """log s of a normalised network: s = r · μ (B, L, V), σ (B, 1) or (B, L)."""
    return wide(log_mu) + log_ratio(sigma)[..., None]


def sedd_head(logits: Tensor, sigma: Tensor, x: Tensor, mask_id: int) -> Tensor:
    """log s of a network that estimates scores: logits (B, L, V) at x (B, L), σ (B, 1). Near 0 at
    first, 0 for the token that is there (SEDD, arXiv 2310.16834)."""
    logits = wide(logits)
    size = logits.shape[-1]
    tokens = size - 1 if mask_id < size else size
    scores = logits + (log_ratio(sigma) - math.log(tokens))[..., None]
    own = torch.arange(size, device=x.device) == x[..., None]
    return scores.masked_fill(own, 0.0)
