"""`vivavoce train floor`, on a toy: the runtime must say what the trained network says."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.training.test_floor_turns import RNG, Counting, Loud, tone
from vivavoce.core import Refused, WeightsMissing
from vivavoce.floor.features import NAMES
from vivavoce.floor.predictor import Predictor
from vivavoce.training.cues import Networks, keep, listen
from vivavoce.training.floor import FloorRecipe, learn, scored, scores, train_floor
from vivavoce.training.floor_data import Sources, examples
from vivavoce.training.surroundings import Place, Surroundings
from vivavoce.training.turns import Turn

torch = pytest.importorskip("torch")


def toys(work: Path) -> None:
    """Pauses score low, ends high, by the length of the sound: something to learn."""
    networks = Networks(Loud(), lambda pcm: min(1.0, len(pcm) / 40_000), Counting())  # type: ignore[arg-type]
    for kind, count in (("train", 12), ("dev", 4)):
        folder = work / "cues" / kind
        folder.mkdir(parents=True)
        for n in range(count):
            rng = RNG(n)
            gap = np.zeros(int(rng.integers(6_000, 16_000)), np.float32)
            pcm = np.concatenate([tone(0.5), gap, tone(1.5 + rng.random())])
            pauses = ((0.5, 0.5 + len(gap) / 16_000),)
            place = Place(level_db=-20, tone_db=-80)
            cues = listen(
                Turn(f"{kind}{n}", pcm, pauses), place, Surroundings(), networks, rng, 1.2
            )
            keep(cues, folder / f"{n}.npz")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, object]]:
    work = tmp_path_factory.mktemp("floor")
    toys(work)
    recipe = FloorRecipe(members=2, epochs=25, width=8, hidden=8, batch=4, group_dropout=0.0)
    return work, work / "w.npz", train_floor(Sources(work), work / "w.npz", recipe)


def test_it_learns_and_leaves_curves(trained: tuple[Path, Path, dict[str, object]]) -> None:
    work, weights, result = trained
    history = [json.loads(line) for line in (work / "floor.jsonl").read_text().splitlines()]
    assert history[-1]["train"] < history[0]["train"]
    assert (work / "floor.png").read_bytes().startswith(b"\x89PNG")
    assert result["turns"] == {"train": 12, "dev": 4}
    spans = [s for e in examples(work, "dev") for s in scored(Predictor(weights), e)]
    at = {end: np.mean([s.score[2] for s in spans if s.end is end]) for end in (True, False)}
    assert at[True] > at[False]


def test_the_same_seed_gives_the_same_weights(
    trained: tuple[Path, Path, dict[str, object]],
) -> None:
    work, _, _ = trained
    data = examples(work, "train"), examples(work, "dev")
    recipe = FloorRecipe(epochs=2, width=8, hidden=8, batch=4, group_dropout=0.0)
    first, second = (learn(*data, recipe, seed=1)[0] for _ in range(2))
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_numpy_says_what_torch_says(trained: tuple[Path, Path, dict[str, object]]) -> None:
    work, weights, _ = trained
    w = np.load(weights)
    x = examples(work, "dev")[0].x
    own = [{k: w[k][n] if w[k].ndim > 1 else w[k] for k in w.files} for n in range(2)]
    members = [by_torch(weights_, x) for weights_ in own]
    assert Predictor(weights).members == len(members) == len(w["w_in"])
    assert scores(Predictor(weights), x) == pytest.approx(np.mean(members, axis=0), abs=1e-4)


def by_torch(w: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """turn_end (f,) of one network."""
    gru = torch.nn.GRU(8, 8, batch_first=True)
    state = {
        "weight_ih_l0": "w_ih",
        "weight_hh_l0": "w_hh",
        "bias_ih_l0": "b_ih",
        "bias_hh_l0": "b_hh",
    }
    gru.load_state_dict({k: torch.from_numpy(w[v]) for k, v in state.items()})
    seen = np.tanh(((x - w["mean"]) / w["scale"]) @ w["w_in"].T + w["b_in"])
    memory = gru(torch.from_numpy(seen)[None])[0][0].detach().numpy()
    logits = np.concatenate([memory, seen], 1) @ w["w_out"].T + w["b_out"]
    return 1 / (1 + np.exp(-logits[:, 0]))


def test_weights_of_other_features_are_refused(
    trained: tuple[Path, Path, dict[str, object]], tmp_path: Path
) -> None:
    stored = dict(np.load(trained[1]))
    stored["names"] = np.array([*NAMES[:-1], "something"])
    np.savez(tmp_path / "other.npz", **stored)
    with pytest.raises(WeightsMissing, match="other features"):
        Predictor(tmp_path / "other.npz")
    with pytest.raises(WeightsMissing, match="train floor"):
        Predictor(tmp_path / "missing.npz")
    alone = {k: v[0] if v.ndim > 1 else v for k, v in np.load(trained[1]).items()}
    np.savez(tmp_path / "alone.npz", **alone)
    with pytest.raises(WeightsMissing, match="one network"):
        Predictor(tmp_path / "alone.npz")


def test_nothing_heard_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nothing was heard"):
        train_floor(Sources(tmp_path), tmp_path / "w.npz")
