"""What the benchmarks compute from what they measured."""

import json
import signal
import subprocess
import sys
import time
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import gap, load, wer
from bench.bargein import heard_words
from bench.client import Pipecat
from bench.command import finish
from bench.material import clips
from bench.picture import draw
from bench.report import report
from bench.servers import process
from bench.stats import spread, table
from vivavoce.core import Pcm

WORDS = st.lists(st.sampled_from(["one", "two", "three", "four"]), max_size=12)


def test_the_spread_is_in_milliseconds_and_empty_where_nothing_was_measured():
    assert spread([0.1, 0.2, 0.3]) == {"n": 3, "p50_ms": 200, "p90_ms": 280, "p95_ms": 290}
    assert spread([]) == {"n": 0, "p50_ms": None, "p90_ms": None, "p95_ms": None}


def test_a_table_has_columns_as_wide_as_their_widest_cell():
    assert table(["a", "long"], [("wide", 1)]).splitlines() == [
        "a     long",
        "----  ----",
        "wide  1   ",
    ]


@pytest.mark.parametrize(
    ("whole", "heard", "words"),
    [
        ("Bread is made by mixing flour, water", "Bread is made", 3),
        ("Bread is made by mixing flour, water", "Red is made", 3),
        ("Bread is made by mixing flour, water", "", 0),
        ("Bread is made", "Bread is made", 3),
        ("", "something", 0),
        ("the cat and the dog and the bird", "the cat and the", 4),
    ],
)
def test_heard_words_are_the_nearest_beginning_of_the_answer(whole, heard, words):
    assert heard_words(whole, heard) == words


@given(WORDS, st.integers(0, 12))
def test_a_true_beginning_is_always_found(words, n):
    heard = words[:n]
    assert heard_words(" ".join(words), " ".join(heard)) == len(heard)


def test_word_errors_are_counted_after_normalisation_over_all_files_together():
    row = {"text": "It's 5 o'clock.", "streamed": "it is five oclock", "whole": "it's 5 o'clock"}
    other = {
        "text": "one two three four",
        "streamed": "one two three",
        "whole": "one two three for",
    }
    found = wer.compared([row, other])
    assert found["files"] == 2
    assert found["streamed"] == pytest.approx(found["lost_points"] + found["whole"])
    assert wer.rate(["a b c d"], ["a b x d"]) == 25.0
    assert "streamed" not in wer.compared([{**row, "text": ""}])


def asked(gap_s: float | None, early: bool = False, others: float = 0.0, ms: float = 0.0) -> Any:
    stages = {"final_words": ms, "first_sound": 2 * ms}
    return {"gap_s": gap_s, "early": early, "others_cores": others, "stages": stages}


def test_an_early_answer_has_no_gap_and_is_no_missing_answer():
    rows = [asked(0.5, ms=100), asked(None, early=True, ms=200), asked(None, ms=300)]
    found = gap.summary([*rows, asked(1.5, others=1.0, ms=400)])
    assert (found["n"], found["asked"], found["unanswered"]) == (2, 4, 1)
    assert found["early_share"] == 0.25
    assert found["p50_ms"] == 1000
    assert found["undisturbed"]["p50_ms"] == 500
    assert found["stages_ms"] == {"final_words": 300, "first_sound": 600}


def test_every_question_says_where_its_speech_ends():
    questions = clips("questions")
    assert len(questions) >= 20
    assert len({clip.voice for clip in questions}) >= 4
    for clip in questions[:3]:
        pcm = clip.pcm(24_000)
        end = round(clip.speech_end_s * 24_000)
        assert clip.speech_start_s < clip.speech_end_s <= pcm.size / 24_000
        assert np.abs(pcm[end - 2_400 : end]).max() > 3 * np.abs(pcm[end + 480 :]).max()


