"""What the router's benchmark counts."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.router import apgr, cpt, crossed, main, read, recovered, same
from vivavoce.training.router import Seen

RIGHT = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])


def test_the_best_order_recovers_all_with_the_fewest_calls() -> None:
    curve = recovered(RIGHT[:, 1] - RIGHT[:, 0], RIGHT)
    assert curve.tolist() == [0.0, 0.5, 1.0, 1.0, 1.0]
    assert cpt(curve, 0.5) == 0.25
    assert cpt(curve, 0.8) == 0.5
    assert apgr(curve) == pytest.approx(0.75)


def test_the_worst_order_is_below_chance_and_chance_is_one_half() -> None:
    assert apgr(recovered(np.array([0.0, 1.0, 0.0, 1.0]), RIGHT)) < 0.5
    rng = np.random.default_rng(0)
    right = np.repeat(RIGHT, 100, axis=0)
    luck = [apgr(recovered(rng.random(len(right)), right)) for _ in range(50)]
    assert np.mean(luck) == pytest.approx(0.5, abs=0.02)


def test_luck_stays_luck_when_cross_validated() -> None:
    rng = np.random.default_rng(1)
    questions = [f"What is {a} plus {b}?" for a, b in rng.integers(0, 10**6, (400, 2))]
    right = np.column_stack([rng.random(400) < 0.5, rng.random(400) < 0.8]).astype(float)
    score = crossed(Seen.of(questions), same(questions), right, 0)
    assert apgr(recovered(score, right)) == pytest.approx(0.5, abs=0.1)


def test_a_question_that_comes_twice_is_in_one_fold() -> None:
    assert same(["a b", "c", "a  b"]).tolist() == [0, 1, 0]


def _file(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_both_kinds_of_files_are_read(tmp_path: Path) -> None:
    ours = _file(tmp_path / "a.csv", "prompt,weak,strong", ["x,True,True", "y,False,True"] * 10)
    theirs = _file(
        tmp_path / "b.csv", "prompt,gpt-4,mixtral,gpt-4_response", ["x,True,False,hm"] * 20
    )
    assert read(ours)[2] == ("weak", "strong")
    assert read(theirs)[2] == ("mixtral", "gpt-4")
    assert read(theirs)[1].tolist() == [[0.0, 1.0]] * 20


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("question,weak,strong", "x,True,False"),
        ("prompt,weak", "x,True"),
        ("prompt,a,b", "x,1,yes"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path: Path, header: str, row: str) -> None:
    with pytest.raises(SystemExit, match=r"c\.csv"):
        read(_file(tmp_path / "c.csv", header, [row] * 20))


def test_a_file_of_other_questions_is_measured_both_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"What is {i} plus {i}?,True,True" for i in range(60)]
    rows += [f"What is the ratio of {i} to {i + 3} in percent?,False,True" for i in range(60)]
    data = _file(tmp_path / "d.csv", "prompt,weak,strong", rows)
    main(["--data", str(data), "--seeds", "1", "--plot", str(tmp_path / "d.png")])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["apgr"] > 0.7
    assert told["shipped_learned_from_this_file"] is False
    assert set(told["shipped"]) == {"apgr", "cpt50", "cpt80"}
    assert (tmp_path / "d.png").stat().st_size > 1000
