"""vivavoce people, and a replay with an owner."""

import json
import stat
from pathlib import Path

import numpy as np
import pytest

from tests.cli.run import Done, refused, vivavoce
from tests.clips import DATA, clips
from vivavoce.audio.files import write_wav
from vivavoce.core import IN_RATE, Pcm

VOICES = sorted((DATA / "passages").glob("*.flac"))


class Home:
    """A machine's people, in a folder of the test's own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def people(self, *arguments: object) -> Done:
        return vivavoce("people", *arguments, VIVAVOCE_PEOPLE=self.root)

    def names(self) -> list[str]:
        return [row["name"] for row in json.loads(self.people("list", "--json").stdout)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "people")


def wav(folder: Path, pcm: Pcm) -> Path:
    path = folder / "recording.wav"
    write_wav(path, pcm.astype(np.float32), IN_RATE)
    return path


def test_nobody_is_known_at_first(home: Home) -> None:
    assert home.people("list").stdout == "nobody is known yet\n"
    assert home.names() == []
    refused(home.people("show", "Anna"), "unknown_person")
    refused(home.people("forget", "Anna"), "unknown_person")
    assert not home.root.exists()


@pytest.mark.real
def test_a_voice_is_learned_shown_added_to_and_forgotten(home: Home) -> None:
    done = home.people("enrol", "Anna", VOICES[0], "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["name"] == "Anna"
    assert 5 <= row["seconds"] <= 30
    (path,) = home.root.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_size < 20_000  # vectors, no sound

    taken = refused(home.people("enrol", "anna", VOICES[0]), "name_taken")
    assert "--again" in taken
    assert home.people("enrol", "Anna", "--more", VOICES[0]).returncode == 0
    assert json.loads(home.people("show", "anna", "--json").stdout)["recordings"] == 2
    refused(home.people("enrol", "Anna", "--more", VOICES[1]), "two_voices")
    assert home.people("enrol", "Anna", "--again", VOICES[1]).returncode == 0
    assert "recordings  1" in home.people("show", "Anna").stdout

    assert home.people("enrol", "Zoë", VOICES[2]).returncode == 0
    assert home.names() == ["Anna", "Zoë"]
    assert home.people("forget", "ANNA").stdout == "ANNA: gone\n"
    assert home.names() == ["Zoë"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda one, other: one[: 2 * IN_RATE], "too_short"),
        (lambda one, other: np.zeros(10 * IN_RATE), "silent"),
        (lambda one, other: 0.001 * one, "too_quiet"),
        (lambda one, other: 30 * one, "too_loud"),
        (lambda one, other: np.concatenate([one[: 6 * IN_RATE], other]), "two_voices"),
    ],
    ids=["short", "silent", "quiet", "clipped", "two"],
)
def test_a_recording_that_is_unfit_leaves_nothing(  # type: ignore[no-untyped-def]
    make, code: str, home: Home, tmp_path: Path
) -> None:
    one, other = (said.pcm for said in clips("passages")[:2])
    refused(home.people("enrol", "Anna", wav(tmp_path, make(one, other))), code)
    assert not home.root.exists()


def test_what_is_no_recording_and_what_is_no_name(home: Home, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("This is no sound.\n" * 200)
    refused(home.people("enrol", "Anna", tmp_path / "nothing.wav"), "bad_audio")
    refused(home.people("enrol", "Anna", tmp_path / "text.wav"), "bad_audio")
    for name in ("", "../anna", "a/b", "x" * 50):
        refused(home.people("enrol", name, VOICES[0]), "bad_name")
    assert not home.root.exists()


def test_files_or_the_microphone_but_not_both_and_not_neither(home: Home) -> None:
    for arguments in (["Anna"], ["Anna", VOICES[0], "--mic"], ["Anna", "--again", "--more", "x"]):
        done = home.people("enrol", *arguments)
        assert done.returncode == 2, done.stderr
        assert "--" in done.stderr


@pytest.mark.real
def test_a_microphone_that_hears_nothing(home: Home) -> None:
    done = home.people("enrol", "Anna", "--mic", "--null", "--seconds", 5)
    refused(done, "silent")
    assert "Speak for 5 s" in done.stderr
    assert not home.root.exists()


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine may have a microphone")
def test_no_microphone_at_all(home: Home) -> None:
    line = refused(home.people("enrol", "Anna", "--mic"), "refused")
    assert "microphone" in line
    assert not home.root.exists()


@pytest.mark.real
def test_a_damaged_person_does_not_cost_the_others(home: Home) -> None:
    assert home.people("enrol", "Anna", VOICES[0]).returncode == 0
    (home.root / "bob.json").write_text("{")
    shown = home.people("list")
    assert "Anna, owner: " in shown.stdout
    assert "vivavoce people forget 'bob'" in shown.stderr
    refused(home.people("show", "Bob"), "person_damaged")
    assert home.people("enrol", "Bob", "--again", VOICES[1]).returncode == 0
    assert home.names() == ["Anna", "Bob"]


def test_without_the_network_it_says_what_to_run(home: Home, tmp_path: Path) -> None:
    done = vivavoce(
        "people",
        "enrol",
        "Anna",
        VOICES[0],
        VIVAVOCE_PEOPLE=home.root,
        VIVAVOCE_WEIGHTS=tmp_path / "nothing",
    )
    assert "vivavoce weights pull" in refused(done, "weights_missing")


@pytest.mark.real
def test_a_replay_takes_an_owner_without_keeping_one(home: Home, tmp_path: Path) -> None:
    question = DATA / "questions" / "q01.flac"
    replay = ("replay", question, "--no-reply", "--out", tmp_path / "out", "--json")
    done = vivavoce(*replay, "--enroll", VOICES[0], VIVAVOCE_PEOPLE=home.root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["owner"] == "owner"
    assert not home.root.exists()
    unfit = vivavoce(*replay, "--enroll", question, VIVAVOCE_PEOPLE=home.root)
    refused(unfit, "too_short")
    refused(vivavoce(*replay, "--owner", "Anna", VIVAVOCE_PEOPLE=home.root), "unknown_person")
    assert home.people("enrol", "Anna", VOICES[0]).returncode == 0
    known = vivavoce(*replay, "--owner", "anna", VIVAVOCE_PEOPLE=home.root)
    assert json.loads(known.stdout)["owner"] == "Anna"


@pytest.mark.real
def test_the_first_one_is_the_owner_and_ranks_can_be_changed(home: Home) -> None:
    for name, clip in zip(("Anna", "Tim"), VOICES, strict=False):
        done = home.people("enrol", name, clip)
        assert done.returncode == 0, done.stderr
    assert home.people("rank", "Tim", "child").returncode == 0
    rows = json.loads(home.people("list", "--json").stdout)
    assert [(row["name"], row["rank"]) for row in rows] == [("Anna", "owner"), ("Tim", "child")]
    refused(home.people("rank", "Nobody", "adult"), "unknown_person")
