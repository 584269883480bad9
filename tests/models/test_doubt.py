"""Whether a tool that there is is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.models.doubt import doubt

TOOLS = ({"name": "geometry.circumference"}, {"name": "get_weather"})


@pytest.mark.parametrize(
    ("beginnings", "found"),
    [
        ([("get", 0.9), ("Get", 0.05), (" geo", 0.05)], 0.0),
        ([("circ", 1.0)], 0.0),
        ([("g", 0.5), ("w", 0.5)], 0.5),
        ([("tell", 0.7), ("get", 0.2)], 0.8),
        ([(" ", 0.5), ("", 0.5)], 1.0),
        ([], 1.0),
    ],
    ids=["beginnings", "a part of it", "a letter", "made up", "blank", "nothing told"],
)
def test_what_is_not_a_tools_name_is_doubt(
    beginnings: list[tuple[str, float]], found: float
) -> None:
    assert doubt(beginnings, TOOLS) == pytest.approx(found)


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(0, 1))), st.lists(st.text(max_size=9)))
def test_it_is_a_probability(beginnings: list[tuple[str, float]], names: list[str]) -> None:
    assert 0 <= doubt(beginnings, [{"name": name} for name in names]) <= 1
