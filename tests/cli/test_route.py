"""vivavoce route explains a decision and asks nobody."""

import json
from pathlib import Path

import pytest

from tests.cli.run import refused, vivavoce

BOOK = """
[models.claude]
kind = "anthropic"
on = {on}
model = "claude-sonnet"
key_env = "NO_SUCH_KEY"
context_tokens = 200000
images = true
usd_in = 3.0
usd_out = 15.0
quality = 0.95
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "models.toml"
    path.write_text(BOOK.format(on="true"), "utf-8")
    return path


def test_a_decision_is_a_table_with_its_reason(tmp_path: Path) -> None:
    done = vivavoce("route", "What is a leap year?", XDG_CONFIG_HOME=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("-> qwen2.5-coder-")
    assert "expected right" in done.stdout
    for column in ("model", "thinks", "votes", "right", "cost", "first", "whole", "worth"):
        assert column in done.stdout
    assert "qwen2.5-coder-0.5b-instruct " in done.stdout


def test_no_weight_is_needed_to_explain(tmp_path: Path) -> None:
    empty = {"VIVAVOCE_WEIGHTS": tmp_path, "XDG_CONFIG_HOME": tmp_path, "HOME": tmp_path}
    done = vivavoce("route", "Hello", **empty)
    assert done.returncode == 0, done.stderr
    assert "vivavoce weights pull qwen2.5-coder-0.5b-instruct" in done.stdout


def test_stop_goes_to_no_model(tmp_path: Path) -> None:
    done = vivavoce("route", "--json", "--spoken", "Stop!", XDG_CONFIG_HOME=tmp_path)
    told = json.loads(done.stdout)
    assert told["model"] == "none"
    assert told["candidates"] == []


def test_json_tells_what_was_weighed_and_what_was_said(tmp_path: Path) -> None:
    done = vivavoce(
        "route", "--json", "Think about it for a minute: is 391 prime?", XDG_CONFIG_HOME=tmp_path
    )
    told = json.loads(done.stdout)
    assert told["wishes"] == "think for 60 s"
    assert told["thinking"] >= 600
    assert told["candidates"][0]["model"] == told["model"]
    assert 0 < told["candidates"][0]["right"] < 1


def test_the_owners_book_counts_and_what_stays_here_does_not_reach_it(book: Path) -> None:
    asked = ("Ask Claude what a leap year is", "--json", "--models", book)
    assert json.loads(vivavoce("route", *asked).stdout)["model"] == "claude"
    private = json.loads(vivavoce("route", *asked, "--stays-here").stdout)
    assert private["model"] != "claude"
    assert "stays here" in private["refused"]["claude"]


def test_a_model_that_is_off_is_no_candidate(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(BOOK.format(on="false"), "utf-8")
    told = json.loads(vivavoce("route", "--json", "Hello", "--models", path).stdout)
    assert "claude" not in {c["model"] for c in told["candidates"]}
    assert "on = true" in told["missing"]["claude"]


def test_a_picture_that_nobody_can_look_at_is_refused(tmp_path: Path) -> None:
    done = vivavoce("route", "--image", "What is this?", XDG_CONFIG_HOME=tmp_path)
    assert "can't look at images" in refused(done, "refused")


def test_tools_are_counted_as_text_that_is_read(tmp_path: Path) -> None:
    few, many = (
        json.loads(vivavoce("route", "--json", "--tools", n, "Hi", XDG_CONFIG_HOME=tmp_path).stdout)
        for n in (1, 100)
    )
    assert many["candidates"][0]["first_s"] > few["candidates"][0]["first_s"]


def test_a_conversation_stays_where_it_was(tmp_path: Path) -> None:
    last = "qwen2.5-coder-1.5b-instruct"
    done = vivavoce("route", "--json", "--last", last, "And why?", XDG_CONFIG_HOME=tmp_path)
    assert json.loads(done.stdout)["model"] == last


def test_nothing_to_route_and_an_unknown_model(tmp_path: Path) -> None:
    assert "nothing to route; try:" in vivavoce("route", said=" \n").stderr
    done = vivavoce("route", "--last", "gpt-9", "Hi", XDG_CONFIG_HOME=tmp_path)
    assert done.returncode == 2
    assert "there are: qwen2.5-coder-1.5b-instruct" in done.stderr
