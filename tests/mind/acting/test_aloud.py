"""What a tool told is heard as a sentence, never as data."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.experts import Result
from vivavoce.mind.acting.aloud import facts, spoken

TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=12,
)


def heard(value: object) -> str:
    return spoken(Result(json.dumps(value, ensure_ascii=False)), "bins_next_collection")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"temperature": 21.5, "windowOpen": False}, "Temperature is 21.5 and window open: no."),
        ({"name": "blue bin", "next_collection": "2026-05-05"},
         "Blue bin and next collection is 2026-05-05."),
        ({"at": "2026-05-05T07:30:00"}, "At is 2026-05-05 at 07:30."),
        ({"data": {"items": [{"id": 4, "name": "blue"}, {"id": 5, "name": "green"}]}},
         "There are 2: blue and green."),
        ([], "There are none."),
        ([1, 2, 3], "There are 3: 1, 2 and 3."),
        ({"ok": True}, "Done: bins next collection."),
        ({"id": "2b3f9d6e-0f5c-4c1b-9a11-0c7f2f1d9e11", "status": "created"},
         "Done: bins next collection."),
        ({"message": "The street is not known"}, "The street is not known."),
        ({f"fact {i}": i for i in range(9)},
         "Fact 0 is 0, fact 1 is 1, fact 2 is 2, fact 3 is 3 and 5 more."),
        ({"api_token": "hunter2", "bin": "blue"}, "Bin is blue."),
    ],
)  # fmt: skip
def test_data_are_put_into_words(value: object, said: str) -> None:
    assert heard(value) == said


def test_a_tools_own_sentence_stays_as_it_is() -> None:
    assert spoken(Result('{"a": 1}', "The lamp is on."), "home_lamp") == "The lamp is on."
    assert spoken(Result("timer set"), "time_set") == "Timer set."


def test_a_failure_is_told_in_words() -> None:
    result = Result('the server answers 404: {"detail": "no such street"}', failed=True)
    said = "That did not work: the server answers 404: no such street."
    assert spoken(result, "bins_next") == said
    assert spoken(Result("", failed=True), "bins_next") == "That did not work."


def test_several_blocks_of_data_are_one_list() -> None:
    assert spoken(Result('{"name": "a"}\n{"name": "b"}'), "x_y") == "There are 2: a and b."


def test_data_that_were_cut_are_not_read_aloud() -> None:
    text = json.dumps({"rows": list(range(9000))})[:20_000] + " … (cut here)"
    assert spoken(Result(text), "x_y") == "It is too long to be read aloud."


def test_a_long_text_ends_with_a_sentence() -> None:
    said = spoken(Result("All is well here. " * 100), "x_y")
    assert said.endswith("here. There is more.")
    assert len(said) < 450


def test_a_page_is_heard_without_its_marks() -> None:
    assert spoken(Result("<html><body><p>Open until six</p></body></html>"), "x_y") == (
        "Open until six."
    )


@pytest.mark.parametrize("text", ["the kitchen [main] light is on", "{see below", "a [1] b"])
def test_brackets_in_a_sentence_are_no_data(text: str) -> None:
    assert spoken(Result(text), "x_y")[1:] == f"{text}."[1:]


@given(TREE)
def test_whatever_data_hold_no_bracket_of_theirs_is_heard(value: object) -> None:
    said = facts(value)
    theirs = json.dumps(value, ensure_ascii=False)
    if not any(c in said for c in '{}[]"'):
        return
    texts = [t for t in _strings(json.loads(theirs)) if any(c in t for c in '{}[]"')]
    assert texts, said


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(t for inner in value.values() for t in _strings(inner))]
    return [t for inner in value for t in _strings(inner)] if isinstance(value, list) else []


@given(st.text(max_size=300))
def test_any_text_is_a_sentence(text: str) -> None:
    said = spoken(Result(text), "x_y")
    assert said
    assert said[-1] in ".!?…"
