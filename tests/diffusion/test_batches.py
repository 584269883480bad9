"""Rows that are written together: each is what it is alone."""

from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("safetensors")

from tests.diffusion.toys import drawn  # noqa: E402
from vivavoce.diffusion.decode import Dial, write  # noqa: E402
from vivavoce.diffusion.network.qwen import Network  # noqa: E402
from vivavoce.diffusion.network.shape import Shape  # noqa: E402

SHAPE = Shape(1, 32, 4, 2, 48, vocab=40, context=512, spare=20)
Prompts = Sequence[Sequence[int]]


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@cache
def toy(kept: str, seed: int) -> Network:
    return drawn(SHAPE, kept, seed)


def written(
    network: Network,
    prompts: Prompts,
    most: int,
    dial: Dial,
    seeds: Sequence[int] | None = None,
    end: int = -1,
) -> list[list[int]]:
    texts: list[list[int]] = [[] for _ in prompts]
    for steps in write(network, prompts, most, dial, lambda token: token == end, seeds):
        for text, step in zip(texts, steps, strict=True):
            text += step.tokens
    return texts


@pytest.mark.parametrize(
    ("seed", "prompts", "most"),
    [(8, ([5, 6] * 8, [1, 2, 3]), 31), (9, ([5] * 10, [7, 7, 1], [2]), 24)],
)
def test_a_row_that_ends_amid_its_drafts_leaves_the_others_their_room(
    seed: int, prompts: Prompts, most: int
) -> None:
    network = toy("float32", seed)
    honest = [written(network, [prompt], most, Dial("ar"))[0] for prompt in prompts]
    assert written(network, prompts, most, Dial("lossless")) == honest


PROMPTS = st.builds(  # that repeat themselves, as the texts then do
    lambda part, times: part * times,
    st.lists(st.integers(0, SHAPE.mask - 1), min_size=1, max_size=3),
    st.integers(1, 9),
)


@settings(max_examples=40)
@given(
    seed=st.integers(8, 12),
    prompts=st.lists(PROMPTS, min_size=2, max_size=3),
    most=st.integers(20, 40),
    dial=st.builds(
        Dial,
        st.just("lossless"),
        drafts=st.sampled_from([1, 3]),
        draft=st.sampled_from(["both", "lookup", "denoise"]),
    ),
    end=st.just(-1) | st.integers(0, SHAPE.mask - 1),
)
def test_lossless_rows_side_by_side_are_ar_row_by_row(
    seed: int, prompts: Prompts, most: int, dial: Dial, end: int
) -> None:
    network = toy("float32", seed)
    alone = [written(network, [prompt], most, Dial("ar"), end=end)[0] for prompt in prompts]
    assert written(network, prompts, most, dial, end=end) == alone


@pytest.mark.parametrize(
    ("mode", "steps"), [("ar", None), ("lossless", None), ("diffusion", None), ("diffusion", 3)]
)
def test_each_row_is_drawn_by_its_own_seed_whoever_stands_beside_it(
    mode: str, steps: int | None
) -> None:
    network = toy("int8", 5)
    dial = Dial(mode, block=8, threshold=0.5, steps=steps, temperature=0.9)
    prompts, seeds = [[3, 1, 4], [3, 1, 4], [7] * 9, [3, 1, 4]], [1, 2, 3, 1]
    together = written(network, prompts, 20, dial, seeds)
    assert together[0] == together[3] != together[1]
    for prompt, seed, text in zip(prompts, seeds, together, strict=True):
        assert written(network, [prompt], 20, dial, [seed]) == [text]
