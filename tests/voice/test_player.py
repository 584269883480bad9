"""One answer's sound."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import FakeVoice
from vivavoce.core import OUT_FRAME, OUT_RATE
from vivavoce.voice import Player

SAY = FakeVoice().say


def test_all_that_is_added_is_pulled_once_and_in_order() -> None:
    player, parts = Player(), [SAY("one two"), SAY("three")]
    for part in parts:
        player.add(part)
    pulled = [player.pull(OUT_FRAME) for _ in range(20)]
    whole = np.concatenate([p.pcm for p in parts])
    assert np.array_equal(np.concatenate(pulled)[: len(whole)], whole)
    assert player.left == 0


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30))
def test_frames_of_any_size_give_the_same_sound(sizes: list[int]) -> None:
    whole, cut = Player(), Player()
    for player in (whole, cut):
        player.add(SAY("one two three"))
    parts = np.concatenate([cut.pull(n) for n in sizes])
    assert np.array_equal(parts, whole.pull(sum(sizes)))


def test_a_duck_is_quieter_without_a_jump() -> None:
    player = Player()
    player.add(SAY("one two three four"))
    player.pull(OUT_FRAME)
    player.duck()
    low = player.pull(OUT_FRAME)
    assert np.max(np.abs(np.diff(low))) < 0.01
    assert np.abs(low[-1]) < 0.1


def test_a_hold_keeps_what_was_not_heard_and_comes_back_with_the_cut_word() -> None:
    player = Player()
    player.add(SAY("one two three four"))
    for _ in range(6):  # 0.48 s: in the middle of "two"
        player.pull(OUT_FRAME)
    player.duck()
    player.hold(unheard_s=0.08)
    assert not player.pull(OUT_FRAME).any()
    player.resume()
    assert abs(player.position_s - 0.3) < 1e-3
    assert player.pull(OUT_FRAME).any()


def test_what_was_heard_are_the_words_of_which_more_than_half_sounded() -> None:
    player = Player()
    player.add(SAY("one two three four"))
    assert player.heard(0.0) == ""
    assert player.heard(0.5) == "one two"
    assert player.heard(9.0) == "one two three four"


def test_each_word_is_announced_once() -> None:
    player = Player()
    player.add(SAY("one two three"))
    told = []
    for i in range(20):
        player.pull(OUT_FRAME)
        told += [w.text for w in player.starting()]
        if i == 5:
            player.hold(0.2)
            player.resume()
    assert told == ["one", "two", "three"]


def test_a_gap_in_the_making_is_silence_and_nothing_is_skipped() -> None:
    player = Player()
    player.add(SAY("one"))
    before = int(0.3 * OUT_RATE)
    assert not player.pull(2 * before)[before:].any()
    player.add(SAY("two"))
    assert player.pull(before).all()
