"""What is overheard of others, and of requests among them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from tests.scenes.test_scenes import voice
from vivavoce.cli.train import train
from vivavoce.core import IN_RATE, Pcm, Word
from vivavoce.scenes import Corpus, Split, speaker
from vivavoce.training.addressees import Said, heard, learn, said
from vivavoce.training.overheard import overhear, requests
from vivavoce.words import Transcript


class Listed:
    """Hears one word, and keeps the sound."""

    def __init__(self) -> None:
        self.sounds: list[Pcm] = []

    def transcribe(self, pcm: Pcm) -> Transcript:
        self.sounds.append(pcm)
        silent = len(self.sounds) % 5 == 0
        return Transcript(() if silent else (Word("word", 0.0, 0.1),))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    empty = Corpus(tmp_path_factory.mktemp("data"), Split.TRAIN)
    return empty.among(tuple(speaker(f"p{n}", "FM"[n % 2], voice(n)) for n in range(6)))


def a_request(folder: Path) -> Path:
    """A second of speech."""
    (folder / "train").mkdir()
    pcm = 0.2 * np.sign(np.sin(np.arange(IN_RATE) / 20))
    soundfile.write(folder / "train" / "one.flac", pcm, IN_RATE)
    return folder


def test_both_kinds_are_overheard_and_what_has_no_words_is_left_out(
    corpus: Corpus, tmp_path: Path
) -> None:
    asked, recogniser = requests(a_request(tmp_path)), Listed()
    found = list(overhear(corpus, asked, recogniser, np.random.default_rng(1)))
    assert {one.to_us for one in found} == {True, False}
    assert len(found) == len(recogniser.sounds) - len(recogniser.sounds) // 5
    assert all(np.isfinite(pcm).all() and len(pcm) for pcm in recogniser.sounds)


def test_the_same_seed_overhears_the_same(corpus: Corpus, tmp_path: Path) -> None:
    asked = requests(a_request(tmp_path))
    first, again = Listed(), Listed()
    for recogniser in (first, again):
        list(overhear(corpus, asked, recogniser, np.random.default_rng(1)))
    for a, b in zip(first.sounds, again.sounds, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_was_overheard_counts_beside_written_sentences(tmp_path: Path) -> None:
    novel = [Said(f"and the old count had never {n} returned", True) for n in range(40)]
    asked = [Said(f"set a timer for {n} minutes", False) for n in range(40)]
    told = learn(said()[::20], [*novel, *asked], out=tmp_path / "table.npz")
    assert told["overheard"]["held_out"] == 16
    to_us, others = told["overheard"]["above"]["0.7"]
    assert to_us < 0.2 < 0.8 < others


def test_the_shipped_texts_are_of_both_kinds() -> None:
    texts = heard()
    assert {one.aside for one in texts} == {True, False}
    assert min(sum(one.aside is kind for one in texts) for kind in (True, False)) > 1000
    assert not [one.text for one in texts if not one.text.strip()]


def test_beds_and_requests_go_together(tmp_path: Path) -> None:
    done = CliRunner().invoke(train, ["addressee", "--data", str(tmp_path)])
    assert done.exit_code == 2
    assert "--data and --said go together" in done.output
