"""Pieces as events, without a wire."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.playground.fakes import WORDS, Drawn, plan
from vivavoce.web.api.errors import Bad
from vivavoce.web.playground.lane import Lane
from vivavoce.web.playground.wire import understand


def run(mode: Any, words: list[str], size: int) -> list[dict[str, Any]]:
    lane = Lane(mode)
    return [e for n, p in enumerate(plan(mode, words, size), 1) for e in lane.take(p, n / 8)]


@given(
    st.sampled_from(["diffusion", "lossless", "ar"]),
    st.integers(1, len(WORDS)),
    st.integers(2, 12),
)
def test_the_texts_are_the_text_and_the_totals_are_what_was_told_last(mode, count, size):
    *forwards, done = run(mode, WORDS[:count], size)
    assert "".join(e["text"] for e in forwards) == "".join(WORDS[:count])
    last, totals = forwards[-1], done["totals"]
    assert last["tokens"] == totals["tokens"] == count
    assert last["forwards"] == totals["forwards"] == len(forwards)
    assert totals["tokens_per_forward"] == round(count / len(forwards), 3)
    assert totals["seconds"] == len(forwards) / 8
    assert totals["first_token_s"] == 1 / 8


@given(st.integers(1, len(WORDS)), st.integers(2, 12))
def test_text_before_a_block_and_what_stands_in_it_are_all_that_stands(count, size):
    """The page puts the block behind the text that stood when the block began."""
    stands, before, block = "", "", 0
    for event in run("diffusion", WORDS[:count], size)[:-1]:
        if event["block"] != block:
            before, block = stands, event["block"]
        stands += event["text"]
        settled = event["canvas"].index(None) if None in event["canvas"] else size
        assert before + "".join(event["canvas"][:settled]) == stands


def test_a_full_block_that_waits_for_other_texts_is_no_new_one():
    lane = Lane("diffusion")
    full = ("a", " b")
    seen = [
        lane.take(Drawn("a b", 2, full), 1.0),
        lane.take(Drawn("", 0, full), 2.0),
        lane.take(Drawn(" c", 1, (" c", None)), 3.0),
    ]
    assert [event["block"] for (event,) in seen] == [0, 0, 1]


def test_the_first_token_is_counted_when_it_comes_not_with_the_first_forward():
    lane = Lane("ar")
    lane.take(Drawn(), 1.0)
    lane.take(Drawn("a", 1), 1.5)
    assert lane.totals()["first_token_s"] == 1.5


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, ("prompt",)),
        ({"prompt": "a", "messages": [{"role": "user", "content": "b"}]}, ("prompt",)),
        ({"messages": [{"role": "user", "content": "b"}], "suffix": "c"}, ("suffix",)),
        ({"messages": []}, ("messages",)),
        ({"messages": [{"role": "tool", "content": "b"}]}, ("messages", 0, "role")),
        ({"prompt": ""}, ("prompt",)),
        ({"prompt": "a", "modes": []}, ("modes",)),
        ({"prompt": "a", "modes": ["ar", "ar"]}, ("modes",)),
        ({"prompt": "a", "modes": ["fast"]}, ("modes", 0)),
        ({"prompt": "a", "threshold": 0}, ("threshold",)),
        ({"prompt": "a", "block": 65}, ("block",)),
        ({"prompt": "a", "steps": 0}, ("steps",)),
        ({"prompt": "a", "max_tokens": 1025}, ("max_tokens",)),
        ({"prompt": "a", "temperature": -1}, ("temperature",)),
        ({"prompt": "a", "colour": 1}, ("colour",)),
    ],
)
def test_what_is_wrong_with_a_request_is_named(body, param):
    with pytest.raises(Bad) as bad:
        understand(body)
    assert bad.value.failure.path == param


def test_the_example_of_the_docs_is_a_request():
    docs = (Path(__file__).parents[3] / "docs/protocol.md").read_text()
    example = re.search(r"```json\n(.*?)```", docs[docs.index("### The playground") :], re.S)
    wish, modes = understand(json.loads(example[1]))
    assert modes == ("diffusion", "ar")
    assert wish.suffix


def test_a_gap_at_the_very_beginning_is_one_to_fill():
    wish, modes = understand({"prompt": "", "suffix": "b", "modes": ["lossless"]})
    assert (wish.prompt, wish.suffix, modes) == ("", "b", ("lossless",))
