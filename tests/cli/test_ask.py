"""vivavoce ask, with the real model and the real voice."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.run import refused, vivavoce
from tests.e2e.sounds import differs, understood, words
from vivavoce.audio.files import read
from vivavoce.core import OUT_RATE


@pytest.mark.real
def test_an_answer_on_standard_output() -> None:
    done = vivavoce("ask", "What is the capital of Australia?")
    assert done.returncode == 0, done.stderr
    assert "Canberra" in done.stdout


@pytest.mark.real
def test_json_and_a_spoken_answer_from_standard_input(tmp_path: Path) -> None:
    spoken = tmp_path / "answer.wav"
    done = vivavoce("ask", "--json", "--say", spoken, said="Who wrote Romeo and Juliet?\n")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["question"] == "Who wrote Romeo and Juliet?"
    assert told["usage"]["tokens_in"] > 0
    assert told["usage"]["tokens_out"] > 0
    heard = understood(read(spoken, OUT_RATE))
    assert "shakespeare" in words(heard)
    assert differs(told["answer"], heard) <= 0.25, (told["answer"], heard)


@pytest.mark.real
def test_a_limit_cuts_the_answer() -> None:
    done = vivavoce("ask", "--json", "--max-tokens", 5, "Tell me a long story.")
    usage = json.loads(done.stdout)["usage"]
    assert usage["tokens_out"] - usage["tokens_thought"] == 5


def test_no_question() -> None:
    done = vivavoce("ask", said="  \n")
    assert done.returncode == 2
    assert "nothing to ask; try:" in done.stderr


def test_a_question_longer_than_anybody_asks() -> None:
    assert "shorten it" in refused(vivavoce("ask", said="why " * 4100), "refused")


@pytest.mark.real
def test_a_question_longer_than_the_model_can_read() -> None:
    numbers = " ".join(map(str, np.arange(3000)))
    done = vivavoce("ask", "--max-tokens", 8, said=numbers[:15_900])
    if done.returncode:
        assert "shorten" in refused(done, "refused")
    else:
        assert done.stdout.strip()


@pytest.mark.real
def test_where_the_speech_goes_must_be_writable(tmp_path: Path) -> None:
    done = vivavoce("ask", "--max-tokens", 5, "--say", tmp_path / "no" / "a.wav", "Say hello.")
    assert str(tmp_path / "no") in refused(done, "refused")
    assert not done.stdout  # it was not even asked


@pytest.mark.real
def test_a_budget_of_thinking_is_held_to_the_token() -> None:
    model = "qwen2.5-coder-1.5b-instruct"
    question = "A shirt costs 12 dollars, a hat 7. What do two shirts and a hat cost?"
    how = ("--json", "--no-experts", "--model", model, "--think", 24, "--chains", 1)
    done = vivavoce("ask", *how, question)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["usage"]["budget"] == {"asked": 24, "granted": 24, "kept": "exact"}
    assert 0 < told["usage"]["tokens_thought"] <= 24
    assert told["answer"].strip()
    assert told["model"] == model
