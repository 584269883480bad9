from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread

from vivavoce.core import (
    Decided,
    Decision,
    Failed,
    Heard,
    Move,
    Percept,
    SpeakerKnown,
    Spoken,
    TurnEnded,
    Word,
)
from vivavoce.core import TurnStarted as Started
from vivavoce.timeline import lines, panels
from vivavoce.timeline.gaps import gaps
from vivavoce.timeline.panels import MOVES, OTHER, PEOPLE, _lanes
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
    one = 531
    assert width == 1760
    assert height == pytest.approx(104 + rows * (one - 104), abs=20)


def test_every_move_has_a_colour_of_its_own():
    assert set(MOVES) == {move.value for move in Move}
    assert len(set(MOVES.values())) == len(MOVES)


def strip(inches: float) -> Axes:
    """15 s of a row, as the picture lays it out."""
    figure = Figure(figsize=(16, inches), dpi=110)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 15)
    return axes


def texts(axes: Axes) -> list[str]:
    return [text.get_text().strip() for text in axes.texts]


def decided(*spans: tuple[float, Percept, Move, str]) -> list:
    """Frames, for so many seconds each."""
    frames = [
        (percept, Decision(move, why))
        for seconds, percept, move, why in spans
        for _ in range(round(seconds / 0.08))
    ]
    return told(*(Decided(i, i * 0.08, *frame) for i, frame in enumerate(frames)))


def pixels(path: Path, colour: str) -> int:
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    image = imread(path)[..., :3]
    return int(np.sum(np.all(np.abs(image - wanted) < 0.003, axis=-1)))


def test_the_colour_of_a_move_is_in_the_picture_when_it_was_made(tmp_path):
    def painted(move: Move) -> int:
        draw(decided((8, Percept(), move, "")), sounding(8), sounding(8), RATE, tmp_path / "p.png")
        return pixels(tmp_path / "p.png", MOVES["nod"])

    assert painted(Move.NOD) > painted(Move.LISTEN) + 10_000


ANNA, TIM = Percept(owner=0.9, person="Anna"), Percept(owner=0.9, person="Tim")


def test_whoever_speaks_has_a_colour_and_others_have_another(tmp_path):
    def painted(*heard: Percept) -> list[int]:
        frames = decided(*((4, percept, Move.LISTEN, "") for percept in heard))
        draw(frames, sounding(8), sounding(8), RATE, tmp_path / "p.png")
        return [
            pixels(tmp_path / "p.png", colour) for colour in (PEOPLE[0][0], PEOPLE[1][0], OTHER)
        ]

    nobody, anna = painted(Percept()), painted(ANNA)
    both, others = painted(ANNA, TIM), painted(Percept(other=0.9))
    more = 2000
    assert [a > n + more for a, n in zip(anna, nobody, strict=True)] == [True, False, False]
    assert [a > n + more for a, n in zip(both, nobody, strict=True)] == [True, True, False]
    assert [a > n + more for a, n in zip(others, nobody, strict=True)] == [False, False, True]


def test_a_stretch_is_named_where_there_is_room_and_a_turn_when_its_voice_is_known():
    axes = strip(0.18)
    frames = decided(
        (2, ANNA, Move.LISTEN, ""), (2, Percept(), Move.HOLD, ""), (0.16, TIM, Move.LISTEN, "")
    )
    known = told(SpeakerKnown(2.2, 1, "Anna", 0.97), SpeakerKnown(3.9, 2, "", 0.6))
    panels.who(axes, frames, known, panels.people(frames))
    assert texts(axes) == ["Anna", "Anna 97%"], "what would cover a voice is left out"


def test_a_voice_without_a_name_is_the_owners():
    assert panels.people(decided((1, Percept(owner=0.9), Move.LISTEN, ""))) == ["owner"]


def test_the_reason_of_a_change_stands_once_below_it():
    axes = strip(0.34)
    speaks = (2, ANNA, Move.LISTEN, "owner speaks")
    panels.reasons(axes, decided((2, Percept(), Move.IDLE, "nobody speaks"), speaks, speaks))
    assert texts(axes) == ["owner speaks"]


def test_reasons_that_have_no_room_are_left_out_and_none_covers_another():
    axes = strip(0.34)
    moves = [(0.16, Percept(), list(Move)[i % 7], "a reason of some length") for i in range(90)]
    panels.reasons(axes, decided(*moves))
    boxes = [text.get_window_extent() for text in axes.texts]
    assert 10 < len(boxes) < 60
    assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]


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
