"""Learning what a whole sentence is."""

import json
from pathlib import Path

import numpy as np

from vivavoce.floor.sentence import chance, clues
from vivavoce.training.addressees import said
from vivavoce.training.floor import spoken
from vivavoce.training.floor_data import Sources
from vivavoce.training.sentences import learn


def test_unseen_sentences_are_told_from_their_beginnings(tmp_path: Path) -> None:
    told = learn([], [one.text for one in said()[::2]], out=tmp_path / "sentence.npz")
    assert told["area"] > 0.85
    with np.load(tmp_path / "sentence.npz") as stored:
        table = np.asarray(stored["weights"] * stored["scale"], np.float32)
    whole = chance(clues(("set", "a", "timer", "for", "ten", "minutes")), table)
    assert whole > 3 * chance(clues(("set", "a", "timer", "for")), table)


def test_a_beginning_that_is_a_sentence_itself_is_no_beginning(tmp_path: Path) -> None:
    texts = [f"Thank you. Now {w} it." for w in ("close", "open", "lift", "drop", "stop")] * 40
    learn([], texts, out=tmp_path / "sentence.npz")
    with np.load(tmp_path / "sentence.npz") as stored:
        table = np.asarray(stored["weights"] * stored["scale"], np.float32)
    begun = chance(clues(("thank", "you", "now")), table)
    assert chance(clues(("thank", "you")), table) > 0.3 > begun


def test_what_the_floor_hears_is_not_in_its_table(tmp_path: Path) -> None:
    sentence = said()[0].text
    (tmp_path / "train").mkdir()
    half, rest = sentence.split(" ", 1)
    (tmp_path / "train" / "a.json").write_text(json.dumps({"text": f"{half} | {rest}"}))
    there = spoken(Sources(tmp_path, said=tmp_path))
    assert len(there) == len(said()) - 1
    assert sentence not in there
