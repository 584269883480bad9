"""The tools of recipes."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal

from anyio import to_thread
from pydantic import Field

from vivavoce.experts import Context, Result, Tool, Unclear, tool
from vivavoce.experts.builtin.lists.amounts import scaled
from vivavoce.experts.builtin.lists.shopping import ListName, back
from vivavoce.experts.builtin.lists.store import Cooking, Recipe, Store
from vivavoce.experts.builtin.lists.wording import joined, key, named, sentence

LONGEST = 8000
"""Characters of a recipe."""
MOST_NAMES = 8
Servings = Annotated[int, Field(ge=0, le=500, description="For how many; 0: as it is written")]
RecipeName = Annotated[str, "The recipe's name"]
Step = Literal["start", "next", "back", "repeat", "stop"]
_NO_WORD = frozenset(
    re.findall(r"\S+", "a an the and or with for of my our recipe recipes something some")
)


def kitchen(store: Store) -> list[Tool]:
    """On this store."""

    async def save_recipe(
        name: RecipeName,
        ingredients: Annotated[str, 'One a line, the amount first: "200 g flour"'],
        steps: Annotated[str, "One a line"],
        context: Context,
        servings: Annotated[int, Field(ge=1, le=500)] = 4,
    ) -> Result:
        """Save a recipe, or write it anew."""
        if len(name) + len(ingredients) + len(steps) > LONGEST:
            raise Unclear(f"a recipe has at most {LONGEST} characters")
        made = Recipe(
            " ".join(name.split()), servings, _lines(ingredients), _lines(steps, steps=True)
        )
        if not made.name or not made.ingredients:
            raise Unclear("a recipe needs a name and ingredients")
        change = await to_thread.run_sync(store.save, made, context.speaker.name, context.now())
        said = f"the recipe {made.name} is saved: {len(made.ingredients)} ingredients, "
        said += f"{len(made.steps)} steps, for {servings}"
        return Result(said, sentence(said), undo=back(change))

    async def recipe(
        words: Annotated[
            str, 'A name, or ingredients: "pancakes", "chicken, rice"; empty: all'
        ] = "",
        servings: Servings = 0,
    ) -> Result:
        """Find a recipe by its name or its ingredients, and read it, for so many people."""
        known = await to_thread.run_sync(store.recipes)
        fits = _fitting(known, words)
        names = [found.name for found in fits]
        if not fits:
            raise Unclear(_none(known, words))
        if len(fits) > 1 or not words.strip():
            said = f"{len(fits)} recipes fit" if words.strip() else "your recipes are"
            said = f"{said}: {joined(names, MOST_NAMES)}"
            return Result(said, sentence(said), data={"recipes": names})
        return _whole(fits[0], servings)

    async def ingredients_to_list(
        recipe: RecipeName,
        context: Context,
        servings: Servings = 0,
        list_name: ListName = "shopping",
    ) -> Result:
        """Put a recipe's ingredients on the shopping list, for so many people."""
        found = _only(await to_thread.run_sync(store.recipes), recipe)
        needed = _for(found, servings)
        name = named(list_name)
        change, new, there = await to_thread.run_sync(
            store.add, name, needed, context.speaker.name, context.now()
        )
        if not new:
            said = f"all of {found.name} is on the {name} list already"
            return Result(said, sentence(said))
        said = f"{joined(new)} {'is' if len(new) == 1 else 'are'} on the {name} list now"
        return Result(said, sentence(said), undo=back(change), data={"there": there})

    async def cook(
        context: Context,
        step: Step = "next",
        recipe: Annotated[str, "Which recipe, to start"] = "",
        servings: Servings = 0,
    ) -> Result:
        """Go through a recipe while cooking: start it, then the next step, back, repeat, stop."""
        known = await to_thread.run_sync(store.recipes)
        if step == "start":
            found = _only(known, recipe)
            at = Cooking(found.name, servings or found.servings, 0)
            await to_thread.run_sync(store.cook, context.room, at)
            need = joined(_for(found, at.servings), most=30)
            told = f"{found.name} for {at.servings}. You need {need}. {_step(found, 0)}"
            return Result(told, told)
        going = await to_thread.run_sync(store.cooking, context.room)
        found_now = next((r for r in known if going and r.name == going.recipe), None)
        if going is None or found_now is None:
            raise Unclear("nobody is cooking; say which recipe to start")
        if step == "stop":
            await to_thread.run_sync(store.cook, context.room, None)
            return Result(f"{going.recipe} stopped", f"All right, no more {going.recipe}.")
        at_step = going.step + {"next": 1, "back": -1, "repeat": 0}[step]
        if at_step >= len(found_now.steps):
            await to_thread.run_sync(store.cook, context.room, None)
            done = f"that was the last step of {going.recipe}. Enjoy"
            return Result(done, sentence(done))
        at_step = max(0, at_step)
        now = Cooking(going.recipe, going.servings, at_step)
        await to_thread.run_sync(store.cook, context.room, now)
        told = _step(found_now, at_step)
        return Result(told, told, data={"step": at_step + 1, "of": len(found_now.steps)})

    return [
        tool(save_recipe, "change", summary=lambda a: f"save the recipe {a.get('name', '')}"),
        tool(recipe),
        tool(ingredients_to_list, "change"),
        tool(cook),  # moves a bookmark
    ]


