"""What puts right what was said before."""

import pytest

from vivavoce.experts.correcting import corrects


@pytest.mark.parametrize(
    "words",
    [
        "no, make it ten",
        "make that half an hour",
        "Sorry, I meant Tuesday.",
        "um, actually, at six",
        "no at six",
        "wait, no, the other list",
        "I said fifteen",
        "ten minutes instead",
        "change it to seven",
    ],
)
def test_a_correction(words: str) -> None:
    assert corrects(words)


@pytest.mark.parametrize(
    "words",
    [
        "set a timer for ten minutes",
        "and another one at seven",
        "no, add a second timer",
        "actually, one more for the rice",
        "make it two timers, too",
        "remind me at six",
        "notes for tomorrow",
        "",
    ],
)
def test_no_correction(words: str) -> None:
    assert not corrects(words)
