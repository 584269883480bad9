"""The recipe of the presence network, on made sounds."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import vivavoce.ears  # noqa: E402  # after the skip
from vivavoce.core import IN_FRAME, ConfigError, Refused  # noqa: E402  # after the skip
from vivavoce.ears import front  # noqa: E402
from vivavoce.ears.presence import Presence, PresenceState  # noqa: E402
from vivavoce.training.ears import batches  # noqa: E402
from vivavoce.training.ears.batches import Paths  # noqa: E402
from vivavoce.training.ears.examples import SHARES, Example, opener  # noqa: E402
from vivavoce.training.ears.net import LOOK_BACK, Network  # noqa: E402
from vivavoce.training.ears.recipe import Recipe, Training  # noqa: E402

SHIPPED = Path(vivavoce.ears.__file__).parent / "data" / "presence.onnx"


@pytest.fixture(scope="module")
def net() -> Network:
    torch.manual_seed(0)
    return Network().eval()


def sound(frames: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=frames * IN_FRAME) * 0.1).astype(np.float32)


def whole(net: Network, pcm: np.ndarray, voices: np.ndarray) -> np.ndarray:
    """(p, f, 2)"""
    mel = torch.from_numpy(front.hear_all(pcm).reshape(1, -1, front.HOPS, front.BANDS))
    with torch.no_grad():
        return torch.sigmoid(net(mel, torch.from_numpy(voices)[None])[0])[0].numpy()


def test_exported_and_streamed_it_is_the_network_that_was_trained(net, tmp_path) -> None:
    from vivavoce.training.ears.export import INPUTS, OUTPUTS, Step, _example, _write

    path = tmp_path / "presence.onnx"
    people = {0: "people"}
    named = {n: people for n in (*INPUTS, *OUTPUTS) if n not in _SHARED}
    _write(Step(net), _example(2), path, INPUTS, OUTPUTS, named)
    path.with_suffix(".whole.onnx").replace(path)  # unquantised: to compare exactly
    voices = np.eye(2, 256, dtype=np.float32)
    pcm, state, network = sound(40), PresenceState(), Presence(tmp_path)
    streamed = [network.hear(frame, state, voices) for frame in pcm.reshape(-1, IN_FRAME)]
    np.testing.assert_allclose(np.stack(streamed, 1), whole(net, pcm, voices), atol=1e-4)


def test_an_exported_network_can_be_gone_on_with(tmp_path) -> None:
    from vivavoce.training.ears.export import INPUTS, OUTPUTS, Step, _example, _write
    from vivavoce.training.ears.restore import restored

    torch.manual_seed(1)
    net, path = Network().eval(), tmp_path / "presence.onnx"
    with torch.no_grad():
        for weight in net.parameters():  # some begin as copies of others
            weight += 0.02 * torch.randn_like(weight)
    people = {0: "people"}
    named = {n: people for n in (*INPUTS, *OUTPUTS) if n not in _SHARED}
    _write(Step(net), _example(2), path, INPUTS, OUTPUTS, named)
    again = restored(path).eval()
    for name, weight in net.state_dict().items():
        step = 2 * float(weight.abs().max()) / 255
        assert float((again.state_dict()[name] - weight).abs().max()) <= 0.51 * step, name
    voices, pcm = np.eye(2, 256, dtype=np.float32), sound(40)
    np.testing.assert_allclose(whole(again, pcm, voices), whole(net, pcm, voices), atol=0.02)


class Made:
    """Batches of noise."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)

    def get(self) -> list[Example]:
        def drawn(*shape: int) -> np.ndarray:
            return self.rng.random(shape, np.float32)

        return [Example(drawn(40, 8, 40), drawn(4, 256), drawn(4, 40, 2).round())]