def _lines(text: str, *, steps: bool = False) -> tuple[str, ...]:
    """Lines without their bullets; a single line is cut at its semicolons, commas, sentences."""
    lines = text.strip().splitlines()
    if len(lines) == 1:
        between = ";" if ";" in text else None if steps else ","
        lines = text.split(between) if between else text.replace(". ", ".\n").splitlines()
    bare = [line.strip().lstrip("-*•").strip() for line in lines]
    if steps:
        bare = [_unnumbered(line) for line in bare]
    return tuple(line for line in bare if line)


def _unnumbered(line: str) -> str:
    """ "1. Mix it." is "Mix it."."""
    first, _, rest = line.partition(" ")
    return rest.strip() if rest and first.rstrip(".):").isdigit() and first[-1] in ".):" else line


def _fitting(known: Sequence[Recipe], words: str) -> list[Recipe]:
    """By the exact name, else by words of it, else by ingredients; all for no words."""
    wanted = [w for w in key(words.replace(",", " ")).split() if w not in _NO_WORD]
    if not wanted:
        return list(known)
    bare = " ".join(wanted)
    same = [r for r in known if key(r.name) in (key(words), bare)]
    named_so = same or [r for r in known if set(wanted) <= set(key(r.name).split())]
    return named_so or [
        r for r in known if all(any(w in key(i).split() for i in r.ingredients) for w in wanted)
    ]


def _only(known: Sequence[Recipe], name: str) -> Recipe:
    fits = _fitting(known, name) if name.strip() else []
    if not fits:
        raise Unclear(_none(known, name))
    if len(fits) > 1:
        raise Unclear(f"which one: {joined([r.name for r in fits], MOST_NAMES)}?")
    return fits[0]


def _none(known: Sequence[Recipe], words: str) -> str:
    if not known:
        return "there are no recipes yet; save one first"
    names = joined([r.name for r in known], MOST_NAMES)
    return f"there is no recipe for {words.strip() or 'that'}; there are: {names}"


def _for(recipe: Recipe, servings: int) -> list[str]:
    factor = Fraction(servings or recipe.servings, recipe.servings)
    return [scaled(ingredient, factor) for ingredient in recipe.ingredients]


def _whole(recipe: Recipe, servings: int) -> Result:
    many = servings or recipe.servings
    needed = _for(recipe, many)
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(recipe.steps, start=1))
    text = f"{recipe.name}, for {many}.\nIngredients:\n" + "\n".join(needed) + f"\nSteps:\n{steps}"
    said = f"for {recipe.name} for {many} you need {joined(needed, most=30)}"
    return Result(text, sentence(said), data={"ingredients": needed, "steps": list(recipe.steps)})


def _step(recipe: Recipe, at: int) -> str:
    if not recipe.steps:
        return "It has no steps."
    return f"Step {at + 1} of {len(recipe.steps)}: {sentence(recipe.steps[at])}"
