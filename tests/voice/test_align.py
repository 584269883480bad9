"""Which phonemes belong to which word."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoce.voice.align import share

SOUNDS = st.lists(st.text("abdeiknost", min_size=1, max_size=6), max_size=6)


def test_a_sound_of_no_word_belongs_to_none() -> None:
    assert share(["zzz"], [], str) == []


@given(SOUNDS, SOUNDS)
def test_every_word_lies_somewhere_and_in_order(groups: list[str], words: list[str]) -> None:
    times = share(groups, words, str)
    assert len(times) == len(words)
    assert all(0 <= a <= b <= len(groups) for a, b in times)
    assert [a for a, _ in times] == sorted(a for a, _ in times)
