"""The café's recording, and how it is played."""

import numpy as np
import pytest

from vivavoce.core import IN_RATE, OUT_RATE
from vivavoce.demo import Script, load_script
from vivavoce.demo.play import CLIPS, over_and_over


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script()


def level_db(pcm: np.ndarray) -> float:
    loud = pcm[np.abs(pcm) > 0.005]
    return float(10 * np.log10(np.mean(np.square(loud, dtype=np.float64))))


def test_the_owner_asks_twice_and_cuts_in_once(script: Script):
    assert [cue.after for cue in script.cues].count("assistant_speaking") == 1
    assert len(script.cues) == 4
    assert script.cues[0].after == "start"
    assert all(1 < len(cue.pcm) / OUT_RATE < 6 for cue in script.cues)


def test_people_nearby_talk_all_the_time_and_the_owner_is_louder_but_not_much(script: Script):
    frames = np.arange(0, len(script.bed) / OUT_RATE, 0.1)
    spoken = [any(start <= t < end for start, end in script.bystanders) for t in frames]
    assert np.mean(spoken) > 0.9
    louder_db = level_db(script.cues[0].pcm) - level_db(script.bed)
    assert 3 < louder_db < 10


def test_the_bed_has_no_seam(script: Script):
    joined = np.concatenate([script.bed[-OUT_RATE:], script.bed[:OUT_RATE]])
    steps = np.abs(np.diff(joined))
    assert steps[OUT_RATE - 1] < 4 * np.quantile(steps, 0.99)


def test_the_enrolment_is_long_enough_and_clean(script: Script):
    assert 6 < len(script.enrolment) / IN_RATE < 15
    assert np.abs(script.enrolment).max() < 0.99


def test_the_recording_stays_small():
    assert sum(path.stat().st_size for path in CLIPS.iterdir()) < 1_500_000


def test_the_bystanders_come_again_with_the_bed_and_end_with_the_recording(script: Script):
    length = len(script.bed) / OUT_RATE
    spans = list(over_and_over(script, 1.5 * length))
    first = script.bystanders[0]
    assert spans[0] == first
    assert (first[0] + length, first[1] + length) in spans
    assert max(end for _, end in spans) <= 1.5 * length
