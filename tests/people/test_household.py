"""The people of one process."""

from pathlib import Path

import pytest

from tests import fakes
from vivavoce.people import (
    Household,
    NameTaken,
    NotYours,
    People,
    Recognised,
    Silent,
    TooShort,
    Unknown,
)

TALK = "there are many things that I would like to tell you about my day in town"
LONG = f"{TALK} {TALK}"
ANNA, BEN = Recognised("Anna", 0.99, "owner"), Recognised("Ben", 0.99, "guest")


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
    household.improve("Anna", fakes.speech(TALK))
    assert people.get("Anna").learned_s > 0
    before = people.get("Anna")
    household.improve("Anna", fakes.bystander(TALK))
    household.improve("Ben", fakes.speech(TALK))
    household.who(fakes.speech(TALK))
    assert people.get("Anna").learned_s == before.learned_s


def test_whose_file_can_not_be_read_is_the_owner_still(
    household: Household, people: People
) -> None:
    assert household.empty()
    household.learn("Anna", fakes.speech(LONG))
    (file,) = people.root.glob("*.json")
    file.write_text("{")
    assert not household.empty()
    assert household.learn("Mallory", fakes.bystander(LONG)).rank == "guest"


def test_a_name_is_learned_anew_only_from_its_own_voice(
    household: Household, people: People
) -> None:
    household.learn("Anna", fakes.speech(LONG))
    before = people.get("Anna")
    for name in ("Anna", "ANNA"):
        with pytest.raises(NameTaken, match="Anna"):
            household.learn(name, fakes.bystander(LONG))
    kept = people.get("Anna")
    assert kept.rank == "owner"
    assert (kept.enrolled == before.enrolled).all()
    assert household.learn("anna", fakes.speech(f"{LONG} {TALK}")).rank == "owner"
    assert people.get("Anna").seconds > before.seconds


def test_who_sounds_like_the_owner_but_is_somebody_else_does_not_become_them(
    household: Household, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vivavoce.people.household.SAME", -1.0)  # alike, as sisters are
    household.learn("Anna", fakes.speech(LONG))
    household.learn("Ben", fakes.bystander(LONG))
    with pytest.raises(NameTaken):
        household.learn("Anna", fakes.bystander(LONG))
    assert household.who(fakes.speech(TALK)).name == "Anna"


def test_only_the_owner_may_have_another_forgotten(household: Household) -> None:
    household.learn("Anna", fakes.speech(LONG))
    household.learn("Ben", fakes.bystander(LONG))
    for stranger in (BEN, Recognised(None, 0.9)):
        with pytest.raises(NotYours):
            household.forget("anna", stranger)
    household.forget("ben", BEN)
    household.learn("Ben", fakes.bystander(LONG))
    household.forget("Ben", ANNA)
    assert [name for name, _ in household.voices()] == ["Anna"]


def test_who_is_known_is_read_anew_each_time(household: Household, people: People) -> None:
    assert household.voices() == []
    household.learn("Anna", fakes.speech(LONG))
    assert [name for name, _ in household.voices()] == ["Anna"]
    household.forget("Anna", ANNA)
    assert household.voices() == []
    with pytest.raises(Unknown):
        household.forget("Anna", ANNA)


def test_too_little_speech_is_refused_and_nothing_is_kept(household: Household) -> None:
    with pytest.raises((TooShort, Silent)):
        household.learn("Anna", fakes.speech("too short"))
    assert household.voices() == []
