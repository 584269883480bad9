import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    OUT_FRAME,
    OUT_RATE,
    ConfigError,
    Decided,
    Decision,
    Failed,
    Flush,
    Move,
    Percept,
    Refused,
    VivavoceError,
)
from vivavoce.timeline import read
from vivavoce.timeline.recorder import Recorder
from vivavoce.timeline.recording import TIMELINE, WAV, salvage

STARTED = datetime(2026, 3, 1, 14, 5, 9, tzinfo=UTC)
CRASHING = Path(__file__).with_name("crashing.py")


def decided(index: int) -> Decided:
    return Decided(index, index * FRAME_S, Percept(), Decision(Move.IDLE, "nobody speaks"))


@pytest.fixture
def errors() -> list[VivavoceError]:
    return []


@pytest.fixture
def recorder(tmp_path, errors):
    recorder = Recorder(tmp_path / "kept", "c1", errors.append, STARTED)
    yield recorder
    recorder.close()


def converse(recorder: Recorder, frames: int) -> None:
    for index in range(frames):
        recorder.heard(np.full(IN_FRAME, 0.25, np.float32))
        recorder.played(np.full(OUT_FRAME, 0.5, np.float32))
        recorder(decided(index))


def test_both_sides_and_the_timeline_are_kept(recorder, errors):
    converse(recorder, 50)
    recorder.close()
    pcm, rate = soundfile.read(recorder.folder / WAV, dtype="float32")
    assert rate == OUT_RATE
    assert pcm.shape == (50 * OUT_FRAME, 2)
    assert np.allclose(pcm[200:-200], [0.25, 0.5], atol=1e-3)
    assert [line["t"] for line in read(recorder.folder / TIMELINE)][-1] == 3.92
    assert errors == []
    assert recorder.lost == 0


def test_the_folder_is_named_by_date_and_id_and_nobody_else_may_read_it(recorder):
    recorder.close()
    assert recorder.folder.name == "2026-03-01_140509_c1"
    modes = [
        stat.S_IMODE(path.stat().st_mode) for path in (recorder.folder, *recorder.folder.iterdir())
    ]
    assert modes == [0o700, 0o600, 0o600]


def test_a_name_that_leaves_the_folder_is_refused(tmp_path, errors):
    with pytest.raises(ConfigError, match="letters"):
        Recorder(tmp_path, "../elsewhere", errors.append)


def test_what_we_pulled_and_then_dropped_is_not_in_the_recording(recorder):
    recorder.heard(np.zeros(IN_FRAME, np.float32))
    for _ in range(10):
        recorder.played(np.full(OUT_FRAME, 0.5, np.float32))
    recorder(Flush(0.08, 0, final=True))
    for _ in range(9):
        recorder.heard(np.zeros(IN_FRAME, np.float32))
    recorder.close()
    right = soundfile.read(recorder.folder / WAV)[0][:, 1]
    assert np.all(right[:OUT_FRAME] > 0.4)
    assert not np.any(right[OUT_FRAME:])


def test_samples_that_are_no_numbers_do_no_harm(recorder, errors):
    recorder.heard(np.full(IN_FRAME, np.nan, np.float32))
    recorder.played(np.full(OUT_FRAME, np.inf, np.float32))
    recorder.close()
    assert not np.any(soundfile.read(recorder.folder / WAV)[0])
    assert errors == []


def test_a_folder_that_can_not_be_made_is_reported_once_and_stops_nothing(tmp_path, errors):
    (tmp_path / "kept").write_text("a file is in the way")
    recorder = Recorder(tmp_path / "kept", "c1", errors.append, STARTED)
    converse(recorder, 50)
    recorder.close()
    assert len(errors) == 1
    assert isinstance(errors[0], Refused)
    assert "can't be written" in str(errors[0])


def test_a_slow_disk_costs_frames_that_are_counted_but_never_the_conversations_time(
    recorder, errors
):
    slow = threading.Event()
    recorder._put(lambda recording: slow.wait(10) and None)  # the disk hangs
    converse(recorder, 400)  # comes back at once, though nothing is written
    assert recorder.lost > 0
    slow.set()
    lost = recorder.lost
    while recorder._jobs.qsize():
        threading.Event().wait(0.01)
    recorder.heard(np.full(IN_FRAME, 0.25, np.float32))
    recorder.close()
    assert len(errors) == 1
    assert "too slow" in str(errors[0])
    timeline = read(recorder.folder / TIMELINE)
    assert sum(line["count"] for line in timeline if line["kind"] == "lost") == lost
    assert soundfile.info(recorder.folder / WAV).frames == 401 * OUT_FRAME  # silence, no shift


def test_on_a_full_disk_recording_stops_and_the_conversation_goes_on(tmp_path):
    size = 500_000  # bytes a file may have: some 5 s of sound
    command = [sys.executable, "-W", "error", CRASHING, tmp_path, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said = done.stdout.splitlines()
    assert len(said) == 2
    assert said[0].startswith("refused ")
    assert "recording has stopped" in said[0]
    assert said[1] == "the conversation went on"
    assert done.stderr == ""
    (folder,) = tmp_path.iterdir()
    assert soundfile.info(folder / WAV).duration == pytest.approx(size / OUT_RATE / 4, abs=0.1)
    assert read(folder / TIMELINE)


def test_a_killed_conversation_has_lost_at_most_its_last_second(tmp_path):
    command = [sys.executable, CRASHING, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        spoken_s = 0.0
        for line in process.stdout:
            spoken_s = (int(line) + 1) * FRAME_S
            if spoken_s >= 9.5:
                process.kill()
                break
    (folder,) = tmp_path.iterdir()
    assert soundfile.info(folder / WAV).duration >= spoken_s - 1.05  # as it lies there
    salvaged_s = salvage(folder)
    assert salvaged_s >= spoken_s - 0.2
    pcm = soundfile.read(folder / WAV, dtype="float32")[0]
    assert len(pcm) == round(salvaged_s * OUT_RATE)
    assert np.allclose(pcm[200:], [0.25, 0.5], atol=1e-3)
    assert read(folder / TIMELINE)[-1]["t"] >= spoken_s - 1.05
    assert salvage(folder) == salvaged_s


def test_salvage_cuts_torn_ends_off(recorder):
    converse(recorder, 20)
    recorder(Failed(1.6, "retry", "the model was slow"))
    recorder.close()
    for name in (WAV, TIMELINE):
        with (recorder.folder / name).open("ab") as file:
            file.write(b'{"k')
    assert salvage(recorder.folder) == pytest.approx(20 * FRAME_S)
    assert (recorder.folder / TIMELINE).read_bytes().endswith(b"\n")
    assert read(recorder.folder / TIMELINE)[-1]["kind"] == "error"


def test_salvage_of_what_is_no_recording_is_refused(tmp_path):
    with pytest.raises(Refused, match=WAV):
        salvage(tmp_path)


def test_closing_leaves_no_thread_behind(recorder):
    converse(recorder, 3)
    recorder.close()
    recorder.close()
    recorder.heard(np.zeros(IN_FRAME, np.float32))  # late frames are dropped
    assert "recorder" not in {thread.name for thread in threading.enumerate()}
