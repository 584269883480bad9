import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from tests.diffusion.maths.toys import (  # noqa: E402
    LENGTH,
    Joint,
    hit_law,
    jump_law,
    surprise,
)
from vivavoce.core import ConfigError  # noqa: E402
from vivavoce.diffusion.noise import Geometric  # noqa: E402
from vivavoce.diffusion.pick import Picking, seeded  # noqa: E402
from vivavoce.diffusion.samplers import (  # noqa: E402
    Analytic,
    Confidence,
    Euler,
    Factor,
    FirstHitting,
    Most,
    Threshold,
    denoise,
    hitting,
)
from vivavoce.diffusion.score import normalised  # noqa: E402

MASK, V, L = 2, 6, 8
WARM = Picking(1.0, 0.9)
SAMPLERS = [
    Analytic(MASK),
    Analytic(MASK, Geometric()),
    Euler(MASK),
    Euler(MASK, Geometric()),
    FirstHitting(MASK),
    Confidence(MASK, Threshold(0.5)),
    Confidence(MASK, Factor(1.5), WARM),
    Confidence(MASK, Most(2), WARM, block=3),
]
seeds = st.integers(0, 2**63 - 1)


def column(value, rows):
    return torch.full((rows, 1), value, dtype=torch.float64)


def noisy_text(seed, rows=3):
    """x (rows, L) with some masks, and log_probs for it."""
    generator = seeded(seed)
    x = torch.randint(0, V, (rows, L), generator=generator)
    return x, normalised(2 * torch.randn(rows, L, V, generator=generator), MASK)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@given(seed=seeds, t=st.floats(0.01, 1), share=st.floats(0, 1))
def test_tokens_stay_and_masks_only_shrink(sampler, seed, t, share):
    x, log_probs = noisy_text(seed)
    kept = x.clone()
    after = sampler.step(x, log_probs, column(t, 3), column(t * share, 3), seeded(seed))
    assert torch.equal(x, kept)
    assert torch.equal(after[x != MASK], x[x != MASK])
    assert after.dtype == x.dtype


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@given(seed=seeds, t=st.floats(0.001, 1))
def test_the_last_step_leaves_no_mask(sampler, seed, t):
    x, log_probs = noisy_text(seed)
    after = sampler.step(x, log_probs, column(t, 3), column(0.0, 3), seeded(seed))
    assert MASK not in after


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@given(seed=seeds)
def test_the_same_seed_makes_the_same_step(sampler, seed):
    x, log_probs = noisy_text(seed, rows=9)
    one, again = (
        sampler.step(x, log_probs, column(0.8, 9), column(0.3, 9), seeded(seed)) for _ in "ab"
    )
    assert torch.equal(one, again)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_a_mask_that_the_network_would_love_is_never_a_token(sampler):
    x, log_probs = noisy_text(0, rows=200)
    loved = log_probs.clone()
    loved[..., MASK] = 5.0
    after = sampler.step(x, loved, column(0.8, 200), column(0.0, 200), seeded(0))
    assert MASK not in after


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_each_row_goes_by_its_own_time(sampler):
    x = torch.full((2, L), MASK)
    log_probs = normalised(torch.zeros(2, L, V), MASK)
    s = torch.tensor([[0.0], [1 - 1e-12]], dtype=torch.float64)
    after = sampler.step(x, log_probs, column(1.0, 2), s, seeded(0))
    assert MASK not in after[0]
    assert MASK in after[1]


@pytest.mark.parametrize("noise", [None, Geometric()], ids=["loglinear", "geometric"])
@pytest.mark.parametrize("kind", [Analytic, Euler])
@pytest.mark.parametrize("mask_id", [0, 3])
def test_a_step_is_drawn_from_its_law(kind, noise, mask_id):
    joint = Joint(1, mask_id)
    sampler = kind(mask_id) if noise is None else kind(mask_id, noise)
    t, s, count = 0.8, 0.65, 20_000
    law = jump_law(joint, sampler.chance(torch.tensor(t).double(), torch.tensor(s).double()))
    for start in ([mask_id] * 4, [1, mask_id, 2, mask_id]):
        x = torch.tensor(start).expand(count, LENGTH)
        after = sampler.step(x, joint(x), column(t, count), column(s, count), seeded(2))
        found = torch.bincount(joint.index(after), minlength=len(joint.states)).double()
        assert surprise(found, law[joint.index(x[:1])[0]], count) < 5


