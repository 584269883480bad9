"""--help teaches, and does not make anybody wait."""

import time

import pytest

from tests.cli.run import vivavoce

TEACHES = {
    "ask": ["QUESTION", "--say", "--json", "standard", "WAV", "--think", "--schema", "--image"],
    "chat": ["/help", "--think", "--chains", "--model", "--stays-here", "pipe", "Ctrl-C"],
    "models": ["--json", "Nothing is loaded"],
    "talk": ["microphone", "--record", "Ctrl-C", "headphones"],
    "serve": ["/v1/realtime", "--token-file", "VIVAVOCE_TOKEN", "--record", "8765"],
    "replay": [
        "RECORDING",
        "--out",
        "--no-reply",
        "--enroll",
        "--owner",
        "timeline.jsonl",
        "conversation.wav",
    ],
    "demo": ["--out", "--serve", "no microphone"],
    "people": ["enrol", "list", "show", "forget", "never sound"],
    "weights": ["list", "pull", "verify", "where"],
    "diffusion": ["generate", "infill", "bench", "lossless", "vivavoce[diffusion]"],
    "train": ["ears"],
}


def test_the_root_names_every_command() -> None:
    shown = vivavoce("--help")
    assert shown.returncode == 0
    for command in TEACHES:
        assert f"  {command} " in shown.stdout


@pytest.mark.parametrize("command", TEACHES)
def test_a_command_says_what_it_does_and_takes(command: str) -> None:
    shown = vivavoce(command, "--help")
    assert shown.returncode == 0
    assert not shown.stderr
    for word in TEACHES[command]:
        assert word in shown.stdout, shown.stdout


def test_help_loads_no_models() -> None:
    took = []
    for _ in range(3):
        began = time.monotonic()
        vivavoce("serve", "--help")
        took.append(time.monotonic() - began)
    assert min(took) < 1.5  # 0.2 s on an idle machine; numpy and the engines alone take 3 s


def test_a_wrong_command_and_a_wrong_option_say_so() -> None:
    for arguments in (["sing"], ["serve", "--colour"], ["serve", "--port", "70000"], ["replay"]):
        done = vivavoce(*arguments)
        assert done.returncode == 2
        assert "Try 'vivavoce" in done.stderr
