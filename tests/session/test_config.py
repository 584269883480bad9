"""What a client asks of the floor."""

from dataclasses import asdict
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.floor import BYSTANDERS
from vivavoce.session import FloorTuning

Strictness = Literal["open", "medium", "strict"]


@given(st.floats(0.01, 0.9) | st.none(), st.integers(0, 10_000) | st.none())
def test_a_stricter_floor_asks_for_more_whatever_ends_the_turn(
    threshold: float | None, silence_ms: int | None
) -> None:
    floors = [
        FloorTuning(vad_threshold=threshold, silence_ms=silence_ms, bystanders=name).floor()
        for name in get_args(Strictness)
    ]
    for field in asdict(BYSTANDERS["open"]):
        asked = [getattr(floor, field) for floor in floors]
        assert asked == sorted(asked), field
    assert floors[0].evidence < floors[1].evidence < floors[2].evidence
    assert floors[0].onset_frames < floors[2].onset_frames
    assert len({floor.patience for floor in floors}) == 1


@given(st.floats(0.01, 0.99), st.integers(0, 10_000))
def test_a_plain_silence_timeout_keeps_the_clients_threshold(
    threshold: float, silence_ms: int
) -> None:
    plain = FloorTuning(vad_threshold=threshold, silence_ms=silence_ms).floor()
    assert (plain.present_idle, plain.evidence) == (threshold, 0)
    strict = FloorTuning(vad_threshold=threshold, silence_ms=silence_ms, bystanders="strict")
    assert strict.floor().present_idle >= threshold


@pytest.mark.parametrize(("asked", "held"), [(0, 0.01), (1, 0.99), (None, 0.5)])
def test_a_threshold_at_the_end_of_its_range_is_as_near_to_it_as_can_be(
    asked: float | None, held: float
) -> None:
    assert FloorTuning(vad_threshold=asked, silence_ms=500).floor().present_idle == held