def test_a_hit_is_drawn_from_its_law():
    joint, count = Joint(2), 40_000
    law = hit_law(joint)
    x = torch.tensor([3, 1, 3, 3]).expand(count, LENGTH)
    after = FirstHitting(3).step(x, joint(x), column(0.5, count), column(0.2, count), seeded(3))
    found = torch.bincount(joint.index(after), minlength=len(joint.states)).double()
    assert surprise(found, law[joint.index(x[:1])[0]], count) < 5


@pytest.mark.parametrize("timing", [{}, {"clock": hitting}], ids=["even", "hitting"])
def test_first_hitting_draws_texts_as_they_are(timing):
    joint, count = Joint(3), 40_000
    *_, after = denoise(joint, joint.all_masks(count), FirstHitting(3), LENGTH, seeded(4), **timing)
    found = torch.bincount(joint.index(after), minlength=len(joint.states)).double()
    assert surprise(found, joint.as_states(), count) < 5


def test_few_analytic_steps_draw_other_texts():
    joint, count = Joint(3), 40_000
    *_, after = denoise(joint, joint.all_masks(count), Analytic(3), 2, seeded(4))
    found = torch.bincount(joint.index(after), minlength=len(joint.states)).double()
    assert surprise(found, joint.as_states(), count) > 50


def test_one_mask_at_a_time_by_confidence_with_a_true_network_finds_a_likely_text():
    joint = Joint(4)
    *_, after = denoise(joint, joint.all_masks(), Confidence(3, Most(1)), LENGTH)
    chosen = joint.as_states()[joint.index(after)[0]]
    assert float(chosen) >= float(joint.probs.quantile(0.9))


def test_scores_that_sum_to_half_leave_half_as_often():
    count = 20_000
    x = torch.full((count, 1), 3)
    halved = torch.log(torch.tensor([0.25, 0.15, 0.1, 0.0])).expand(count, 1, 4)
    after = Analytic(3).step(x, halved, column(0.8, count), column(0.4, count), seeded(0))
    assert float((after == 3).float().mean()) == pytest.approx(0.75, abs=0.015)


def test_hitting_times_are_those_of_the_first_of_many():
    t = column(0.8, 20_000)
    masks = torch.full((20_000, 1), 5)
    s = hitting(t, masks, 9, seeded(0))
    assert bool((s < t).all())
    assert float(s.mean()) == pytest.approx(0.8 * 5 / 6, abs=0.005)


confidences = st.lists(st.one_of(st.just(-math.inf), st.floats(0, 1)), min_size=1, max_size=12).map(
    lambda row: torch.tensor([row], dtype=torch.float64)
)
RULES = [Threshold(0.9), Threshold(0.2), Factor(0.5), Factor(3.0), Most(1), Most(4)]


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(confidence=confidences)
def test_a_rule_takes_the_surest_first_and_at_least_one(rule, confidence):
    taken = rule.accept(confidence)
    asked = torch.isfinite(confidence)
    assert not bool((taken & ~asked).any())
    assert bool(taken.any()) == bool(asked.any())
    if bool(taken.any()):
        assert float(confidence[taken].min()) >= float(
            confidence.masked_fill(taken, -math.inf).max()
        )


@given(confidence=confidences, least=st.floats(0.01, 1))
def test_a_threshold_takes_all_that_are_sure_enough(confidence, least):
    taken = Threshold(least).accept(confidence)
    sure = confidence >= least
    assert torch.equal(taken, sure) or (not bool(sure.any()) and int(taken.sum()) <= 1)


@given(confidence=confidences, factor=st.floats(0.01, 5))
def test_a_factor_takes_as_many_as_the_least_sure_of_them_allows(confidence, factor):
    falling = sorted((c for c in confidence[0].tolist() if c >= 0), reverse=True)
    fits = [n for n, c in enumerate(falling, 1) if (n + 1) * (1 - c) < factor]
    wanted = max([1, *fits]) if falling else 0
    assert int(Factor(factor).accept(confidence).sum()) == wanted


def test_rules_go_row_by_row():
    confidence = torch.tensor([[0.95, 0.2, 0.91], [0.3, 0.1, 0.2]])
    taken = Threshold(0.9).accept(confidence)
    assert taken.tolist() == [[True, False, True], [True, False, False]]


