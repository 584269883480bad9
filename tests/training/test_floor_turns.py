"""Turns to train on: pauses where they are, long as people pause, filled with what the room has."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vivavoce.core import IN_RATE, Word
from vivavoce.scenes import Split
from vivavoce.training.cues import Networks, keep, kept, listen
from vivavoce.training.floor_data import Share, Sources, gather
from vivavoce.training.pauses import pause_s
from vivavoce.training.surroundings import Place, Surroundings, babble, heard
from vivavoce.training.turns import Turn, said, sentences, silences, stretched
from vivavoce.words import Transcript

RNG = np.random.default_rng


def tone(seconds: float, level: float = 0.1) -> np.ndarray:
    t = np.arange(round(seconds * IN_RATE)) / IN_RATE
    return (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def hush(seconds: float) -> np.ndarray:
    return (1e-4 * RNG(0).standard_normal(round(seconds * IN_RATE))).astype(np.float32)


SPOKEN = np.concatenate([tone(1.0), hush(0.4), tone(0.8), hush(0.05), tone(0.5)])


def test_a_pause_is_found_where_it_is_and_a_stop_consonant_is_none() -> None:
    (found,) = silences(SPOKEN)
    assert found == pytest.approx((1.0, 1.4), abs=0.03)


def test_a_stretched_pause_stands_where_the_silence_is() -> None:
    turn = Turn("t", SPOKEN, silences(SPOKEN))
    longer = [stretched(turn, RNG(seed)) for seed in range(8)]
    assert any(len(t.pcm) > len(SPOKEN) for t in longer)
    for t in longer:
        (a, b) = t.pauses[0]
        inside = t.pcm[round((a + 0.03) * IN_RATE) : round((b - 0.03) * IN_RATE)]
        assert np.abs(inside).max() < 0.01
        assert len(t.pcm) - len(SPOKEN) == pytest.approx((b - a - 0.4) * IN_RATE, abs=1000)


def test_pauses_are_as_long_as_peoples() -> None:
    drawn = np.array([pause_s(RNG(i), longer=0.0) for i in range(2000)])
    assert drawn.min() >= 0.2
    assert np.mean(drawn > 0.6) == pytest.approx(0.217, abs=0.04)


def test_a_turn_goes_from_one_full_stop_to_another() -> None:
    pcm = np.concatenate([tone(1.5), hush(0.5), tone(1.2), hush(0.3), tone(1.0), hush(0.4)])
    words = (Word("One.", 0, 1.5), Word("two", 2.0, 3.2), Word("three.", 3.5, 4.5))
    found = {cut for seed in range(6) for cut in sentences(pcm, words, RNG(seed))}
    assert all(any(abs(end - at) < 0.05 for at in (1.5, 4.5)) for _, end in found)


def test_the_room_is_as_loud_as_asked() -> None:
    place = Place(level_db=-20, tone_db=-90, kind="babble", snr_db=10)
    said_ = np.concatenate([tone(2.0), np.zeros(2 * IN_RATE, np.float32)])
    around = Surroundings(talkers=[RNG(1).standard_normal(IN_RATE).astype(np.float32)] * 3)
    mic = heard(said_, place, around, RNG(0))
    after = 20 * np.log10(np.sqrt(np.mean(mic[2 * IN_RATE :] ** 2)))
    assert after == pytest.approx(-30, abs=1)
    assert len(babble(800, around.talkers, RNG(0))) == 800


def test_said_turns_are_read_with_their_pauses(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", SPOKEN, IN_RATE)
    spans = [[1.0, 1.4], [2.75, 2.75]]
    facts = {"voice": "v", "text": "x", "spans": spans}
    (tmp_path / "a.json").write_text(json.dumps(facts))
    (turn,) = said([tmp_path / "a.json"])
    assert turn.pauses == ((1.0, 1.4),)


class Loud:
    """Hears speech where it is loud."""

    def speech(self, pcm: np.ndarray, state: object) -> float:
        return float(np.abs(pcm[-640:]).max() > 0.01)


class Counting:
    """One word a third of a second."""

    def transcribe(self, pcm: np.ndarray) -> Transcript:
        n = int(len(pcm) / IN_RATE * 3)
        return Transcript(tuple(Word(str(i), i / 3, (i + 1) / 3) for i in range(n)))


def test_processes_share_the_turns_and_hear_each_once(tmp_path: Path) -> None:
    networks = Networks(Loud(), lambda pcm: len(pcm) / 1e6, Counting())  # type: ignore[arg-type]
    (tmp_path / "said" / "train").mkdir(parents=True)
    for name in "abcde":
        path = tmp_path / "said" / "train" / name
        soundfile.write(path.with_suffix(".flac"), SPOKEN, IN_RATE)
        facts = {"voice": "v", "text": "x", "spans": [[1.0, 1.4], [2.75, 2.75]]}
        path.with_suffix(".json").write_text(json.dumps(facts))
    sources = Sources(tmp_path / "work", said=tmp_path / "said")
    heard_: list[list[str]] = []
    for part in range(2):
        gather(sources, Split.TRAIN, networks, share=Share(part, 2))
        heard_.append(sorted(p.stem for p in (tmp_path / "work" / "cues" / "train").glob("*")))
    assert heard_ == [["a~0", "c~0", "e~0"], ["a~0", "b~0", "c~0", "d~0", "e~0"]]


def test_what_is_known_of_a_pause_comes_late_and_only_after_it_began(tmp_path: Path) -> None:
    networks = Networks(Loud(), lambda pcm: len(pcm) / 1e6, Counting())  # type: ignore[arg-type]
    pcm = np.concatenate([tone(1.04), np.zeros(round(0.64 * IN_RATE), np.float32), tone(0.8)])
    turn = Turn("t", pcm, ((1.04, 1.68),))
    place = Place(level_db=-20, tone_db=-90)
    cues = listen(turn, place, Surroundings(), networks, RNG(0))
    frames = list(cues.frames())
    first = next(i for i in range(cues.opened, len(frames)) if frames[i].owner < 0.35)
    assert frames[first].sound_end is None
    assert frames[first + 1].sound_end is not None
    assert not frames[first + 2].settled
    assert frames[first + 3].settled
    assert len(frames[first + 3].text) > len(frames[first + 2].text)
    assert cues.spans[-1][0] == pytest.approx(0.4 + len(pcm) / IN_RATE)
    keep(cues, tmp_path / "t.npz")
    again = kept(tmp_path / "t.npz")
    assert again.text == cues.text
    assert again.spans == cues.spans
    assert np.abs(again.pcm - cues.pcm).max() < 1e-4
