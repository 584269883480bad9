"""The right expert by what a request means."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.finder import judged
from vivavoce import weights
from vivavoce.core import ConfigError
from vivavoce.experts import Result, tool
from vivavoce.experts.finder import Finder, FinderConfig
from vivavoce.experts.meaning import Meaning
from vivavoce.experts.meant import BUCKETS, NOBODY, Meant, clues
from vivavoce.experts.registry import find

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return Meaning(weights.path("wordllama-256"))


@pytest.fixture(scope="module")
def finder(meaning: Meaning) -> Finder:
    return Finder(find().experts, meaning, meant=Meant.read())


@pytest.fixture(scope="module")
def by_likeness(meaning: Meaning) -> Finder:
    return Finder(find().experts, meaning)


def test_nine_in_ten_requests_load_the_expert_that_they_are_for(finder: Finder) -> None:
    known = find().experts
    rows = [
        line.split("\t") for line in Path(__file__).with_name("finder.tsv").read_text().splitlines()
    ]
    right = [(want in finder.experts(text)) for want, text in rows if want in known]
    nobody = [not finder.experts(text) for want, text in rows if want == "none"]
    assert sum(right) >= 0.9 * len(right), [r for r, ok in zip(rows, right, strict=False) if not ok]
    assert sum(nobody) >= 0.9 * len(nobody)


def test_what_strangers_say_is_told_apart_better_than_by_likeness(
    finder: Finder, by_likeness: Finder
) -> None:
    learned, before = judged(finder), judged(by_likeness)
    assert learned.loaded > max(0.85, before.loaded)
    assert learned.nobodys < min(0.15, before.nobodys / 2)


def test_what_everybody_knows_loads_nothing(finder: Finder) -> None:
    for question in (
        "How long do tortoises live?",
        "How can I keep my windshield from fogging up in winter?",
        "What can I put in a salad besides lettuce?",
        "what does a dentist do",
    ):
        assert finder.experts(question) == (), question


def test_a_follow_up_stays_with_its_expert_and_a_new_question_does_not(finder: Finder) -> None:
    assert "home" in finder.experts("no, the blue one", ("home",))
    assert "home" not in finder.experts("no, the blue one")
    assert finder.experts("who wrote Romeo and Juliet", ("home",)) == ()


def test_what_is_learned_counts_for_built_in_experts_only(meaning: Meaning) -> None:
    home = replace(find().experts["home"], origin="/somewhere/home")
    own = Finder({"home": home}, meaning, meant=Meant.read())
    assert own.scores("dim the lights") == Finder({"home": home}, meaning).scores("dim the lights")
    assert own.experts("dim the lights") == ("home",)


def test_chances_add_up_over_those_that_are_there(finder: Finder) -> None:
    meant = Meant.read()
    vector = np.zeros(meant.meaning.shape[0], np.float32)
    two = meant.chances("dim the lights", vector, {NOBODY: 0.2, "home": 0.6})
    assert set(two) == {NOBODY, "home"}
    assert sum(two.values()) == pytest.approx(1.0)
    after = meant.chances("go on", vector, {NOBODY: 0.2, "home": 0.2}, {"home": 2.0})
    assert after["home"] > meant.chances("go on", vector, {NOBODY: 0.2, "home": 0.2})["home"]
    assert all(0 <= b < BUCKETS for b in clues("Dim the lights, it’s 9 o'clock!"))
    assert clues("") == clues(" ?! ")


def test_a_request_that_spans_two_loads_both(finder: Finder) -> None:
    loaded = finder.experts("put milk on the shopping list and play some jazz")
    assert {"lists", "media"} <= set(loaded)


def test_a_tale_is_no_story_of_the_papers(finder: Finder) -> None:
    assert "news" not in finder.experts("Please tell me a long story about a fox in a lighthouse.")
    assert "news" not in finder.experts("Tell me a very long story about a fox.")
    assert "news" in finder.experts("Tell me more about the story of the strike.")
    assert "news" in finder.experts("Read me the story about the harbour.")


@pytest.mark.parametrize("expert", ["home", "time", "media"])
def test_the_conversation_stays_with_its_expert(finder: Finder, expert: str) -> None:
    for text in ("and a little more", "no, the other one", "undo that", "make it ten"):
        assert expert in finder.experts(text, (expert,)), text
        assert not finder.experts(text), text
    for text in ("thank you", "are you sure?", "why is the sky blue?"):
        assert not finder.experts(text, (expert,)), text
    assert finder.scores("")[""] >= 0.0


def test_an_expert_of_the_owners_own_is_stayed_with_too(finder: Finder) -> None:
    assert finder.experts("and a little more", ("aquarium",)) == ("aquarium",)


def test_what_strangers_say_next_is_told_apart(finder: Finder, by_likeness: Finder) -> None:
    learned, before = judged(finder), judged(by_likeness)
    assert learned.followed > 0.75 > 0.5 > before.followed
    assert learned.changed > 0.9
    assert learned.reactions < 0.2


def test_of_many_tools_the_fitting_ones_are_offered(meaning: Meaning) -> None:
    async def nothing() -> Result:
        """Do something else entirely."""
        return Result("")

    async def umbrella() -> Result:
        """Tell whether it will rain and an umbrella is needed."""
        return Result("")

    offered = {f"x_{n}": tool(nothing, name=f"t{n}") for n in range(500)}
    offered |= {"weather_umbrella": tool(umbrella)}
    found = Finder({}, meaning).tools("do I need an umbrella", offered, ("x_7",), most=3)
    assert "weather_umbrella" in found
    assert "x_7" in found
    assert len(found) == 3


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError):
        FinderConfig(least=0)
    with pytest.raises(ConfigError):
        FinderConfig(chance=1)