def test_confidence_goes_block_by_block():
    x = torch.full((2, 6), MASK)
    x[1, :3] = 1
    log_probs = normalised(torch.randn(2, 6, V, generator=seeded(0)), MASK)
    sampler = Confidence(MASK, Threshold(0.01), block=3)
    after = sampler.step(x, log_probs, column(1.0, 2), column(0.5, 2))
    assert (after == MASK).tolist() == [[False] * 3 + [True] * 3, [False] * 6]


def test_confidence_keeps_what_it_believes_and_nothing_else():
    log_probs = torch.tensor([[0.96, 0.04, 0.0], [0.4, 0.6, 0.0], [0.08, 0.92, 0.0]]).log()
    x = torch.full((1, 3), 2)
    after = Confidence(2, Threshold(0.9)).step(x, log_probs[None], column(1.0, 1), column(0.9, 1))
    assert after.tolist() == [[0, 2, 1]]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@given(seed=seeds, steps=st.integers(1, 12))
def test_a_run_shows_every_state_and_ends_without_masks(sampler, seed, steps):
    _, log_probs = noisy_text(seed)
    x = torch.full((3, L), MASK)
    states = list(denoise(lambda x, t: log_probs, x, sampler, steps, seeded(seed)))
    assert torch.equal(states[0], x)
    assert len(states) <= steps + 1
    assert MASK not in states[-1]
    masks = [int((state == MASK).sum()) for state in states]
    assert masks == sorted(masks, reverse=True)


def test_a_run_by_hitting_times_ends_without_masks_even_if_cut_short():
    joint = Joint(5)
    states = list(denoise(joint, joint.all_masks(), FirstHitting(3), 2, seeded(0), clock=hitting))
    assert [int((state == 3).sum()) for state in states] == [4, 3, 0]


def test_a_run_of_a_prompt_keeps_the_prompt():
    _, log_probs = noisy_text(0, rows=1)
    x = torch.tensor([[5, 4, MASK, MASK, 3, MASK, MASK, MASK]])
    *_, after = denoise(lambda x, t: log_probs, x, Euler(MASK), 4, seeded(0))
    assert after[0, [0, 1, 4]].tolist() == [5, 4, 3]


def test_a_whole_text_is_not_asked_about():
    def never(x, t):
        raise AssertionError("asked")

    x = torch.zeros(1, L, dtype=torch.long)
    assert len(list(denoise(never, x, Analytic(MASK), 3))) == 1


def test_a_network_that_ignores_time_is_asked_only_when_something_changed():
    length, steps, runs, calls = 64, 64, 60, 0

    def model(x, t):
        nonlocal calls
        calls += 1
        return normalised(torch.zeros(*x.shape, 3), MASK)

    generator = seeded(0)
    for _ in range(runs):
        x = torch.full((1, length), MASK)
        list(denoise(model, x, Analytic(MASK), steps, generator))
    # The cached calls of MDLM: Σ 1 − (1 − 1/N)^L
    wanted = steps * (1 - (1 - 1 / steps) ** length)
    assert wanted == pytest.approx(40.6, abs=0.05)
    assert calls / runs == pytest.approx(wanted, abs=1.5)

    calls = 0
    list(denoise(model, x, Analytic(MASK), steps, generator, timeless=False))
    assert calls > wanted


def test_the_network_is_told_the_time():
    seen = []

    def model(x, t):
        seen.append(t[:, 0].tolist())
        return normalised(torch.zeros(*x.shape, 4), 3)

    x = torch.full((2, 4), 3)
    list(denoise(model, x, FirstHitting(3), 4, seeded(0)))
    assert seen == [[1.0, 1.0], [0.75, 0.75], [0.5, 0.5], [0.25, 0.25]]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Threshold(0.0), "threshold must be above 0"),
        (lambda: Threshold(1.5), "at most 1"),
        (lambda: Threshold(math.nan), "threshold"),
        (lambda: Factor(0.0), "factor must be above 0"),
        (lambda: Most(0), "at least 1"),
        (lambda: Confidence(MASK, Most(1), block=-1), "block must be"),
        (
            lambda: next(denoise(lambda x, t: x, torch.zeros(1, 2), Analytic(MASK), 0)),
            "steps must be",
        ),
    ],
)
def test_a_setting_that_can_not_be_says_what_would_do(wrong, says):
    with pytest.raises(ConfigError, match=says):
        wrong()
