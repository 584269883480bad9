import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from tests.diffusion.maths.toys import surprise  # noqa: E402
from vivavoce.core import ConfigError  # noqa: E402
from vivavoce.diffusion.pick import (  # noqa: E402
    MORE,
    Picking,
    draw,
    gumbel,
    nucleus,
    pick,
    seeded,
    tempered,
)

logits = st.lists(st.floats(-20, 20), min_size=1, max_size=40).map(
    lambda values: torch.tensor(values, dtype=torch.float64)
)
shares = st.floats(0.01, 1.0)


@given(logits=logits, top_p=shares)
def test_the_nucleus_has_the_mass_and_no_token_too_many(logits, top_p):
    log_probs = torch.log_softmax(logits, -1)
    kept = torch.isfinite(nucleus(log_probs, top_p))
    probs = log_probs.exp()
    assert float(probs[kept].sum()) >= top_p - 1e-9
    if top_p < 1:
        least = probs[kept].min()
        assert float(probs[kept & (probs > least)].sum()) < top_p
        assert bool((probs[~kept] < least).all())


@given(logits=logits, top_p=shares)
def test_the_nucleus_keeps_the_proportions_and_sums_to_one(logits, top_p):
    log_probs = torch.log_softmax(logits, -1)
    cut = nucleus(log_probs, top_p)
    kept = torch.isfinite(cut)
    assert float(cut.exp().sum()) == pytest.approx(1)
    moved = (cut - log_probs)[kept]
    torch.testing.assert_close(moved, moved[:1].expand_as(moved))


@pytest.mark.parametrize("top_p", [0.1, 0.5, 0.9])
def test_a_wide_nucleus_in_a_large_vocabulary_is_found_too(top_p):
    generator = seeded(1)
    rows = 0.1 * torch.randn(3, 3 * MORE, generator=generator, dtype=torch.float64)
    rows[0, 7] = 50.0
    log_probs = torch.log_softmax(rows, -1)
    kept = torch.isfinite(nucleus(log_probs, top_p))
    mass = torch.where(kept, log_probs.exp(), 0.0).sum(-1)
    assert kept[0].nonzero().tolist() == [[7]]
    assert bool(((mass[1:] >= top_p) & (mass[1:] < top_p + 0.001)).all())


@given(logits=logits)
def test_at_temperature_nought_the_likeliest_comes_with_its_probability(logits):
    token, sure = pick(logits)
    assert float(logits[token]) == float(logits.max())
    assert float(sure) == pytest.approx(float(torch.softmax(logits, -1).max()))


@given(logits=logits, seed=st.integers(0, 2**63 - 1), temperature=st.floats(0.1, 3))
def test_how_sure_it_is_does_not_depend_on_how_it_was_chosen(logits, seed, temperature):
    token, sure = pick(logits, Picking(temperature, 0.9), seeded(seed))
    assert float(sure) == pytest.approx(float(torch.softmax(logits, -1)[token]))


@given(logits=logits, seed=st.integers(0, 2**63 - 1))
def test_a_small_nucleus_is_greedy(logits, seed):
    token, _ = pick(logits, Picking(1.0, 1e-9), seeded(seed))
    probs = torch.softmax(logits, -1)
    assert float(probs[token]) == float(probs.max())


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.5, 1.0), (2.0, 0.7)])
def test_tokens_come_as_often_as_they_should(temperature, top_p):
    logits = torch.tensor([2.0, 0.5, 1.0, -1.0, 0.0])
    weights = torch.exp(logits.double() / temperature)
    wanted = weights / weights.sum()
    if top_p < 1:
        wanted[wanted < wanted.sort(descending=True).values[2]] = 0  # the first three have 0.78
        wanted = wanted / wanted.sum()
    count = 50_000
    tokens, _ = pick(logits.expand(count, 5), Picking(temperature, top_p), seeded(0))
    found = torch.bincount(tokens, minlength=5).double()
    assert surprise(found, wanted, count) < 5


def test_the_same_seed_draws_the_same_and_another_does_not():
    rows = torch.zeros(50, 100)
    one, again, other = (draw(rows, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_what_can_not_happen_is_never_drawn():
    rows = torch.full((10_000, 4), -math.inf)
    rows[:, 2] = -1000.0
    assert draw(rows, seeded(0)).unique().tolist() == [2]


def test_gumbel_noise_has_all_its_digits_and_its_tails():
    noise = gumbel((200_000,), seeded(0))
    assert noise.dtype == torch.float64
    assert float(noise.mean()) == pytest.approx(0.5772, abs=0.01)
    assert float(noise.var()) == pytest.approx(math.pi**2 / 6, rel=0.02)
    assert bool(torch.isfinite(noise).all())


def test_bfloat16_logits_are_drawn_from_in_full():
    coarse = torch.randn(20, 30, generator=seeded(0)).bfloat16()
    token, sure = pick(coarse)
    assert sure.dtype == torch.float32
    torch.testing.assert_close(sure, torch.softmax(coarse.float(), -1).max(-1).values)
    assert torch.equal(token, coarse.float().argmax(-1))
    assert tempered(coarse, Picking(0.7)).dtype == torch.float32


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Picking(temperature=-0.1), "temperature must be 0"),
        (lambda: Picking(temperature=math.nan), "temperature must be 0"),
        (lambda: Picking(temperature=math.inf), "temperature must be 0"),
        (lambda: Picking(top_p=0.0), "top_p must be above 0"),
        (lambda: Picking(top_p=1.1), "at most 1"),
        (lambda: Picking(top_p=math.nan), "top_p"),
        (lambda: seeded(-1), "seed must be"),
        (lambda: seeded(2**63), "seed must be"),
    ],
)
def test_a_setting_that_can_not_be_says_what_would_do(wrong, says):
    with pytest.raises(ConfigError, match=says):
        wrong()
