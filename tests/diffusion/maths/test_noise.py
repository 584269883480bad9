import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from vivavoce.core import ConfigError  # noqa: E402
from vivavoce.diffusion.noise import (  # noqa: E402
    Geometric,
    LogLinear,
    absorb,
    absorb_late,
    per_token,
    position_weights,
    times,
)
from vivavoce.diffusion.pick import seeded  # noqa: E402

MASK = 99
NOISES = [LogLinear(), LogLinear(eps=0.1), Geometric(), Geometric(0.01, 5)]
rates = st.floats(0.0, 1.0)
seeds = st.integers(0, 2**63 - 1)


@pytest.mark.parametrize("noise", NOISES, ids=str)
def test_the_rate_is_the_slope_of_the_total(noise):
    t = torch.linspace(0.01, 0.99, 50, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(noise.total(t).sum(), t)
    torch.testing.assert_close(noise.rate(t.detach()), slope)


@pytest.mark.parametrize("noise", NOISES, ids=str)
def test_masks_follow_from_the_total_and_grow(noise):
    t = torch.linspace(0, 1, 101, dtype=torch.float64)
    masked = noise.masked(t)
    torch.testing.assert_close(masked, 1 - torch.exp(-noise.total(t)))
    assert bool((masked.diff() > 0).all())
    assert float(masked[0]) < 0.011
    assert 0.89 < float(masked[-1]) < 1


def test_coarse_times_are_computed_finely():
    coarse = torch.tensor([0.25, 0.5], dtype=torch.bfloat16)
    for noise in NOISES:
        assert noise.total(coarse).dtype == torch.float32
        torch.testing.assert_close(noise.total(coarse), noise.total(coarse.float()))


@given(rate=rates, seed=seeds)
def test_as_many_tokens_are_masked_as_asked(rate, seed):
    x = torch.zeros(4, 5000, dtype=torch.long)
    found = (absorb(x, torch.full((4, 1), rate), MASK, seeded(seed)) == MASK).float().mean()
    assert abs(float(found) - rate) <= 6 * (rate * (1 - rate) / x.numel()) ** 0.5 + 1e-6


@given(rate=rates, seed=seeds)
def test_what_is_not_masked_stays(rate, seed):
    x = torch.arange(60).reshape(3, 20)
    noisy = absorb(x, torch.full((3, 1), rate), MASK, seeded(seed))
    assert bool(((noisy == x) | (noisy == MASK)).all())
    assert torch.equal(noisy, absorb(x, torch.full((3, 1), rate), MASK, seeded(seed)))


def test_every_row_and_every_token_has_its_own_rate():
    x = torch.zeros(2, 4, dtype=torch.long)
    rows = absorb(x, torch.tensor([[0.0], [1.0]]), MASK)
    assert rows.tolist() == [[0] * 4, [MASK] * 4]
    tokens = absorb(x, per_token(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), 2), MASK)
    assert tokens.tolist() == [[0, 0, MASK, MASK], [MASK, MASK, 0, 0]]


def test_a_rate_in_bfloat16_masks_no_more_for_it():
    x = torch.zeros(1, 200_000, dtype=torch.long)
    rate = torch.full((1, 1), 2.0**-10, dtype=torch.bfloat16)
    found = (absorb(x, rate, MASK, seeded(0)) == MASK).float().mean()
    assert float(found) == pytest.approx(2.0**-10, rel=0.3)  # a draw in bfloat16: 2^-8


@given(rows=st.integers(1, 9), blocks=st.integers(1, 7), seed=seeds)
def test_antithetic_times_have_one_in_every_part(rows, blocks, seed):
    t = times(rows, blocks, generator=seeded(seed), low=0.1, high=0.9)
    assert t.shape == (rows, blocks)
    part = ((t.flatten().sort().values - 0.1) / 0.8 * rows * blocks).floor()
    assert part.tolist() == list(range(rows * blocks))


@given(seed=seeds, antithetic=st.booleans())
def test_clipped_times_stay_within(seed, antithetic):
    t = times(50, 2, generator=seeded(seed), low=0.1, high=0.4, antithetic=antithetic)
    assert bool(((t >= 0.1) & (t <= 0.4)).all())


def test_antithetic_times_are_uniform_at_each_place_and_steadier_in_the_mean():
    generator = seeded(0)
    steady = torch.stack([times(2, 4, generator=generator) for _ in range(2000)])
    loose = torch.stack([times(2, 4, generator=generator, antithetic=False) for _ in range(2000)])
    assert bool(((steady.mean(0) - 0.5).abs() < 0.03).all())
    assert bool(((steady.var(0) - 1 / 12).abs() < 0.01).all())
    assert float(steady.mean((1, 2)).var()) < float(loose.mean((1, 2)).var()) / 20


def test_the_same_seed_gives_the_same_times():
    assert torch.equal(times(3, 2, generator=seeded(4)), times(3, 2, generator=seeded(4)))
    assert not torch.equal(times(3, 2, generator=seeded(4)), times(3, 2, generator=seeded(5)))


def test_position_weights_grow_along_the_block_and_most_near_the_end():
    t = torch.tensor([[1.0, 0.5]], dtype=torch.float64)
    found = position_weights(t, 3, beta=0.2)
    wanted = torch.tensor([[1, 1, 1, 1, 1.1051709, 1.2214028]], dtype=torch.float64)
    torch.testing.assert_close(found, wanted)
    assert bool((position_weights(t, 3, beta=0.0) == 1).all())


@given(rate=rates, seed=seeds, beta=st.floats(0, 2))
def test_late_masks_are_as_many_in_each_block_as_asked(rate, seed, beta):
    x = torch.zeros(2, 24, dtype=torch.long)
    t = torch.tensor([[rate, 1.0, 0.0], [0.5, rate, rate]])
    noisy = absorb_late(x, t, MASK, seeded(seed), beta=beta)
    counts = (noisy == MASK).reshape(2, 3, 8).sum(-1)
    assert bool(((counts - 8 * t).abs() < 1).all())


def test_late_tokens_are_masked_more_often_and_as_many_as_before():
    x = torch.zeros(4000, 8, dtype=torch.long)
    t = torch.full((4000, 1), 0.3)
    late = (absorb_late(x, t, MASK, seeded(0), beta=0.3) == MASK).float().mean(0)
    even = (absorb_late(x, t, MASK, seeded(0), beta=0.0) == MASK).float().mean(0)
    assert bool((late.diff() > 0).all())
    assert float(late[-1]) > 2 * float(late[0])
    torch.testing.assert_close(even, torch.full((8,), 0.3), rtol=0, atol=0.03)
    assert float(late.mean()) == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: LogLinear(eps=1.0), "noise.eps"),
        (lambda: LogLinear(eps=float("nan")), "noise.eps"),
        (lambda: Geometric(0.0, 1.0), "noise.least"),
        (lambda: Geometric(2.0, 1.0), "noise.most"),
        (lambda: times(2, low=0.5, high=0.5), "low < high"),
        (lambda: times(2, low=0.5, high=1.5), "high <= 1"),
        (lambda: absorb_late(torch.zeros(2, 7), torch.zeros(2, 3), MASK, beta=0.1), "blocks"),
    ],
)
def test_what_can_not_be_is_said_at_once(wrong, says):
    with pytest.raises(ConfigError, match=says):
        wrong()
