"""What training minimises. Every loss is per token: (B, L) float32 or better, 0 where nothing was
masked; sum over L for nats of a text, divide by L for nats a token. bfloat16 goes in, float32 is
computed."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # torch's own custom

from vivavoce.diffusion.noise import Noise
from vivavoce.diffusion.score import forbid, log_ratio, normalised, wide


def score_entropy(
    log_s: Tensor, x_0: Tensor, masked: Tensor, sigma: Tensor, mask_id: int
) -> Tensor:
    """DSE of scores (arXiv 2310.16834): Σ_{y≠M} s_y − r log s_{x0} + r(log r − 1) at each mask.

    log_s (B, L, V), x_0 and masked (B, L), sigma (B, 1) or (B, L), above 0."""
    at = forbid(wide(log_s[masked]), mask_id)
    log_r = log_ratio(sigma).expand(masked.shape)[masked]
    right = at.gather(-1, x_0[masked][:, None])[:, 0]
    entropy = at.exp().sum(-1) - log_r.exp() * right + log_r.exp() * (log_r - 1)
    return _back(entropy, masked)


def normalised_score_entropy(
    log_mu: Tensor,
    x_0: Tensor,
    masked: Tensor,
    sigma: Tensor,
    log_c: Tensor | None = None,
) -> Tensor:
    """The same DSE, of s = c · r · μ with Σμ = 1: −r log μ_{x0} + r(c − 1 − log c). Without log_c
    (B, L), c = 1: what is left is a weighted cross-entropy (RADD, arXiv 2406.03736).

    log_mu (B, L, V) as score.normalised gives it."""
    right = wide(log_mu[masked]).gather(-1, x_0[masked][:, None])[:, 0]
    r = log_ratio(sigma).expand(masked.shape)[masked].exp()
    entropy = -r * right
    if log_c is not None:
        scale = wide(log_c[masked])
        entropy = entropy + r * (torch.expm1(scale) - scale)
    return _back(entropy, masked)


def diffusion_weighted(entropy: Tensor, t: Tensor, noise: Noise) -> Tensor:
    """DWDSE of each text, (B,): σ′(t) Σ_i DSE_i from entropy (B, L) and t (B, 1) or (B, L). Its
    mean over t uniform in 0…1 bounds −log p(x_0) from above, in nats (arXiv 2310.16834)."""
    return (noise.rate(t) * entropy).sum(-1)


def masked_cross_entropy(
    logits: Tensor, x_0: Tensor, masked: Tensor, weight: Tensor, mask_id: int
) -> Tensor:
    """−log μ_{x0}, times weight, at each mask. With noise.weight(t), 1/t for LogLinear, it is DWDSE
    of a normalised network, at less cost (MDLM, arXiv 2406.07524; RADD, arXiv 2406.03736).

    logits (B, L, V), x_0 and masked (B, L), weight (B, 1) or (B, L); times noise.position_weights
    it is no bound."""
    at = forbid(wide(logits[masked]), mask_id)
    entropy = F.cross_entropy(at, x_0[masked], reduction="none")
    return _back(entropy * weight.expand(masked.shape)[masked], masked)


def certainty(logits: Tensor, x_0: Tensor, masked: Tensor, mask_id: int) -> Tensor:
    """The entropy of μ at masks where its likeliest token is the right one already: what makes more
    tokens sure enough to be taken at once (CAP, LLaDA2.0, arXiv 2512.15745)."""
    log_mu = normalised(logits[masked], mask_id)
    right = log_mu.argmax(-1) == x_0[masked]
    entropy = -(log_mu.exp() * _finite(log_mu)).sum(-1)
    return _back(entropy.masked_fill(~right, 0.0), masked)


def distillation(logits: Tensor, teacher: Tensor, masked: Tensor, mask_id: int) -> Tensor:
    """KL(teacher ‖ μ) at masks, both given as logits (B, L, V); no gradient to the teacher."""
    log_mu = normalised(logits[masked], mask_id)
    log_teacher = normalised(teacher.detach()[masked], mask_id)
    apart = log_teacher.exp() * (_finite(log_teacher) - _finite(log_mu))
    return _back(apart.sum(-1), masked)


def _finite(log_mu: Tensor) -> Tensor:
    """0 for what is impossible: 0 · log 0 is 0, and has no gradient."""
    return log_mu.masked_fill(torch.isneginf(log_mu), 0.0)


def _back(values: Tensor, masked: Tensor) -> Tensor:
    """The values of the masks, in their order, where the masks are; 0 elsewhere."""
    return values.new_zeros(masked.shape).masked_scatter(masked, values)
