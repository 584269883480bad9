"""The formulas against sums over everything that can happen (T1–T6)."""

from itertools import product
from math import factorial

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.diffusion.maths.toys import LENGTH, SIZE, Joint, apart, hit_law, jump_law  # noqa: E402
from vivavoce.diffusion.loss import (  # noqa: E402
    diffusion_weighted,
    masked_cross_entropy,
    normalised_score_entropy,
    score_entropy,
)
from vivavoce.diffusion.noise import Geometric, LogLinear, weight  # noqa: E402
from vivavoce.diffusion.samplers import Analytic, Euler  # noqa: E402
from vivavoce.diffusion.score import log_ratio, log_score, normalised  # noqa: E402

NOISES = [LogLinear(), Geometric()]
TIMES = [0.05, 0.3, 0.7, 1.0]
MASKS = [0, 3]
"""Ids of the mask: first or last."""


def double(value):
    return torch.tensor(value, dtype=torch.float64)


def random_logits(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def all_masked_versions(joint):
    """Every text with every set of masks but none: x_t, x_0, masked, each (81 · 15, 4)."""
    sets = torch.tensor(list(product([False, True], repeat=LENGTH)))[1:]
    x_0 = joint.texts.repeat_interleave(len(sets), 0)
    masked = sets.repeat(len(joint.texts), 1)
    return x_0.masked_fill(masked, joint.mask_id), x_0, masked


@pytest.mark.parametrize("noise", NOISES, ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("t", TIMES)
@pytest.mark.parametrize("mask_id", MASKS)
def test_the_ratio_of_noisy_texts_is_the_scaled_conditional(noise, t, mask_id):  # T1
    joint, t = Joint(1, mask_id), double(t)
    x = joint.states
    scores = log_score(joint(x), noise.total(t).expand(len(x), 1)).exp()
    before = joint.noisy(x, noise, t)
    for place, token in product(range(LENGTH), range(SIZE)):
        if token == mask_id:
            continue
        y = x.clone()
        y[:, place] = token
        asked = x[:, place] == mask_id
        ratio = joint.noisy(y, noise, t) / before
        torch.testing.assert_close(scores[asked, place, token], ratio[asked], rtol=1e-13, atol=0)


@pytest.mark.parametrize("noise", NOISES, ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("mask_id", MASKS)
def test_score_entropy_is_the_same_in_both_forms(noise, mask_id):  # T2
    joint = Joint(2, mask_id)
    _, x_0, masked = all_masked_versions(joint)
    log_mu = normalised(random_logits(*x_0.shape, SIZE), mask_id)
    log_c = random_logits(*x_0.shape, seed=1)
    for t in TIMES:
        sigma = noise.total(double(t)).expand(len(x_0), 1)
        log_s = log_score(log_mu, sigma) + log_c[..., None]
        torch.testing.assert_close(
            score_entropy(log_s, x_0, masked, sigma, mask_id),
            normalised_score_entropy(log_mu, x_0, masked, sigma, log_c),
            rtol=1e-12,
            atol=1e-12,
        )


def test_a_loglinear_token_weighs_exactly_one_over_t():  # T2
    t = torch.linspace(0.001, 1, 1000, dtype=torch.float64)
    torch.testing.assert_close(weight(LogLinear(), t), 1 / t, rtol=2e-14, atol=0)


@pytest.mark.parametrize("mask_id", MASKS)
def test_weighted_score_entropy_is_cross_entropy_over_t(mask_id):  # T2
    noise = LogLinear()
    _, x_0, masked = all_masked_versions(Joint(3, mask_id))
    logits = random_logits(*x_0.shape, SIZE)
    for t in TIMES:
        times = double(t).expand(len(x_0), 1)
        sigma = noise.total(times)
        log_s = log_score(normalised(logits, mask_id), sigma)
        scored = diffusion_weighted(score_entropy(log_s, x_0, masked, sigma, mask_id), times, noise)
        crossed = masked_cross_entropy(logits, x_0, masked, 1 / times, mask_id).sum(-1)
        torch.testing.assert_close(scored, crossed, rtol=1e-12, atol=1e-12)


def test_the_true_scores_are_where_score_entropy_is_least():
    joint, sigma = Joint(4), double([[0.7]])
    x_t, x_0, masked = all_masked_versions(joint)
    odds = sigma[0].expm1() ** masked.sum(-1)  # of masks to tokens, up to a factor
    weights = joint.probs.repeat_interleave(15) * odds
    log_s = log_score(joint(joint.states), sigma.expand(len(joint.states), 1)).nan_to_num(0.0)
    log_s.requires_grad_()
    entropy = score_entropy(log_s[joint.index(x_t)], x_0, masked, sigma, joint.mask_id)
    (weights[:, None] * entropy).sum().backward()
    torch.testing.assert_close(log_s.grad, torch.zeros_like(log_s), rtol=0, atol=1e-13)


@pytest.mark.parametrize("mask_id", MASKS)
def test_the_bound_of_the_true_network_is_the_probability_of_the_text(mask_id):  # T3
    joint = Joint(5, mask_id)
    x_t, x_0, masked = all_masked_versions(joint)
    losses = masked_cross_entropy(joint(x_t), x_0, masked, double([[1.0]]), mask_id).sum(-1)
    by_count = double(
        [0.0] + [factorial(k - 1) * factorial(LENGTH - k) / factorial(LENGTH) for k in range(1, 5)]
    )
    bounds = (by_count[masked.sum(-1)] * losses).reshape(-1, 15).sum(-1)
    torch.testing.assert_close(bounds, -joint.probs.log(), rtol=0, atol=1e-13)


def test_the_mean_over_time_and_masks_is_the_probability_of_the_text():  # T3
    joint, noise = Joint(6), LogLinear(eps=0.0)
    x_t, x_0, masked = all_masked_versions(joint)
    nodes, shares = np.polynomial.legendre.leggauss(8)  # exact for polynomials of degree 15
    bounds = torch.zeros(len(joint.texts), dtype=torch.float64)
    for node, share in zip((nodes + 1) / 2, shares / 2, strict=True):
        t = double(node).expand(len(x_t), 1)
        sigma = noise.total(t)
        scores = log_score(joint(x_t), sigma)
        entropy = score_entropy(scores, x_0, masked, sigma, joint.mask_id)
        likely = torch.where(masked, noise.masked(t), 1 - noise.masked(t)).prod(-1)
        weighted = likely * diffusion_weighted(entropy, t, noise)
        bounds += share * weighted.reshape(-1, 15).sum(-1)
    torch.testing.assert_close(bounds, -joint.probs.log(), rtol=0, atol=1e-12)


def test_loglinear_steps_are_the_same_by_all_three_formulas():  # T4
    for t, s in [(1.0, 0.5), (0.6, 0.59), (0.3, 0.0), (0.01, 0.001)]:
        jump = double((t - s) / t)
        for sampler in (Analytic(3), Euler(3)):
            torch.testing.assert_close(
                sampler.chance(double(t), double(s)), jump, rtol=3e-14, atol=0
            )


def test_other_noise_tells_the_formulas_apart():  # T4
    noise, t, s = Geometric(), double(0.6), double(0.3)
    analytic, euler = Analytic(3, noise).chance(t, s), Euler(3, noise).chance(t, s)
    assert abs(float(analytic - euler)) > 0.1
    near = t - 1e-6
    torch.testing.assert_close(
        Analytic(3, noise).chance(t, near), Euler(3, noise).chance(t, near), rtol=1e-5, atol=0
    )


@pytest.mark.parametrize("noise", NOISES, ids=lambda n: type(n).__name__)
def test_an_analytic_step_is_what_bayes_says_of_each_place(noise):  # T4
    joint, t, s = Joint(7), double(0.7), double(0.4)
    x = joint.states
    later, earlier = noise.masked(t), noise.masked(s)
    fits = (joint.texts[None] == x[:, None]) | (x == joint.mask_id)[:, None]
    share = fits.all(-1) * joint.probs  # how x came about, up to a factor that all texts share
    law = Analytic(joint.mask_id, noise).chance(t, s) * joint(x).exp()
    for place, token in product(range(LENGTH), range(LENGTH - 1)):
        was = (joint.texts[:, place] == token).double()
        unmasked_at_s = (share @ was) * (later - earlier)
        bayes = unmasked_at_s / (share.sum(-1) * later)
        asked = x[:, place] == joint.mask_id
        torch.testing.assert_close(law[asked, place, token], bayes[asked], rtol=1e-12, atol=1e-15)


def after_steps(joint, steps):
    """The distribution that Analytic with so many steps draws from, written out."""
    now = torch.zeros(len(joint.states), dtype=torch.float64)
    now[joint.index(joint.all_masks())] = 1
    for left in range(steps, 0, -1):
        t, s = double(left / steps), double((left - 1) / steps)
        now = now @ jump_law(joint, Analytic(joint.mask_id).chance(t, s))
    return now


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_step_draws_each_place_alone_and_more_steps_err_in_inverse_proportion(seed):  # T5
    joint = Joint(seed)
    truth = joint.as_states()
    erring = {n: apart(after_steps(joint, n), truth) for n in (1, 4, 16, 64)}

    each = joint(joint.all_masks())[0].exp()
    alone = torch.einsum("a,b,c,d->abcd", *each).reshape(-1)
    assert apart(after_steps(joint, 1), alone) < 1e-15
    assert 0.38 < erring[1] < 0.5
    assert 3.6 < erring[4] / erring[16] < 4.2
    assert 3.8 < erring[16] / erring[64] < 4.2


@pytest.mark.parametrize("mask_id", MASKS)
def test_one_place_at_a_time_is_exact(mask_id):  # T6
    joint = Joint(9, mask_id)
    now = torch.zeros(len(joint.states), dtype=torch.float64)
    now[joint.index(joint.all_masks())] = 1
    law = hit_law(joint)
    for _ in range(LENGTH):
        now = now @ law
    assert apart(now, joint.as_states()) < 1e-15


def test_the_ratio_keeps_its_digits_for_little_and_for_much_noise():
    small, large = double(1e-12), double(40.0)
    assert float(log_ratio(small)) == pytest.approx(-np.log(1e-12), rel=1e-12)
    assert float(log_ratio(large)) == pytest.approx(-40.0, rel=1e-14)
    assert float(log_ratio(torch.tensor(100.0))) == -100.0
