"""Yes, no, undo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.mind.acting.yes import answered, digits, undo


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes, please.", "yeah do it", "ok go ahead", "Sure.", "yes 4 8 2 1", "of course"],
)
def test_a_yes(text: str) -> None:
    assert answered(text) is True


@pytest.mark.parametrize(
    "text",
    ["no", "No, thanks.", "no, don't", "never mind", "cancel that", "yes no wait", "not now",
     "no, not yet", "maybe later"],
)  # fmt: skip
def test_a_no(text: str) -> None:
    assert answered(text) is False


@pytest.mark.parametrize(
    "text",
    ["", "yes and turn on the radio", "no lamps at all", "what", "yesterday", "nobody is here",
     "sure about that?", "please"],
)  # fmt: skip
def test_something_else(text: str) -> None:
    assert answered(text) is None


@pytest.mark.parametrize("text", ["undo", "Undo that.", "put it back", "please take that back"])
def test_an_undo(text: str) -> None:
    assert undo(text)


@pytest.mark.parametrize("text", ["undo the knot", "put the milk back on the list", "back"])
def test_no_undo(text: str) -> None:
    assert not undo(text)


def test_a_pin_may_be_said_in_words() -> None:
    assert digits("yes, four 8 two one please") == "4821"
    assert digits("oh yes, four oh two one") == "4021"
    assert digits("oh, okay") == ""


@given(st.text(max_size=200))
def test_any_text_is_read_to_its_end(text: str) -> None:
    assert answered(text) in (True, False, None)
