"""People who make their voice known by talking."""

from pathlib import Path

import anyio
import numpy as np
import pytest

from tests import fakes
from vivavoce.core import ReplyDone, SpeakerKnown
from vivavoce.people import Household
from vivavoce.session import SessionConfig
from vivavoce.session.replay import Replayed, replay

ABOUT_ME = "i would like to tell you some more of what has happened to me in town."


@pytest.fixture
def household(tmp_path: Path) -> Household:
    return fakes.household(tmp_path)


def hold(household: Household | None, *said: str) -> Replayed:
    parts = fakes.parts(fakes.FakeModel("Fine."), household=household)
    pcm = np.concatenate([np.concatenate([fakes.speech(s), fakes.silence(4)]) for s in said])

    async def run() -> Replayed:
        return await replay(pcm, parts, SessionConfig())

    return anyio.run(run)


def answers(done: Replayed) -> list[str]:
    return [event.heard for event in done.events if isinstance(event, ReplyDone)]


def speakers(done: Replayed) -> list[str]:
    return [event.name for event in done.events if isinstance(event, SpeakerKnown)]


def test_somebody_introduces_themselves_and_is_known_from_then_on(household: Household) -> None:
    done = hold(household, ABOUT_ME, ABOUT_ME, "remember my voice, I'm Anna.", "who am i?")
    assert answers(done)[-2:] == ["I know your voice now, Anna.", "You are Anna."]
    assert [name for name, _ in household.voices()] == ["Anna"]
    assert speakers(hold(household, ABOUT_ME)) == ["Anna"]


def test_a_voice_without_a_name_is_asked_for_it(household: Household) -> None:
    done = hold(household, ABOUT_ME, "learn my voice.")
    assert "your name" in answers(done)[-1]
    assert household.voices() == []


def test_too_little_speech_is_told_and_nothing_is_kept(household: Household) -> None:
    done = hold(household, "remember my voice, I'm Anna.")
    assert answers(done)[-1].startswith("That did not work")
    assert household.voices() == []


def test_a_voice_is_forgotten_when_its_owner_says_so(household: Household) -> None:
    household.learn("Anna", np.concatenate([fakes.speech(ABOUT_ME)] * 2))
    done = hold(household, ABOUT_ME, "forget my voice.")
    assert answers(done)[-1] == "I have forgotten Anna's voice."
    assert household.voices() == []


def test_without_a_household_it_is_a_sentence_like_any_other() -> None:
    assert answers(hold(None, "who am i?")) == ["Fine."]
