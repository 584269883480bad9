"""The people of one process."""

from pathlib import Path

import pytest

from tests import fakes
from vivavoce.people import Household, People, Silent, TooShort, Unknown

TALK = "there are many things that I would like to tell you about my day in town"
LONG = f"{TALK} {TALK}"


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "people")


@pytest.fixture
def household(people: People) -> Household:
    return fakes.household(people.root)


def test_a_voice_that_was_learned_is_known_again_and_another_is_not(household: Household) -> None:
    household.learn("Anna", fakes.speech(LONG))
    assert household.who(fakes.speech(TALK)).name == "Anna"
    assert household.who(fakes.bystander(TALK)).name is None


def test_a_known_voice_is_learned_further_in_use(household: Household, people: People) -> None:
    household.learn("Anna", fakes.speech(LONG))
    household.who(fakes.speech(TALK))
    assert people.get("Anna").learned_s > 0
    before = people.get("Anna")
    household.who(fakes.bystander(TALK))
    assert people.get("Anna").learned_s == before.learned_s


def test_who_is_known_is_read_anew_each_time(household: Household, people: People) -> None:
    assert household.voices() == []
    household.learn("Anna", fakes.speech(LONG))
    assert [name for name, _ in household.voices()] == ["Anna"]
    household.forget("Anna")
    assert household.voices() == []
    with pytest.raises(Unknown):
        household.forget("Anna")


def test_too_little_speech_is_refused_and_nothing_is_kept(household: Household) -> None:
    with pytest.raises((TooShort, Silent)):
        household.learn("Anna", fakes.speech("too short"))
    assert household.voices() == []
