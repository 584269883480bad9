import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from vivavoce.diffusion.loss import (  # noqa: E402
    certainty,
    distillation,
    masked_cross_entropy,
    normalised_score_entropy,
    score_entropy,
)
from vivavoce.diffusion.score import forbid, log_score, normalised, sedd_head  # noqa: E402

B, L, V, MASK = 2, 5, 7, 4


def example(seed=0, dtype=torch.float32, scale=3.0):
    """Logits (B, L, V), clean tokens and masks (B, L)."""
    generator = torch.Generator().manual_seed(seed)
    logits = scale * torch.randn(B, L, V, generator=generator, dtype=torch.float64)
    x_0 = torch.randint(0, V - 1, (B, L), generator=generator)
    x_0[x_0 >= MASK] += 1
    masked = torch.rand(B, L, generator=generator) < 0.6
    return logits.to(dtype), x_0, masked


def all_losses(logits, x_0, masked):
    one = torch.ones(B, 1)
    log_mu = normalised(logits, MASK)
    return {
        "cross entropy": masked_cross_entropy(logits, x_0, masked, one, MASK),
        "score entropy": score_entropy(log_score(log_mu, one), x_0, masked, one, MASK),
        "normalised": normalised_score_entropy(log_mu, x_0, masked, one),
        "certainty": certainty(logits, x_0, masked, MASK),
        "distillation": distillation(logits, logits.roll(1, 0), masked, MASK),
    }


@given(seed=st.integers(0, 1000))
def test_only_masks_cost_anything(seed):
    logits, x_0, masked = example(seed)
    for name, loss in all_losses(logits, x_0, masked).items():
        assert loss.shape == (B, L), name
        assert bool((loss[~masked] == 0).all()), name
        assert bool((loss[masked] >= 0).all()), name


def test_a_text_without_masks_costs_nothing():
    logits, x_0, _ = example()
    nothing = torch.zeros(B, L, dtype=torch.bool)
    for name, loss in all_losses(logits, x_0, nothing).items():
        assert bool((loss == 0).all()), name


@given(seed=st.integers(0, 1000))
def test_bfloat16_costs_no_more_digits_than_its_own(seed):
    coarse, x_0, masked = example(seed, torch.bfloat16)
    fine = all_losses(coarse.float(), x_0, masked)
    for name, loss in all_losses(coarse, x_0, masked).items():
        assert loss.dtype == torch.float32, name
        torch.testing.assert_close(loss, fine[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("forbidden", [False, True])
def test_gradients_are_finite_for_any_logits(scale, forbidden):
    logits, x_0, masked = example(3, scale=scale)
    if forbidden:
        logits = forbid(logits, MASK)
    for name in all_losses(logits, x_0, masked):
        if name == "score entropy" and scale > 1e3:
            continue  # its normalised form is for that
        leaf = logits.clone().requires_grad_()
        all_losses(leaf, x_0, masked)[name].sum().backward()
        assert bool(torch.isfinite(leaf.grad).all()), name
        assert bool((leaf.grad[..., MASK] == 0).all()), name


def test_the_mask_is_no_token_to_be_guessed():
    logits, x_0, masked = example()
    louder = logits.clone()
    louder[..., MASK] += 50
    for name, loss in all_losses(louder, x_0, masked).items():
        torch.testing.assert_close(loss, all_losses(logits, x_0, masked)[name], msg=name)


def test_what_a_score_head_says_of_the_mask_itself_costs_nothing():
    logits, x_0, masked = example()
    sigma = torch.ones(B, 1)
    scores = sedd_head(logits, sigma, x_0.masked_fill(masked, MASK), MASK)
    without = forbid(scores, MASK)
    torch.testing.assert_close(
        score_entropy(scores, x_0, masked, sigma, MASK),
        score_entropy(without, x_0, masked, sigma, MASK),
    )


def test_a_network_without_a_mask_among_its_tokens_is_the_same():
    logits, x_0, masked = example()
    without = torch.cat([logits[..., :MASK], logits[..., MASK + 1 :]], -1)
    shifted = x_0 - (x_0 > MASK).long()
    one = torch.ones(B, 1)
    torch.testing.assert_close(
        masked_cross_entropy(without, shifted, masked, one, V - 1),
        masked_cross_entropy(logits, x_0, masked, one, MASK),
    )


def test_each_token_counts_by_its_weight():
    logits, x_0, masked = example()
    plain = masked_cross_entropy(logits, x_0, masked, torch.ones(B, 1), MASK)
    weights = torch.rand(B, L)
    torch.testing.assert_close(
        masked_cross_entropy(logits, x_0, masked, weights, MASK), plain * weights
    )


def test_certainty_asks_only_where_the_network_is_right():
    logits = torch.zeros(1, 3, V)
    logits[0, :, 2] = 1.0
    x_0 = torch.tensor([[2, 3, 2]])
    masked = torch.tensor([[True, True, False]])
    loss = certainty(logits, x_0, masked, MASK)
    others = V - 2
    total = math.e + others
    wanted = math.log(total) - math.e / total
    torch.testing.assert_close(loss, torch.tensor([[wanted, 0.0, 0.0]]))


def test_a_step_down_certainty_makes_right_tokens_surer():
    logits, x_0, _ = example(5)
    x_0 = forbid(logits, MASK).argmax(-1)
    masked = torch.ones(B, L, dtype=torch.bool)
    leaf = logits.clone().requires_grad_()
    certainty(leaf, x_0, masked, MASK).sum().backward()
    before = normalised(logits, MASK).max(-1).values
    after = normalised(logits - 0.1 * leaf.grad, MASK).max(-1).values
    assert bool((after > before).all())


def test_distillation_is_the_divergence_from_the_teacher():
    teacher = torch.tensor([[[0.5, 0.25, 0.25]]]).log()
    student = torch.tensor([[[0.25, 0.25, 0.5]]]).log()
    masked = torch.tensor([[True]])
    loss = distillation(student, teacher, masked, mask_id=3)
    assert float(loss) == pytest.approx(0.25 * math.log(2), rel=1e-5)
    assert float(distillation(teacher, teacher, masked, mask_id=3)) == 0


def test_the_teacher_does_not_learn():
    logits, _, masked = example()
    teacher = logits.roll(1, 0).requires_grad_()
    student = logits.clone().requires_grad_()
    distillation(student, teacher, masked, MASK).sum().backward()
    assert teacher.grad is None
    assert bool(student.grad[masked].abs().sum() > 0)


def test_a_score_head_starts_near_the_score_of_knowing_nothing():
    x = torch.full((1, 3), MASK)
    x[0, 1] = 2
    sigma = torch.tensor([[0.8]])
    scores = sedd_head(torch.zeros(1, 3, V), sigma, x, MASK).exp()
    evenly = log_score(normalised(torch.zeros(1, 3, V), MASK), sigma).exp()
    tokens = [i for i in range(V) if i != MASK]
    torch.testing.assert_close(scores[0, 0, tokens], evenly[0, 0, tokens])
    assert float(scores[0, 0, MASK]) == 1
    assert float(scores[0, 1, 2]) == 1
