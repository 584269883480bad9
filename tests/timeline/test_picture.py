import numpy as np
import pytest
from matplotlib.image import imread

from vivavoce.core import Decided, Decision, Failed, Heard, Move, Percept, Spoken, TurnEnded, Word
from vivavoce.core import TurnStarted as Started
from vivavoce.timeline import lines
from vivavoce.timeline.gaps import gaps
from vivavoce.timeline.panels import MOVES, _lanes
from vivavoce.timeline.picture import MAX_MINUTES, draw

RATE = 24000


def told(*events):
    return [line for event in events for line in lines(event)]


def sounding(seconds: float, *spans: tuple[float, float]) -> np.ndarray:
    pcm = np.zeros(int(seconds * RATE), np.float32)
    for start, end in spans:
        pcm[int(start * RATE) : int(end * RATE)] = 0.3
    return pcm


def conversation():
    frames = [
        Decided(i, i * 0.08, Percept(speech=0.9), Decision(list(Move)[i % 7], ""))
        for i in range(99)
    ]
    words = tuple(Word("$lights_{", 1 + i / 10, 1.1 + i / 10) for i in range(20))
    spoken = [Spoken(4.0, 0, Word("on\n", 4.0 + i, 4.3 + i)) for i in range(4)]
    return told(
        Started(1.0), Heard(3.2, "", words), TurnEnded(3.3, 3.0), *spoken, Failed(5.0, "$x", "")
    ) + told(*frames)


@pytest.mark.parametrize(
    ("seconds", "rows"), [(0, 1), (0.05, 1), (8, 1), (16, 2), (MAX_MINUTES * 60 + 99, 20)]
)
def test_a_picture_has_a_row_for_every_quarter_minute_up_to_its_limit(tmp_path, seconds, rows):
    story = conversation() if seconds >= 8 else []
    pcm = sounding(seconds, (1, 3))
    draw(story, pcm, pcm, RATE, tmp_path / "p.png", "A $title_ %")
    height, width, _ = imread(tmp_path / "p.png").shape
    one = 474
    assert width == 1760
    assert height == pytest.approx(104 + rows * (one - 104), abs=20)


def test_every_move_has_a_colour_of_its_own():
    assert set(MOVES) == {move.value for move in Move}
    assert len(set(MOVES.values())) == len(MOVES)


def test_the_colour_of_a_move_is_in_the_picture_when_it_was_made(tmp_path):
    def pixels(move: Move) -> int:
        frames = [Decided(i, i * 0.08, Percept(), Decision(move, "")) for i in range(100)]
        draw(told(*frames), sounding(8), sounding(8), RATE, tmp_path / "p.png")
        wanted = np.array([int(MOVES["nod"][i : i + 2], 16) for i in (1, 3, 5)]) / 255
        image = imread(tmp_path / "p.png")[..., :3]
        return int(np.sum(np.all(np.abs(image - wanted) < 0.003, axis=-1)))

    assert pixels(Move.NOD) > pixels(Move.LISTEN) + 10_000


def test_the_gap_is_measured_from_the_users_last_sound_to_our_first_sample():
    (gap,) = gaps(told(Started(1.0), TurnEnded(3.3, 3.0)), sounding(8, (3.64, 5)), RATE)
    assert gap.start == 3.0
    assert gap.ms == pytest.approx(640, abs=0.1)


def test_a_turn_that_was_not_answered_has_no_gap():
    story = told(Started(1.0), TurnEnded(3.3, 3.0), Started(3.5), TurnEnded(5.0, 4.8))
    (gap,) = gaps(story, sounding(8, (5.2, 6)), RATE)
    assert gap.start == 4.8


def test_no_word_covers_another():
    lefts, widths = [0.0, 0.5, 0.9, 1.1, 3.0], [1.0, 1.0, 0.1, 1.0, 1.0]
    lanes = _lanes(lefts, widths)
    assert lanes == [0, 1, 2, 0, 0]
