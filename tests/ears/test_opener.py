"""Whose talk it is where nobody is enrolled."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoce.ears.opener import CONVINCED_FRAMES, Opener

ANOTHER = (0.1, 0.9, 1.0)


def test_a_lone_voice_is_the_openers_even_where_the_network_doubts() -> None:
    assert Opener().weigh(0.4, 0.3, 1.0) > 0.7


def test_once_another_was_heard_the_network_must_be_surer() -> None:
    heard = Opener()
    first = heard.weigh(*ANOTHER)
    for _ in range(CONVINCED_FRAMES):
        heard.weigh(*ANOTHER)
    assert heard.weigh(*ANOTHER) < 0.2 < first
    assert heard.weigh(0.6, 0.9, 1.0) > 0.6


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_it_is_never_more_than_speech(owner: float, other: float, speech: float) -> None:
    assert 0 <= Opener().weigh(owner * speech**0.5, other * speech**0.5, speech) <= speech


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=40), st.floats(0, 0.9))
def test_a_likelier_owner_is_never_less_likely(
    before: list[tuple[float, float]], owner: float
) -> None:
    one, two = Opener(), Opener()
    for frame in before:
        one.weigh(*frame, 1.0)
        two.weigh(*frame, 1.0)
    assert two.weigh(owner + 0.1, 0.5, 1.0) >= one.weigh(owner, 0.5, 1.0)