def test_training_goes_on_where_it_was_and_only_with_its_own_recipe(tmp_path) -> None:
    paths = Paths(tmp_path, tmp_path / "none.pt", tmp_path, begin=SHIPPED)
    recipe = Recipe(steps=2, frozen_steps=0, check_steps=1)
    first = Training(recipe, paths)
    before = {n: w.clone() for n, w in first.net.state_dict().items()}
    losses = [row["loss"] for row in first.run(Made(), ())]
    assert len(losses) == 2
    assert all(np.isfinite(losses))
    assert any(not torch.equal(w, before[n]) for n, w in first.net.state_dict().items())
    again = Training(recipe, paths)
    assert again.step == 2
    for name, weight in first.averaged.state_dict().items():
        assert torch.equal(weight, again.averaged.state_dict()[name]), name
    assert list(again.run(Made(), ())) == []
    with pytest.raises(ConfigError, match="another head_rate"):
        Training(replace(recipe, head_rate=1.0), paths)


def test_several_mixers_make_the_batches_of_one(monkeypatch, tmp_path) -> None:
    class Side:
        def example(self, rng: np.random.Generator, seconds: float) -> int:
            return int(rng.integers(1 << 30))

    monkeypatch.setattr(batches, "training_corpus", lambda *_: None)
    monkeypatch.setattr(batches, "Embedder", lambda *_: None)
    monkeypatch.setattr(batches, "halves", lambda *_: [Side()])
    monkeypatch.setattr(torch, "set_num_threads", lambda n: None)
    mixing = batches.Mixing(seed=3, batch=2, seconds=16.0, each=8, first_step=4)
    paths = Paths(tmp_path, tmp_path, tmp_path)

    def made(first: int, mixers: int, count: int) -> list[list[int]]:
        found: list[list[int]] = []

        def put(batch: list[int]) -> None:
            found.append(batch)
            if len(found) == count:
                raise EOFError

        with suppress(EOFError):
            batches._make(mixing, paths, first, mixers, put)
        return found

    by_three = zip(*(made(i, 3, 2) for i in range(3)), strict=True)
    assert made(0, 1, 6) == [batch for round_ in by_three for batch in round_]


def test_another_network_is_no_beginning(tmp_path) -> None:
    import onnx
    from onnx import helper

    from vivavoce.training.ears.restore import restored

    path = tmp_path / "other.onnx"
    onnx.save(helper.make_model(helper.make_graph([], "nothing", [], [])), path)
    with pytest.raises(Refused, match="no network of this recipe"):
        restored(path)


_SHARED = {
    "mel", "order", "age", "encoder_h", "encoder_c", "past_keys", "new_encoder_h",
    "new_encoder_c", "key", "salience",
}  # fmt: skip


def test_over_whole_recordings_it_looks_back_and_never_ahead(net) -> None:
    voices, pcm = np.eye(1, 256, dtype=np.float32), sound(40)
    changed = pcm.copy()
    changed[30 * IN_FRAME :] *= 0
    before, after = whole(net, pcm, voices), whole(net, changed, voices)
    np.testing.assert_allclose(before[:, :30], after[:, :30], atol=1e-5)
    assert LOOK_BACK == 250


def test_the_shares_of_kinds_are_shares() -> None:
    assert sum(SHARES.values()) == pytest.approx(1)


def test_who_opens_near_and_loud_owns_the_talk() -> None:
    from vivavoce.scenes import Mixture, Track

    def track(name: str, begins: int, level_db: float, main: bool = True) -> Track:
        return Track(name, np.arange(20) >= begins, level_db, main)

    def mixed(*tracks: Track) -> Mixture:
        nothing = np.zeros(20 * IN_FRAME, np.float32)
        return Mixture(nothing, nothing, np.zeros(20, bool), tracks)

    assert opener(mixed(track("late", 9, 0), track("first", 2, 0))) == "first"
    assert opener(mixed(track("loud", 9, 8), track("first", 2, 0))) == "loud"
    assert opener(mixed(track("television", 0, 8, main=False))) == ""
