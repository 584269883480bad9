"""Learning who is spoken to."""

from pathlib import Path

import numpy as np

from vivavoce.floor.sentence import chance
from vivavoce.training import hashed
from vivavoce.training.addressees import learn, said


def test_held_out_sentences_are_told_apart(tmp_path: Path) -> None:
    sentences = said()
    assert len({one.text for one in sentences}) == len(sentences)
    told = learn(sentences[::2], out=tmp_path / "addressee.npz")
    to_us, asides = told["above"]["0.7"]
    assert asides > 5 * to_us


def test_a_table_learns_what_separates_its_rows() -> None:
    rows = [([1, 2], 1.0), ([1, 3], 0.0)] * 20
    table = hashed.learn(rows, 8, np.random.default_rng(0), hashed.Learning(epochs=30))
    assert table.shape == (9,)
    weights = table.astype(np.float32)
    assert chance([1, 2], weights) > 0.8 > 0.2 > chance([1, 3], weights)
