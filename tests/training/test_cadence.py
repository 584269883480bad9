"""The weights of floor.cadence: learned from silences, and never judged by whom they were heard."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vivavoce.core import WeightsMissing
from vivavoce.floor.cadence import Cadence
from vivavoce.training import cadence
from vivavoce.training.cues import Cues
from vivavoce.training.floor_data import counts

torch = pytest.importorskip("torch")


def heard(name: str, seed: int = 0) -> Cues:
    """One pause, scored at frame 10, and the end, at frame 30; an end's vector is higher."""
    rng = np.random.default_rng(seed)
    asked = np.full(40, -1, np.int16)
    asked[11:15], asked[31:] = 0, 1
    flat, none = np.zeros(40, np.float32), np.zeros(0, np.float32)
    vectors = np.stack([rng.normal(0, 1, 6), rng.normal(0, 1, 6)]).astype(np.float32)
    vectors[1, 0] += 4
    spans = ((0.8, 1.2), (2.4, 3.2))
    speaker = name.split("-")[0]
    return Cues(
        name, none, flat, flat, flat, asked, vectors, asked, ("",) * 40, flat > 0, 2, spans, speaker
    )


def test_ends_are_told_from_pauses(tmp_path: Path) -> None:
    turns = [heard(f"{n}-0-0", n) for n in range(60)]
    cadence.write(cadence.learn(turns, seed=1), tmp_path / "cadence.npz")
    judge = Cadence(tmp_path / "cadence.npz")
    held = [heard(f"{n}-1-0", n) for n in range(100, 130)]
    assert cadence.area(held, [judge] * len(held)) > 0.9
    pause, end = np.array([[judge(v) for v in turn.pooled] for turn in held]).mean(0)
    assert pause < 0.5 < end


def test_a_short_pause_teaches_nothing() -> None:
    turn = heard("a")
    vectors, over = cadence.moments(turn)
    assert over.tolist() == [False, True]
    assert np.array_equal(vectors, turn.pooled)
    turn = replace(turn, spans=((0.8, 0.95), (2.4, 3.2)))
    assert cadence.moments(turn)[1].tolist() == [True]


def test_nobody_is_judged_by_a_network_that_heard_him(monkeypatch: pytest.MonkeyPatch) -> None:
    taught: list[set[str]] = []
    learn = cadence.learn

    def learned(turns: list[Cues], seed: int) -> cadence.Weights:
        taught.append({t.speaker for t in turns})
        return learn(turns, seed)

    monkeypatch.setattr(cadence, "learn", learned)
    turns = [heard(f"{n % 7}-{n}-0", n) for n in range(21)]
    judges = cadence.strangers(turns, seed=1)
    assert len(judges) == len(turns)
    order = sorted({cadence.fold(t.speaker) for t in turns})
    for turn in turns:
        assert turn.speaker not in taught[order.index(cadence.fold(turn.speaker))]


def test_one_voice_with_most_of_the_turns_counts_as_one_voice() -> None:
    turns = [heard(f"{n}-0-0") for n in range(50)] + [heard("joe-0-0")] * 50
    each = counts(turns)
    assert each[:50] == [1.0] * 50
    assert sum(each[50:]) == pytest.approx(0.05 * len(turns))


def test_weights_that_are_none_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="train floor"):
        Cadence(tmp_path / "missing.npz")
    (tmp_path / "other.npz").write_bytes(b"no weights")
    with pytest.raises(WeightsMissing, match="train floor"):
        Cadence(tmp_path / "other.npz")
