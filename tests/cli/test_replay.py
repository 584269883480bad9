"""vivavoce replay: any audio file through the whole real chain, the same every time."""

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.cli.run import refused, vivavoce
from tests.clips import DATA
from tests.e2e.sounds import quiet, said, typed, words
from vivavoce.audio.files import read, write_wav
from vivavoce.core import OUT_RATE

MOVES = {"idle", "listen", "hold", "speak", "duck", "yield", "nod"}
BAND = ["echo", "speech", "owner", "other", "addressed", "turn_end", "backchannel"]


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "question.wav"
    write_wav(path, np.concatenate([quiet(0.5), said("questions", "q01"), quiet(3)]), OUT_RATE)
    return path


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "timeline.jsonl").read_text().splitlines()]


@pytest.mark.real
def test_a_question_is_answered_and_kept(question: Path, tmp_path: Path) -> None:
    done = vivavoce("replay", question, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (_, asked), (_, answered) = [(t["side"], t["text"]) for t in told["turns"]]
    assert words(asked) == words("What is the capital of Australia?")
    assert "Canberra" in answered
    assert [Path(f).name for f in told["files"]] == [
        "timeline.jsonl",
        "conversation.wav",
        "timeline.png",
    ]
    _check_lines(lines(tmp_path), asked, answered)
    with wave.open(str(tmp_path / "conversation.wav")) as kept:
        assert (kept.getnchannels(), kept.getframerate()) == (2, OUT_RATE)
    both = soundfile.read(tmp_path / "conversation.wav")[0]
    assert np.abs(both[: 2 * OUT_RATE, 1]).max() == 0  # we said nothing while the user spoke
    assert np.abs(both[:, 1]).max() > 0.05
    png = (tmp_path / "timeline.png").read_bytes()
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert png.startswith(b"\x89PNG")
    assert width > 800
    assert height > 300

    again = vivavoce("replay", question, "--out", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    assert lines(tmp_path / "again") == lines(tmp_path)
    sound = [(tmp_path / folder / "conversation.wav").read_bytes() for folder in (".", "again")]
    assert sound[0] == sound[1]


def test_where_nothing_can_be_written_no_conversation_is_held(tmp_path: Path) -> None:
    write_wav(tmp_path / "in.wav", quiet(1), OUT_RATE)
    (tmp_path / "file").write_text("")
    nowhere = tmp_path / "file" / "out"
    done = vivavoce("replay", tmp_path / "in.wav", "--out", nowhere, VIVAVOCE_WEIGHTS=tmp_path)
    assert "name another place by --out" in refused(done, "refused")


@pytest.mark.real
def test_the_owners_turns_say_whose_they_are_and_nothing_is_kept(tmp_path: Path) -> None:
    asked = "What is the capital of Australia, and how many people live in that city today?"
    question = typed(asked)
    request = typed("Please remember my voice. My name is Anna.")
    write_wav(tmp_path / "owner.wav", np.concatenate([question, question]), OUT_RATE)
    turns_said = [quiet(0.5), question, quiet(10), question, quiet(10), request, quiet(2)]
    talk = np.concatenate(turns_said)
    write_wav(tmp_path / "talk.wav", talk, OUT_RATE)
    done = vivavoce(
        *("replay", tmp_path / "talk.wav", "--enroll", tmp_path / "owner.wav"),
        *("--out", tmp_path / "out", "--json"),
        within_s=300,
        VIVAVOCE_PEOPLE=tmp_path / "people",
    )
    assert done.returncode == 0, done.stderr
    turns = json.loads(done.stdout)["turns"]
    owners = [turn for turn in turns if turn["side"] == "user"]
    assert [turn["name"] for turn in owners] == ["owner"] * 3
    assert all(turn["confidence"] > 0.9 for turn in owners)
    assert "I know your voice now" in turns[-1]["text"]
    assert not (tmp_path / "people").exists()
    found = lines(tmp_path / "out")
    assert [line["name"] for line in found if line["kind"] == "speaker"] == ["owner"] * 3
    assert {line["person"] for line in found if line["kind"] == "frame"} == {"owner"}


def _check_lines(found: list[dict[str, Any]], asked: str, answered: str) -> None:
    """The form that the command promises."""
    frames = [line for line in found if line["kind"] == "frame"]
    for index, frame in enumerate(frames):
        assert list(frame) == ["kind", "t", "p", "move", "why"]
        assert frame["t"] == pytest.approx(index * 0.08, abs=0.0006)
        assert list(frame["p"]) == BAND
        assert all(0 <= p <= 1 for p in frame["p"].values())
        assert frame["move"] in MOVES
        assert frame["why"]
    spoken = [line for line in found if line["kind"] == "word"]
    for word in spoken:
        assert list(word) == ["kind", "side", "text", "start", "end"]
        assert 0 <= word["start"] <= word["end"]
    by_side = {
        side: " ".join(w["text"] for w in spoken if w["side"] == side)
        for side in ("user", "assistant")
    }
    assert by_side == {"user": asked, "assistant": answered}


@pytest.mark.real
def test_only_listening_takes_any_format(question: Path, tmp_path: Path) -> None:
    pcm = read(question, 48_000)
    stereo = np.stack([pcm, pcm], axis=1)
    for name in ("a.mp3", "a.ogg"):
        soundfile.write(tmp_path / name, stereo, 48_000)
        done = vivavoce("replay", tmp_path / name, "--no-reply", "--out", tmp_path / "o", "--json")
        assert done.returncode == 0, done.stderr
        (turn,) = json.loads(done.stdout)["turns"]
        assert words(turn["text"]) == words("What is the capital of Australia?")
    assert not [line for line in lines(tmp_path / "o") if line["kind"] == "reply"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "is not a file"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_text("This is no sound.\n" * 200), "is not audio"),
        (lambda path: path.write_bytes(b"RIFF\x24\x00\x00\x00WAVE"), "can be read"),
        (
            lambda path: path.write_bytes((DATA / "questions" / "q01.flac").read_bytes()[5000:]),
            "can be read",
        ),
    ],
    ids=["missing", "folder", "empty", "text", "header only", "headless"],
)
def test_what_is_no_recording(make: Any, says: str, tmp_path: Path) -> None:
    path = tmp_path / "recording.wav"
    make(path)
    line = refused(vivavoce("replay", path, "--out", tmp_path / "out"), "bad_audio")
    assert says in line
    assert str(path) in line
    assert not (tmp_path / "out").exists()


@pytest.mark.real
def test_a_torn_recording_is_used_as_far_as_it_goes(question: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.wav"
    torn.write_bytes(question.read_bytes()[: 2 * OUT_RATE * 5 // 2])
    done = vivavoce("replay", torn, "--no-reply", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "was cut off" in done.stderr
    assert "capital of Australia" in done.stdout


@pytest.mark.real
def test_a_folder_that_cannot_be_made(question: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = vivavoce("replay", question, "--no-reply", "--out", tmp_path / "file" / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "file" in done.stderr
