"""Simulated conversations and their labels, from made voices."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.core import IN_FRAME, IN_RATE, Pcm
from vivavoce.scenes import KINDS, Corpus, Split, active, changed, level, mixture, parted, speaker
from vivavoce.scenes.score import average_precision
from vivavoce.scenes.simulate import enrolment


def voice(seed: int, seconds: float = 12.0) -> Pcm:
    """Syllables with pauses, at a pitch of its own."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * IN_RATE)) / IN_RATE
    tone = np.sign(np.sin(2 * np.pi * (90 + 20 * seed) * t)) * 0.1
    spoken = np.repeat(rng.random(int(seconds * 2) + 1) < 0.7, IN_RATE // 2)[: len(t)]
    spoken[: IN_RATE // 2] = True
    return np.asarray(tone * spoken + 1e-5 * rng.normal(size=len(t)), np.float32)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Corpus:
    empty = Corpus(tmp_path_factory.mktemp("data"), Split.DEV)
    people = tuple(speaker(f"p{n}", "FM"[n % 2], voice(n)) for n in range(10))
    own = (speaker("own", "M", voice(20)),)
    return Corpus(empty.data_dir, Split.DEV, own_voice=own).among(people)


def made(corpus: Corpus, kind: str, seed: int = 1, seconds: float = 20.0):
    rng = np.random.default_rng(seed)
    said, _ = parted(corpus.speakers[0], rng)
    return mixture(kind, said, corpus, rng, seconds)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_a_scene_whose_parts_fit(corpus: Corpus, kind: str) -> None:
    mixed = made(corpus, kind)
    scene = mixed.scene(np.zeros(IN_RATE, np.float32))
    assert len(scene.mic) == len(scene.played) == scene.frames * IN_FRAME
    assert len(scene.owner) == len(scene.other) == len(scene.ours) == scene.frames
    assert np.isfinite(scene.mic).all()
    assert np.abs(scene.mic).max() <= 1
    assert scene.owner.any() == (kind != "strangers")
    assert scene.other.any() or not KINDS[kind].casts or kind == "crowd"
    assert scene.ours.any() == scene.played.any() == (kind == "echo")


def test_the_same_seed_gives_the_same_scene(corpus: Corpus) -> None:
    for kind in ("cafe", "turns", "echo"):
        np.testing.assert_array_equal(made(corpus, kind).mic, made(corpus, kind).mic)


def test_in_turns_the_others_speak_in_the_owners_gaps_at_the_owners_level(corpus: Corpus) -> None:
    mixed = made(corpus, "turns", seconds=30)
    owner, *others = mixed.tracks
    both = owner.active & mixed.others(owner.name)
    assert both.mean() < 0.05
    assert {t.level_db for t in others} == {0.0}


def test_one_other_talker_is_as_much_weaker_as_the_name_says(corpus: Corpus) -> None:
    assert {t.level_db for t in made(corpus, "one_10db").tracks[1:]} == {-10.0}


def test_what_is_enrolled_is_never_what_is_said(corpus: Corpus) -> None:
    ramp = np.arange(1, 8 * IN_RATE + 1, dtype=np.float32) / (8 * IN_RATE)  # no sample twice
    one = speaker("q", "F", ramp)
    for seed in range(6):
        said, enrolled = parted(one, np.random.default_rng(seed))
        assert len(said.pcm) + len(enrolled.pcm) == len(one.pcm)
        assert not np.isin(said.pcm, enrolled.pcm).any()
    assert len(enrolment(enrolled, corpus, np.random.default_rng(0))) == len(enrolled.pcm)


def test_a_changed_voice_is_higher_and_quicker_by_its_factor() -> None:
    one = speaker("p", "F", voice(3))
    other = changed(one, 1.25)
    assert other.name != one.name
    assert len(other.pcm) == pytest.approx(len(one.pcm) / 1.25, rel=0.05)


def envelope_peak(pcm: Pcm) -> float:
    """Hz at which a pulse train's smoothed spectrum is highest."""
    power = np.abs(np.fft.rfft(pcm[: len(pcm) // 512 * 512].reshape(-1, 512))).mean(0)
    smooth = np.convolve(power, np.hanning(13), "same")
    return float(np.argmax(smooth) * IN_RATE / 512)


def test_formants_move_apart_from_the_pitch() -> None:
    pulses = np.zeros(3 * IN_RATE, np.float32)
    pulses[::128] = 1.0  # 125 Hz, resonating at 1 kHz
    ring = np.exp(-np.arange(200) / 12) * np.sin(2 * np.pi * 1000 * np.arange(200) / IN_RATE)
    one = speaker("p", "F", np.convolve(pulses, ring)[: 3 * IN_RATE].astype(np.float32) * 0.1)
    other = changed(one, 1.0, 1.2)
    assert 1.08 < envelope_peak(other.pcm) / envelope_peak(one.pcm) < 1.25
    period = np.correlate(other.pcm[8000:10000], other.pcm[8000:10000], "full")[2000:2300]
    assert np.argmax(period[60:]) + 61 == pytest.approx(128, abs=1)


def test_short_silences_are_speech_and_long_ones_are_pauses() -> None:
    frames = np.array([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0], np.float32)
    labels = active(np.repeat(frames, IN_FRAME) * np.float32(0.1))
    assert labels.tolist() == [True] * 6 + [False] * 4 + [True, False]


def test_level_counts_only_speech() -> None:
    loud = np.full(5 * IN_FRAME, 0.1, np.float32)
    assert level(np.concatenate([loud, loud * 0, loud * 0])) == pytest.approx(0.1)
    assert level(loud * 0) == 0


@pytest.mark.parametrize("split", list(Split))
def test_no_noise_and_no_room_is_in_two_splits(split: Split) -> None:
    mine = Corpus(Path("/nowhere"), split)
    for other in set(Split) - {split}:
        assert not set(mine.noises) & set(Corpus(Path("/nowhere"), other).noises)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=60))
def test_average_precision_is_that_of_its_definition(pairs: list[tuple[bool, int]]) -> None:
    truth = np.array([t for t, _ in pairs])
    score = np.array([s for _, s in pairs], np.float32)
    got = average_precision(truth, score)
    if not truth.any():
        assert np.isnan(got)
        return
    expected, recall = 0.0, 0.0
    for threshold in sorted(set(score), reverse=True):
        chosen = score >= threshold
        now = (truth & chosen).sum() / truth.sum()
        expected += (now - recall) * truth[chosen].mean()
        recall = now
    assert got == pytest.approx(expected)
