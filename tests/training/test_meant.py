"""Learning which expert is meant."""

from pathlib import Path

import pytest

from vivavoce import weights
from vivavoce.core import ConfigError
from vivavoce.experts.finder import Finder
from vivavoce.experts.meaning import Meaning
from vivavoce.experts.meant import FOLLOWS, NOBODY, Meant
from vivavoce.experts.registry import find
from vivavoce.training.meant import Labelled, labelled, learn


@pytest.mark.real
def test_held_out_sentences_find_their_expert(tmp_path: Path) -> None:
    experts = {name: e for name, e in find().experts.items() if e.built_in}
    meaning, out = Meaning(weights.path("wordllama-256")), tmp_path / "meant.npz"
    told = learn(labelled()[::3], experts, meaning, out=out)
    assert told["loaded"] > 0.5 > 0.15 > told["nobodys_load_one"]
    meant = Meant.read(out)
    assert set(meant.names) == {NOBODY, FOLLOWS, *experts}
    assert told["follow"] > 0.4 > 0.2 > told["nobodys_follow"]
    assert "media" in Finder(experts, meaning, meant=meant).experts("play some jazz")


def test_every_sentence_is_labelled_with_what_there_is() -> None:
    known, all_ = {NOBODY, FOLLOWS, *find().experts}, labelled()
    for one in all_:
        assert 1 <= len(one.experts) <= 2, one
        assert set(one.experts) <= known, one
    assert Labelled("Turn on the lights.", ("home",)) in all_


def test_what_is_elliptic_is_for_nobody_no_more() -> None:
    said = {one.experts for one in labelled() if one.text in ("Undo that.", "undo that")}
    assert said == {(FOLLOWS,)}


def test_a_label_too_few_is_told(tmp_path: Path) -> None:
    (tmp_path / "to_us.txt").write_text("Stop.\nGo on.\n")
    (tmp_path / "meant.txt").write_text("none\n")
    with pytest.raises(ConfigError, match="2 lines"):
        labelled(tmp_path)
