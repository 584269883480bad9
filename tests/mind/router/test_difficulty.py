"""What the table says of questions."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mind.router.house import EASY, HARD
from vivavoce.core import ConfigError
from vivavoce.mind.router.difficulty import chance, load
from vivavoce.mind.router.features import MOST_CHARS, NAMES, buckets, counts
from vivavoce.training.router import learn, write


def test_a_long_way_to_the_answer_is_harder_for_the_small_model() -> None:
    assert chance(HARD).weak < chance(EASY).weak
    assert chance(HARD).gain > chance(EASY).gain
    assert chance(HARD).words > chance(EASY).words


@given(st.text(max_size=500), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_whatever_is_asked_the_chances_are_chances(text: str, one: float, other: float) -> None:
    told = chance(text)
    assert 0 < told.weak < 1
    assert 0 < told.strong < 1
    assert 0 < told.right(one) < 1
    assert told.bucket in ("easy", "fair", "hard")
    assert np.isfinite(counts(text)).all()


@given(st.floats(0.05, 0.6), st.floats(0.01, 0.3))
def test_of_two_small_models_the_better_one_is_expected_to_be_right_more_often(
    quality: float, more: float
) -> None:
    assert chance(HARD).right(quality + more if quality + more < 0.63 else 0.63) >= chance(
        HARD
    ).right(quality)


def test_a_book_is_looked_at_by_its_beginning_and_its_end() -> None:
    text = "begin " + "x" * 3 * MOST_CHARS + " end"
    assert len(buckets(text)) < 20
    assert counts(text)[NAMES.index("chars")] < np.log1p(MOST_CHARS + 10)


def test_digits_all_look_the_same_to_the_words() -> None:
    assert buckets("He has 5 cats") == buckets("He has 7 cats")


def test_a_table_learns_what_sets_the_questions_apart_and_survives_the_disk(tmp_path: Path) -> None:
    plain = [f"What is {i} plus {i + 3}?" for i in range(60)]
    mean = [f"What is the ratio of {i} and {i + 3} per hour in percent?" for i in range(60)]
    right = np.array([[1.0, 1.0]] * 60 + [[0.0, 1.0]] * 60)
    write(learn(plain + mean, right), tmp_path / "table.npz")
    table = load(tmp_path / "table.npz")
    assert chance("What is the ratio of 91 and 7 per hour in percent?", table).gain > 0.6
    assert chance("What is 91 plus 7?", table).gain < 0.4


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "table.npz"
    broken.write_bytes(b"nothing")
    with pytest.raises(ConfigError, match=r"table\.npz"):
        load(broken)
