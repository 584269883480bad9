"""Lists of the house, by sentence and by tool."""

from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.lists.house import House, house
from vivavoce.core import Refused
from vivavoce.experts import Setup, Unclear
from vivavoce.experts.builtin.lists.tools import LOST, opened
from vivavoce.experts.builtin.lists.wording import joined, key, named, things

pytestmark = pytest.mark.anyio


async def test_several_things_are_added_at_once(ours: House):
    said = await ours.hear("Put some eggs, butter and flour on the list")
    assert said == "Eggs, butter and flour are on the shopping list now."
    assert await ours.on() == ["eggs", "butter", "flour"]


async def test_one_dish_with_an_and_is_one_thing(ours: House):
    await ours.hear("add oat milk and mac and cheese to the grocery list")
    assert await ours.on() == ["oat milk", "mac and cheese"]


async def test_what_is_there_is_not_added_twice(ours: House):
    await ours("add", items="milk")
    result = await ours("add", items="Some milk, bread")
    assert result.say == "Bread is on the shopping list now; milk was there already."
    assert await ours.on() == ["milk", "bread"]


async def test_what_was_bought_is_off_the_list(ours: House):
    await ours("add", items="milk, eggs, bread")
    said = await ours.hear("I bought the milk and the eggs")
    assert said == "Milk and eggs are off the shopping list."
    assert await ours.on() == ["bread"]


async def test_of_two_that_fit_none_is_taken(ours: House):
    await ours("add", items="oat milk, soy milk")
    assert await ours.hear("take the milk off the list") == ""
    assert await ours.on() == ["oat milk", "soy milk"]


async def test_what_is_not_there_can_not_be_taken_off(ours: House):
    with pytest.raises(Unclear, match="no bananas"):
        await ours("remove", items="bananas")


async def test_a_cleared_list_can_be_put_back_with_who_added_what(ours: House):
    ours.who = "Anna"
    await ours("add", items="milk, eggs")
    result = await ours("clear")
    assert await ours.on() == []
    await ours.undo(result)
    assert await ours.on() == ["milk", "eggs"]
    assert "Anna added it" in await ours.hear("who put milk on the list")


async def test_an_undo_can_be_undone(ours: House):
    added = await ours("add", items="milk")
    undone = await ours.undo(added)
    assert await ours.on() == []
    await ours.undo(undone)
    assert await ours.on() == ["milk"]


async def test_a_change_that_never_was_is_not_put_back(ours: House):
    with pytest.raises(Refused, match="no change 99"):
        await ours("put_back", change=99)


async def test_lists_have_names(ours: House):
    await ours.hear("add call the plumber to my to-do list")
    said = await ours.hear("add tent and sleeping bag to the camping list")
    assert said == "Tent and sleeping bag are on the camping list now, which is new."
    assert await ours.hear("what lists do we have") == "You have 2 lists: camping and to do."
    assert await ours.hear("read me my to do list") == "On the to do list: call the plumber."


@pytest.mark.parametrize(
    "words",
    ["add despacito to my play list", "we're out of time", "what's next on my calendar"],
)
async def test_what_sounds_like_a_list_is_left_to_others(ours: House, words: str):
    assert await ours.hear(words) == ""
    assert await ours.on() == []


async def test_lists_survive_a_restart(tmp_path: Path):
    async with house(tmp_path) as first:
        await first("add", items="milk")
    async with house(tmp_path) as second:
        assert await second.on() == ["milk"]


async def test_two_people_at_once_lose_nothing(ours: House):
    async with anyio.create_task_group() as group:
        for n in range(20):
            group.start_soon(lambda n=n: ours("add", items=f"thing{n} x"))
    assert len(await ours.on()) == 20


async def test_too_much_at_once_is_refused(ours: House):
    with pytest.raises(Unclear, match="too much"):
        await ours("add", items=", ".join(f"thing {n}" for n in range(51)))
    with pytest.raises(Unclear, match="too much"):
        await ours("add", items="x" * 121)


async def test_damaged_lists_are_told_and_kept_and_new_ones_begin(tmp_path: Path):
    (tmp_path / "lists.db").write_bytes(b"no database" * 100)
    said = list[str]()
    setup = Setup({}, tmp_path, lambda text, **_: said.append(text))
    async with opened(setup) as tools:
        assert len(tools) > 5
    assert said == [LOST]
    assert (tmp_path / "lists.db.damaged-1").exists()
    async with house(tmp_path) as ours:
        await ours("add", items="milk")
        assert await ours.on() == ["milk"]


NAMES = st.lists(
    st.text("abcdefghij", min_size=5, max_size=12).filter(lambda w: not w.startswith("and")),
    min_size=1, max_size=8, unique_by=key,
)  # fmt: skip


@given(NAMES)
def test_what_is_joined_comes_apart_again(names: list[str]):
    assert list(things(joined(names))) == names


@pytest.mark.parametrize(
    ("said", "name"),
    [("my Groceries", "shopping"), ("the shopping list", "shopping"), ("", "shopping"),
     ("todo", "to do"), ("our packing list", "packing")],
)  # fmt: skip
def test_a_list_goes_by_several_names(said: str, name: str):
    assert named(said) == name
