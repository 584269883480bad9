"""The recipe of the presence network, on made sounds."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from vivavoce.core import IN_FRAME, Refused  # noqa: E402  # after the skip
from vivavoce.ears import front  # noqa: E402
from vivavoce.ears.presence import Presence, PresenceState  # noqa: E402
from vivavoce.training.ears.examples import SHARES, opener  # noqa: E402
from vivavoce.training.ears.net import LOOK_BACK, Network  # noqa: E402


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
