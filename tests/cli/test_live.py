"""vivavoce talk, demo and serve."""

import json
import socket
from pathlib import Path

import pytest
import soundfile
from rapidfuzz import fuzz

from tests.cli.run import refused, vivavoce
from vivavoce.core import OUT_RATE

NEAR = 75
"""Of 100: among talkers the recogniser takes Australia for Austria now and then."""


@pytest.mark.real
def test_talk_without_a_sound_card_hears_silence_and_ends() -> None:
    done = vivavoce("talk", "--null", "--frames", 50)
    assert done.returncode == 0, done.stderr
    assert "Speak; Ctrl-C ends it." in done.stderr
    assert not done.stdout


@pytest.mark.real
def test_the_demo_leaves_three_files(tmp_path: Path) -> None:
    done = vivavoce("demo", "--out", tmp_path / "demo", within_s=200)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stdout
    said = [line for line in done.stdout.splitlines() if line.startswith("     you")]
    for wanted in ("sky is blue", "short version", "capital of Australia", "Thank you"):
        near = max(fuzz.partial_ratio(wanted.lower(), line.lower()) for line in said)
        assert near >= NEAR, f"the owner's {wanted!r} is not in {said}"
    assert len(said) <= 5, "more than one turn of the bystanders was answered"
    assert "(interrupted)" in done.stdout
    kept = sorted(path.name for path in (tmp_path / "demo").iterdir())
    assert kept == ["conversation.wav", "timeline.jsonl", "timeline.png"]
    found = [json.loads(x) for x in (tmp_path / "demo" / "timeline.jsonl").read_text().splitlines()]
    moves = {line["move"] for line in found if line["kind"] == "frame"}
    assert {"listen", "hold", "speak", "yield"} <= moves
    assert {line["side"] for line in found if line["kind"] == "word"} == {"user", "assistant"}
    sound, rate = soundfile.read(tmp_path / "demo" / "conversation.wav")
    assert rate == OUT_RATE
    assert abs(sound[:, 0]).max() > 0.05
    assert abs(sound[:, 1]).max() > 0.05


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken(command: str, tmp_path: Path) -> None:
    options = ["--serve", "--out", str(tmp_path)] if command == "demo" else []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(vivavoce(command, "--port", port, *options), "config")
    assert f"127.0.0.1:{port}" in line
    assert "--port" in line


def test_no_token_no_other_address() -> None:
    line = refused(vivavoce("serve", "--host", "0.0.0.0", "--port", 0), "config")
    assert "--token-file" in line
    assert "VIVAVOCE_TOKEN" in line


@pytest.mark.parametrize("token", [b"\n", b"\xff\xfe"])
@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_a_token_file_without_a_token_is_refused(tmp_path: Path, token: bytes, host: str) -> None:
    (tmp_path / "token").write_bytes(token)
    options = ["--host", host, "--port", 0, "--token-file", tmp_path / "token"]
    assert str(tmp_path / "token") in refused(vivavoce("serve", *options), "config")


def test_an_address_of_another_machine() -> None:
    options = ["--host", "192.0.2.1", "--port", 0]
    line = refused(vivavoce("serve", *options, VIVAVOCE_TOKEN="secret"), "config")
    assert "192.0.2.1" in line
    assert "secret" not in line
