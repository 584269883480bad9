"""Which texts are written together."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("gguf")

from vivavoce.core import ConfigError
from vivavoce.diffusion.decode import Dial
from vivavoce.diffusion.text import Asked
from vivavoce.models.diffusion.jobs import Limits, slots, together

DIALS = [Dial("ar"), Dial("lossless", drafts=3), Dial("diffusion", block=16)]
JOBS = st.lists(
    st.builds(
        lambda size, most, dial: SimpleNamespace(asked=Asked((1,) * size, most), dial=dial),
        st.integers(1, 60),
        st.integers(1, 60),
        st.sampled_from(DIALS),
    ),
    min_size=1,
    max_size=12,
)


@given(JOBS, st.integers(1, 4), st.integers(1, 400))
def test_a_batch_is_alike_in_order_and_finds_room(waiting, rows, cache_tokens):
    limits = Limits(rows=rows, context_tokens=100, cache_tokens=cache_tokens)
    batch = together(waiting, limits)
    assert batch[0] is waiting[0]  # nobody waits for ever
    places = [next(i for i, job in enumerate(waiting) if job is one) for one in batch]
    assert places == sorted(set(places))
    assert {job.dial for job in batch} == {waiting[0].dial}
    assert len(batch) <= rows
    if len(batch) > 1:
        assert slots(batch) <= 100
        assert slots(batch) * len(batch) <= cache_tokens


@given(JOBS, st.integers(1, 60))
def test_nobody_alike_is_left_out_who_would_find_room(waiting, rows):
    limits = Limits(rows=rows, context_tokens=150, cache_tokens=600)
    batch = together(waiting, limits)
    for job in waiting:
        if job.dial == batch[0].dial and not any(job is one for one in batch):
            more = [*batch, job]
            each = slots(more)
            assert len(more) > rows or each > 150 or each * len(more) > 600


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"waiting": 0}, {"gather_s": -1.0}])
def test_a_limit_that_makes_no_sense_says_which(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Limits(**wrong)
