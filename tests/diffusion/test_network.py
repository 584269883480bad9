"""The network and its three ways of writing, at toy size, and the real weights."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("safetensors")

from collections.abc import Iterator, Sequence  # noqa: E402
from pathlib import Path  # noqa: E402

from tests.diffusion.toys import drawn  # noqa: E402
from vivavoce.core import ConfigError, Refused  # noqa: E402
from vivavoce.diffusion import adapters  # noqa: E402
from vivavoce.diffusion.decode import Dial, write  # noqa: E402
from vivavoce.diffusion.decode.lossless import Tree  # noqa: E402
from vivavoce.diffusion.decode.prefill import read  # noqa: E402
from vivavoce.diffusion.network.cache import Cache, Past  # noqa: E402
from vivavoce.diffusion.network.gguf import open_gguf  # noqa: E402
from vivavoce.diffusion.network.loud import loudest  # noqa: E402
from vivavoce.diffusion.network.matrix import empty, packed  # noqa: E402
from vivavoce.diffusion.network.qwen import Network  # noqa: E402
from vivavoce.diffusion.network.shape import Shape  # noqa: E402

SHAPE = Shape(layers=2, width=32, heads=4, kv_heads=2, inner=48, vocab=60, context=256, spare=20)
PROMPTS = ([3, 1, 4, 1, 5, 9, 2, 6], [7, 7, 1])


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def toy(kept: str = "float32") -> Network:
    return drawn(SHAPE, kept)


def written(network: Network, dial: Dial, most: int = 40, end: int = -1) -> list[list[int]]:
    texts: list[list[int]] = [[] for _ in PROMPTS]
    for steps in write(network, PROMPTS, most, dial, lambda token: token == end):
        for text, step in zip(texts, steps, strict=True):
            text += step.tokens
    return texts


def causal(n: int) -> torch.Tensor:
    return torch.ones(n, n, dtype=torch.bool).tril()


def whole(network: Network, ids: Sequence[int]) -> torch.Tensor:
    cache = Cache(SHAPE, 1, len(ids))
    tokens = torch.tensor([ids])
    seen = cache.seen(causal(len(ids)))
    return network.logits(network(tokens, cache.positions(len(ids)), cache, seen))


def test_cached_logits_are_those_of_a_full_forward() -> None:
    network, ids = toy(), PROMPTS[0]
    cache = Cache(SHAPE, 1, 20)
    pieces = []
    for part in (ids[:3], ids[3:4], ids[4:]):
        seen = cache.seen(causal(len(part)))
        hidden = network(torch.tensor([part]), cache.positions(len(part)), cache, seen)
        cache.keep(len(part))
        pieces.append(network.logits(hidden))
    torch.testing.assert_close(torch.cat(pieces, 1), whole(network, ids), rtol=1e-4, atol=1e-4)


def test_rows_of_different_lengths_do_not_disturb_each_other() -> None:
    network = toy()
    for text, prompt in zip(written(network, Dial("ar"), most=6), PROMPTS, strict=True):
        seen = list(prompt)
        for token in text:
            assert int(whole(network, seen)[0, -1].argmax()) == token
            seen.append(token)


def test_clean_tokens_do_not_know_of_masks_or_of_the_adapter() -> None:
    network = toy()
    ids, masks = PROMPTS[0], [SHAPE.mask, SHAPE.mask + 1]
    n = len(ids) + len(masks)
    seen = torch.ones(n, n, dtype=torch.bool)
    seen[: len(ids)] = causal(n)[: len(ids)]
    cache = Cache(SHAPE, 1, n)
    hidden = network(
        torch.tensor([[*ids, *masks]]), cache.positions(n), cache, cache.seen(seen), len(ids)
    )
    got = network.logits(hidden[:, : len(ids)])
    torch.testing.assert_close(got, whole(network, ids), rtol=1e-4, atol=1e-4)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 200), st.integers(1, 30), st.integers(0, 99))
def test_eight_bits_multiply_exactly_and_each_row_for_itself(
    outputs: int, inputs: int, rows: int, seed: int
) -> None:
    draw = torch.Generator().manual_seed(seed)
    weight, bias = (torch.randn(size, generator=draw) for size in ((outputs, inputs), (outputs,)))
    x = torch.randn((rows, inputs), generator=draw) * 10 ** torch.randn(rows, 1, generator=draw)
    matrix = empty("int8", outputs, inputs, bias=True)
    matrix.load_state_dict(packed("int8", weight, bias), assign=True)
    together = matrix(x)
    alone = torch.cat([matrix(row[None]) for row in x])
    assert torch.equal(together, alone)
    # A weight is rounded to 127 levels, and on some CPUs to 63 of them after that.
    step = weight.abs().amax(1) * (1 / 127 + 1 / 63) / 2 * x.abs().sum(1, keepdim=True)
    step = step + x.abs().amax(1, keepdim=True) / 127 / 2 * weight.abs().sum(1) * 1.02
    assert bool(((together - (x @ weight.T + bias)).abs() <= step + 1e-4).all())


def test_more_rows_in_the_same_go_leave_the_others_as_they_were() -> None:
    draw = torch.Generator().manual_seed(2)
    matrix = empty("int8", 64, 96, bias=True)
    weight, bias = torch.randn(64, 96, generator=draw), torch.randn(64, generator=draw)
    matrix.load_state_dict(packed("int8", weight, bias), assign=True)
    more, x = torch.randn(4, 96, generator=draw), torch.randn(2, 3, 96, generator=draw)
    before = matrix(x)
    matrix.widen(more)
    after, low = matrix.both(x)
    assert torch.equal(before, after)
    assert torch.equal(before, matrix(x))
    true = x @ more.t()
    assert low.shape == true.shape
    assert (low - true).norm() < 0.02 * true.norm()


def test_an_adapter_taken_in_eight_bits_changes_noisy_tokens_as_before_and_no_others() -> None:
    network = toy("int8")
    adapter = network.adapter
    assert adapter is not None
    ids = torch.tensor([[3, 1, 4, SHAPE.mask, SHAPE.mask + 1, SHAPE.mask + 2]])

    def hidden() -> torch.Tensor:
        cache = network.cache(1, 6)
        return network(ids, cache.positions(6), cache, cache.seen(causal(6)), 3)

    apart = hidden()
    network.take(adapter)
    assert network.layers[0].qkv.more is not None
    together = hidden()
    assert torch.equal(apart[:, :3], together[:, :3])
    assert 0 < (apart[:, 3:] - together[:, 3:]).norm() < 0.05 * apart[:, 3:].norm()


def test_one_loud_input_does_not_drown_the_others_in_eight_bits() -> None:
    draw = torch.Generator().manual_seed(1)
    weight, x = torch.randn(64, 96, generator=draw), torch.randn(20, 96, generator=draw)
    x[:, 5] *= 200
    errors = []
    for loud in (None, x.abs().amax(0)):
        matrix = empty("int8", 64, 96)
        matrix.load_state_dict(packed("int8", weight, loud=loud), assign=True)
        errors.append(float((matrix(x) - x @ weight.T).square().mean()))
    assert errors[1] < errors[0] / 4


def test_it_is_heard_how_loud_each_input_becomes() -> None:
    network = toy()
    found = loudest(network, PROMPTS[0])
    assert found.keys() == {
        f"layers.{i}.{name}" for i in range(2) for name in ("qkv", "out", "up", "down")
    } | {"head"}
    assert [len(found[f"layers.0.{name}"]) for name in ("qkv", "out", "up", "down")] == [
        32, 32, 32, 48,
    ]  # fmt: skip
    y = torch.nn.functional.rms_norm(
        network.embed[PROMPTS[0]], (32,), network.layers[0].before, SHAPE.eps
    )
    torch.testing.assert_close(found["layers.0.qkv"], y.abs().amax(0))
    assert not network.head._forward_pre_hooks


def test_an_adapter_in_the_networks_own_type_writes_what_one_in_float32_writes() -> None:
    network = toy("bfloat16")
    assert network.adapter is not None
    texts = [written(network, Dial("diffusion", block=4), most=8)]
    network.adapter.to(network.dtype)
    texts.append(written(network, Dial("diffusion", block=4), most=8))
    assert texts[0] == texts[1]


def test_a_later_block_cannot_leak_into_an_earlier_one() -> None:
    network = toy()
    clean = Cache(SHAPE, 1, 8)
    ids = torch.tensor([PROMPTS[0]])
    network(ids, clean.positions(8), clean, clean.seen(causal(8)))
    clean.keep(8)
    block = torch.arange(8) // 4
    among = block[:, None] == block[None, :]
    before = torch.arange(8)[None, :] < (block * 4)[:, None]
    seen = torch.cat((before, among), 1)[None, None]

    def noisy(last: int) -> torch.Tensor:
        tokens = torch.tensor([[*range(SHAPE.mask, SHAPE.mask + 4), 1, 2, 3, last]])
        return network(tokens, torch.arange(8)[None], Past(clean), seen, 0)

    a, b = noisy(4), noisy(5)
    assert torch.equal(a[:, :4], b[:, :4])
    assert not torch.allclose(a[:, 4:7], b[:, 4:7])


@pytest.mark.parametrize("kept", ["float32", "int8"])
@pytest.mark.parametrize("draft", ["both", "denoise", "lookup"])
@pytest.mark.parametrize("drafts", [1, 3])
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_lossless_writes_what_the_autoregressive_twin_writes(
    kept: str, draft: str, drafts: int, temperature: float
) -> None:
    network = toy(kept)
    honest = written(network, Dial("ar", temperature=temperature, seed=3))
    dial = Dial("lossless", drafts=drafts, draft=draft, temperature=temperature, seed=3)
    assert written(network, dial) == honest


def test_in_eight_bits_a_token_is_the_same_to_the_bit_however_many_come_with_it() -> None:
    network = drawn(Shape(6, 256, 4, 1, 512, vocab=320, context=512, spare=20), "int8")
    for layer in network.layers:
        layer.before *= 0.03  # attention to many tokens, whose sum depends on their order
    text, new = list(range(7, 257)), list(range(260, 269))
    cache = read(network, [text], 20)
    tree = Tree(2, 2, network)
    ids = torch.tensor([new])
    among = network(ids, cache.positions(9), cache, cache.seen(causal(9)))
    with_masks = network(
        tree.ids(ids[:, :3]),
        cache.positions(1) + tree.depth,
        cache,
        cache.seen(tree.seen),
        tree.clean,
    )
    for i in range(9):
        seen = cache.seen(causal(1))
        alone = network(ids[:, i : i + 1], cache.positions(1), cache, seen)
        cache.keep(1)
        assert torch.equal(alone[0, 0], among[0, i])
        assert i >= tree.clean or torch.equal(alone[0, 0], with_masks[0, i])


def test_prepared_forwards_write_the_same() -> None:
    network = toy()
    dials = (Dial("ar"), Dial("lossless", drafts=2), Dial("diffusion", block=4, steps=2))
    plain = [written(network, dial, most=12) for dial in dials]
    network.quicken()
    assert [written(network, dial, most=12) for dial in dials] == plain
    assert network.cache(2, 40) is network.cache(2, 512)
    assert network.cache(2, 40).slots < network.cache(2, 513).slots


def test_buffers_that_are_used_again_bring_nothing_of_the_last_texts() -> None:
    plain, network = toy("int8"), toy("int8")
    network.quicken()
    for rows, size, most in ((3, 200, 30), (1, 2, 40), (3, 5, 12), (2, 90, 8), (1, 230, 6)):
        prompts = [[(row * i) % SHAPE.mask for i in range(size - row)] for row in range(rows)]
        for dial in (Dial("ar"), Dial("lossless"), Dial("diffusion", steps=2)):
            prepared, fresh = (
                list(write(one, prompts, most, dial, lambda _: False)) for one in (network, plain)
            )
            assert prepared == fresh


def test_buffers_used_long_ago_are_let_go() -> None:
    network = toy()
    network.quicken()
    first, second = network.cache(8, 8192), network.cache(7, 8192)
    assert network.cache(8, 512) is first
    network.cache(2, 8192)  # the second is the one used longest ago
    assert network.cache(8, 512) is first
    assert network.cache(7, 512) is not second


def test_a_forward_is_compiled_once_for_each_size() -> None:
    network, dial = toy(), Dial("diffusion", block=4, steps=2)
    plain = written(network, dial, most=12)
    network.quicken(compiler="eager")
    assert written(network, dial, most=12) == plain
    compiled = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    assert compiled == 2  # before the masks comes the prompt's last token, or two that stand
    assert written(network, dial, most=12) == plain
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == compiled


def test_a_drafter_that_is_right_saves_forwards() -> None:
    network = toy()
    forwards = {
        mode: len(list(write(network, [[1, 2]], 60, Dial(mode, draft="lookup"), lambda _: False)))
        for mode in ("ar", "lossless")
    }
    assert forwards["ar"] == 60
    assert forwards["lossless"] < 60  # a toy soon repeats itself


def test_where_a_text_repeats_itself_no_masks_are_needed() -> None:
    network = toy()
    widths: list[tuple[int, bool]] = []
    network.register_forward_pre_hook(
        lambda _, given: widths.append(
            (given[0].shape[1], bool((given[0] >= network.shape.mask).any()))
        )
    )
    steps = list(write(network, [[1, 2]], 60, Dial("lossless"), lambda _: False))
    assert sum(len(step.tokens) for (step,) in steps) == 60
    assert {masks for _, masks in widths[1:]} == {False, True}
    assert max(width for width, masks in widths[1:] if not masks) == 9


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_the_number_of_steps_is_a_dial(steps: int) -> None:
    dial = Dial("diffusion", block=8, steps=steps, threshold=1.0)
    network = toy()
    taken = list(write(network, [[1, 2, 3]], 32, dial, lambda _: False))
    assert len(taken) == 4 * steps
    assert sum(len(row[0].tokens) for row in taken) == 32


def test_a_threshold_that_nothing_reaches_writes_what_one_by_one_writes() -> None:
    network = toy()
    careful = Dial("diffusion", block=4, threshold=1.0)
    assert written(network, careful, most=40) == written(network, Dial("ar"), most=40)
    bold = list(write(network, [[1, 2, 3]], 40, Dial("diffusion", threshold=0.05), lambda _: False))
    assert len(bold) < 40


def test_what_stands_in_a_block_never_changes() -> None:
    before: tuple[int | None, ...] = ()
    for (step,) in write(toy(), [[1, 2, 3]], 32, Dial("diffusion", block=8), lambda _: False):
        if None in before:
            for old, new in zip(before, step.canvas, strict=True):
                assert old is None or old == new
            assert step.canvas.count(None) < before.count(None)
        before = step.canvas


def test_every_way_stops_at_the_end_and_at_the_limit() -> None:
    network = toy()
    for dial in (Dial("ar"), Dial("lossless"), Dial("diffusion")):
        plain = written(network, dial, most=17)
        assert [len(text) for text in plain] == [17, 17]
        end = plain[0][9]
        cut = written(network, dial, most=17, end=end)
        assert cut[0] == plain[0][: plain[0].index(end) + 1]


def test_what_does_not_fit_is_refused() -> None:
    network = toy()
    with pytest.raises(Refused, match="don't fit in the 256"):
        next(write(network, [[1] * 250], 20, Dial(), lambda _: False))
    with pytest.raises(Refused, match="empty"):
        next(write(network, [[]], 20, Dial(), lambda _: False))
    with pytest.raises(ConfigError, match=r"in \(0, 1\]"):
        Dial(threshold=0)


def test_an_adapter_comes_back_as_it_was_but_not_for_other_weights(tmp_path: Path) -> None:
    adapter, file = toy().adapter, tmp_path / "adapter.safetensors"
    assert adapter is not None
    adapters.save(adapter, file, "a" * 64)
    again = adapters.load(file, SHAPE, "a" * 64)
    for name, tensor in adapter.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor.bfloat16().float())
    with pytest.raises(Refused, match="other weights"):
        adapters.load(file, SHAPE, "b" * 64)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(Refused, match="not an adapter"):
        adapters.load(file, SHAPE, "a" * 64)


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.gguf"
    for content in (b"", b"not a model at all, just some words"):
        file.write_bytes(content)
        with pytest.raises(Refused, match="not a whole GGUF"):
            open_gguf(file)
