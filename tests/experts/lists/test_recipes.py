"""Recipes: saved, scaled, bought for, cooked."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.lists.house import House, house
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.lists.amounts import scaled

pytestmark = pytest.mark.anyio


async def save(ours: House) -> None:
    await ours(
        "save_recipe",
        name="Grandma's pancakes",
        ingredients="200 g flour\n2 eggs\n1 1/2 cups milk\na pinch of salt",
        steps="1. Mix all.\n2. Let it rest.\n3. Fry in butter",
        servings=2,
    )
    await ours(
        "save_recipe",
        name="Curry",
        ingredients="2 chicken breasts, 1 cup rice, 3 tbsp oil",
        steps="Cook the rice. Fry the chicken. Mix.",
    )


async def test_a_recipe_is_found_by_words_of_its_name(ours: House):
    await save(ours)
    assert await ours.hear("how do I make pancakes") == (
        "For Grandma's pancakes for 2 you need 200 g flour, 2 eggs, 1 1/2 cups milk "
        "and a pinch of salt."
    )


async def test_a_recipe_is_found_by_its_ingredients(ours: House):
    await save(ours)
    assert "Curry" in await ours.hear("what can I cook with chicken and rice")
    assert await ours.hear("what can I cook with courgettes") == ""


async def test_a_recipe_is_scaled_to_who_eats(ours: House):
    await save(ours)
    said = await ours.hear("what do I need for the pancakes for 5 people")
    assert "500 g flour, 5 eggs, 3 3/4 cups milk and a pinch of salt" in said


async def test_its_ingredients_go_on_the_shopping_list(ours: House):
    await save(ours)
    await ours.hear("put the ingredients for pancakes for 4 people on the shopping list")
    assert await ours.on() == ["400 g flour", "4 eggs", "3 cups milk", "a pinch of salt"]


async def test_a_recipe_that_nobody_saved_is_not_put_on_a_list(ours: House):
    assert await ours.hear("put the ingredients for pizza on the shopping list") == ""
    assert await ours.on() == []


async def test_cooking_goes_step_by_step(ours: House):
    await save(ours)
    assert (await ours.hear("let's cook the pancakes")).endswith("Step 1 of 3: Mix all.")
    assert await ours.hear("next step") == "Step 2 of 3: Let it rest."
    assert await ours.hear("what was that step again") == "Step 2 of 3: Let it rest."
    assert await ours.hear("go back a step") == "Step 1 of 3: Mix all."
    await ours.hear("next step")
    assert await ours.hear("what's next") == "Step 3 of 3: Fry in butter."
    assert (await ours.hear("next step")).startswith("That was the last step")
    assert await ours.hear("next step") == ""


async def test_cooking_survives_a_restart(tmp_path: Path):
    async with house(tmp_path) as first:
        await save(first)
        await first("cook", step="start", recipe="curry")
    async with house(tmp_path) as second:
        assert (await second("cook")).say == "Step 2 of 3: Fry the chicken."


async def test_two_rooms_cook_two_things(ours: House):
    await save(ours)
    await ours("cook", room="kitchen", step="start", recipe="curry")
    await ours("cook", room="garden", step="start", recipe="pancakes")
    assert "chicken" in (await ours("cook", room="kitchen")).say
    assert "rest" in (await ours("cook", room="garden")).say


async def test_a_recipe_written_anew_can_be_put_back(ours: House):
    await save(ours)
    result = await ours("save_recipe", name="curry", ingredients="1 tin beans", steps="Open it.")
    assert "beans" in (await ours("recipe", words="curry")).text
    await ours.undo(result)
    assert "chicken" in (await ours("recipe", words="curry")).text


async def test_a_recipe_needs_ingredients(ours: House):
    with pytest.raises(Unclear, match="ingredients"):
        await ours("save_recipe", name="Air", ingredients=" ", steps="Breathe.")


@pytest.mark.parametrize(
    ("written", "twice", "half"),
    [
        ("200 g flour", "400 g flour", "100 g flour"),
        ("1 1/2 cups flour", "3 cups flour", "3/4 cup flour"),
        ("½ tsp salt", "1 tsp salt", "1/4 tsp salt"),
        ("2½ tsp salt", "5 tsp salt", "1 1/4 tsp salt"),
        ("1 pint milk", "2 pints milk", "1/2 pint milk"),
        ("1,5 kg potatoes", "3 kg potatoes", "0.75 kg potatoes"),
        ("1,000 g flour", "2000 g flour", "500 g flour"),
        ("2-3 cloves garlic", "4 to 6 cloves garlic", "1 to 1 1/2 cloves garlic"),
        ("two eggs", "4 eggs", "1 egg"),
        ("an onion", "2 onions", "1/2 onion"),
        ("250ml milk", "500ml milk", "125ml milk"),
        ("salt", "salt", "salt"),
        ("a pinch of salt", "a pinch of salt", "a pinch of salt"),
        ("7up", "7up", "7up"),
    ],
)
def test_amounts_are_scaled_so_that_they_can_be_measured(written: str, twice: str, half: str):
    assert scaled(written, Fraction(2)) == twice
    assert scaled(written, Fraction(1, 2)) == half


@given(st.integers(1, 400), st.integers(1, 6), st.integers(7, 12))
def test_scaling_there_and_back_is_as_it_was(eggs: int, few: int, many: int):
    there = scaled(f"{eggs * few} eggs", Fraction(many, few))
    assert there == f"{eggs * many} eggs"
    back = scaled(there, Fraction(few, many))
    assert back == f"{eggs * few} {'egg' if eggs * few == 1 else 'eggs'}"


@given(st.text(max_size=60), st.fractions(min_value=Fraction(1, 100), max_value=100))
def test_whatever_stands_in_a_recipe_can_be_scaled(text: str, factor: Fraction):
    assert isinstance(scaled(text, factor), str)