class Ear:
    """Keeps what a wire hears."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.flushed = 0
        self.notes: list[str] = []

    def sound(self, item: str, pcm: Pcm) -> None:
        self.items.append(item)

    def flush(self) -> None:
        self.flushed += 1

    def note(self, event: dict[str, Any]) -> None:
        self.notes.append(event["type"])


def test_pipecats_sound_after_an_interruption_is_another_item():
    wire, ear = Pipecat("ws://nowhere"), Ear()
    for message in (b"\x00\x01", '{"type": "user"}', '{"type": "interruption"}', b"\x00\x01"):
        wire.hear(message, ear)
    assert (ear.items, ear.flushed) == (["turn 0", "turn 1"], 1)
    assert ear.notes == ["user", "interruption"]
    assert wire.voice(np.zeros(320, np.float32)) == bytes(640)


def results() -> dict[str, Any]:
    """One that has every part; its numbers stand nowhere else."""
    rows = {
        "ours": [asked(0.1 * n, ms=10 * n) for n in range(1, 9)],
        "pipecat": [asked(0.3 * n, ms=30 * n) for n in range(1, 9)],
    }
    spreads = spread([0.1, 0.2])
    return {
        "machine": {"cpu": "a test", "cores": 2},
        "gap": {name: gap.summary(r) for name, r in rows.items()}
        | {"ratio_p50": 0.33, "ratio_p90": 0.33},
        "bargein": {
            "interruptions": 3, "interruption": spreads, "duck": spreads, "yielded_share": 1.0,
            "history_within_one_word": 1.0, "backchannels": 2, "went_on_share": 0.5,
        },
        "wer": {
            "all": {"files": 2, "streamed": 6.0, "whole": 5.0, "lost_points": 1.0},
            "final_after_speech_p50_ms": None,
        },
        "idle": {"idle_share_of_a_core": 0.1, "rss_gb": 1.5, "ready_s": 3.0, "help_ms": 100},
        "load": {"conversations": 2, "levels": [{"users": 1}, {"users": 2}]},
        "details": {"gap": rows},
    }  # fmt: skip


def test_the_report_is_one_markdown_table_of_what_was_measured():
    lines = report(results()).splitlines()
    cells = [line.split("|") for line in lines if line.startswith("|")]
    assert {len(row) for row in cells} == {6}
    said = {row[1].strip(): (row[3].strip(), row[4].strip()) for row in cells}
    assert said["gap to the answer, p50 ms"] == ("450", "1350")
    assert said["our gap over Pipecat's, p50 / p90"] == ("0.33 / 0.33", "")
    assert said["lost by streaming, points"] == ("+1.00", "")
    assert said["conversations at once before p90 doubles"] == ("2 (no more were tried)", "")
    only = {"machine": None, "idle": results()["idle"]}
    assert len(report(only).splitlines()) == 6


def test_the_report_of_one_server_says_nothing_of_the_other():
    part = results()["gap"]
    text = report({"ours": {"ours": part["ours"]}})
    assert "took" not in text
    assert "450" in text
    assert "–" in text


def test_the_picture_is_drawn_from_the_kept_questions_only(tmp_path):
    draw(results(), tmp_path / "gaps.png")
    assert (tmp_path / "gaps.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="--only gap"):
        draw({"details": {}}, tmp_path / "none.png")


def test_users_at_once_are_shown_level_by_level():
    levels = [{"users": 1, "p50_ms": 1, "p90_ms": 2, "unanswered": 0}]
    assert load.show({"levels": levels}).splitlines()[-1].split() == ["1", "1", "2", "0"]


def test_the_last_line_is_json_without_details_and_the_file_has_them(tmp_path, capsys):
    finish("gap", {"p50_ms": 5, "details": [1]}, tmp_path / "all.json")
    assert json.loads(capsys.readouterr().out) == {"bench": "gap", "p50_ms": 5}
    kept = json.loads((tmp_path / "all.json").read_text())
    assert kept == {"bench": "gap", "p50_ms": 5, "details": [1]}


SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_server_is_gone_when_its_measurement_is_stopped():
    with pytest.raises(KeyboardInterrupt), process(SLEEP, lambda: True) as (child, _, _):
        raise KeyboardInterrupt
    assert not child.is_running()


def test_a_server_that_dies_while_starting_shows_its_log():
    dies = [sys.executable, "-c", "print('no weights'); raise SystemExit(3)"]
    with pytest.raises(SystemExit, match="no weights"), process(dies, lambda: False):
        pass


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_benchmark_exits_with_130_and_leaves_nothing_running(tmp_path, signum):
    script = tmp_path / "slow.py"
    script.write_text(
        "import sys, time\n"
        "from bench.command import run, say\n"
        "from bench.servers import process\n"
        "def measure():\n"
        f"    with process({SLEEP!r}, lambda: True) as p:\n"
        "        say(f'child {p[0].pid}')\n"
        "        time.sleep(60)\n"
        "run('slow', measure, str, None)\n"
    )
    env_path = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    bench = subprocess.Popen(
        [sys.executable, script], stderr=subprocess.PIPE, text=True, env=env_path
    )
    assert bench.stderr is not None
    child = int(bench.stderr.readline().split()[1])
    bench.send_signal(signum)
    assert "stopped" in bench.stderr.read()
    bench.stderr.close()
    assert bench.wait(10) == 130
    by = time.monotonic() + 5
    while psutil.pid_exists(child) and time.monotonic() < by:
        time.sleep(0.05)
    assert not psutil.pid_exists(child)
