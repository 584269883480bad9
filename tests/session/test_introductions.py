"""People who make their voice known by talking, and what others may not do with it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
import numpy as np
import pytest

from tests import fakes
from vivavoce.core import FRAME_S, IN_FRAME, Pcm, ReplyDone, SpeakerKnown
from vivavoce.ears import Sensed
from vivavoce.people import Household, People, Vector
from vivavoce.session import SessionConfig
from vivavoce.session.replay import Replayed, replay

ABOUT_ME = "i would like to tell you some more of what has happened to me in town."
LONG = f"{ABOUT_ME} {ABOUT_ME}"
anna, ben = fakes.speech, fakes.bystander
"""Two voices."""


class TwoEars(fakes.FakeEars):
    """Take Ben for an owner too, and know which of the two it is."""

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        sensed = super().hear(mic, played)
        return replace(
            sensed, owner=sensed.speech, other=0.0, person="Ben" if sensed.other else "Anna"
        )


class AnnasEars(fakes.FakeEars):
    """Know Anna; keep what they are told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        return replace(super().hear(mic, played), person="Anna")

    def hand_over(self) -> None:
        self.told.append("hand over")

    def know(self, known: Sequence[tuple[str, Vector]]) -> None:
        self.told.append(" and ".join(name for name, _ in known))


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path)


@pytest.fixture
def household(people: People) -> Household:
    return fakes.household(people.root)


@pytest.fixture
def home(household: Household) -> Household:
    """Anna, the owner, and Ben, a guest."""
    household.learn("Anna", anna(LONG))
    household.learn("Ben", ben(LONG))
    return household


def hold(
    household: Household | None,
    *said: Pcm | str,
    ears: Callable[[], fakes.FakeEars] = fakes.FakeEars,
    pause_s: float = 4,
) -> Replayed:
    """Anna says what is text."""
    parts = fakes.parts(fakes.FakeModel("Fine."), household=household, ears=ears)
    turns = [anna(turn) if isinstance(turn, str) else turn for turn in said]
    pcm = np.concatenate([part for turn in turns for part in (turn, fakes.silence(pause_s))])

    async def run() -> Replayed:
        return await replay(pcm, parts, SessionConfig())

    return anyio.run(run)


def answers(done: Replayed) -> list[str]:
    return [event.heard for event in done.events if isinstance(event, ReplyDone)]


def speakers(done: Replayed) -> list[str]:
    return [event.name for event in done.events if isinstance(event, SpeakerKnown)]


def names(household: Household) -> list[str]:
    return [name for name, _ in household.voices()]


def test_somebody_introduces_themselves_and_is_known_from_then_on(household: Household) -> None:
    done = hold(household, ABOUT_ME, ABOUT_ME, "remember my voice, I'm Anna.", "who am i?")
    assert answers(done)[-2:] == ["I know your voice now, Anna.", "You are Anna."]
    assert names(household) == ["Anna"]
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
    household.learn("Anna", anna(LONG))
    done = hold(household, ABOUT_ME, "forget my voice.")
    assert answers(done)[-1] == "I have forgotten Anna's voice."
    assert household.voices() == []


def test_without_a_household_it_is_a_sentence_like_any_other() -> None:
    assert answers(hold(None, "who am i?")) == ["Fine."]


# -- nobody takes over another -----------------------------------------------------------------


def test_who_asks_is_who_has_just_spoken_not_who_spoke_before(home: Household) -> None:
    done = hold(home, ABOUT_ME, ben("please forget my voice."), ears=TwoEars)
    assert speakers(done) == ["Anna", "Ben"]
    assert answers(done)[-1] == "I have forgotten Ben's voice."
    assert names(home) == ["Anna"]


def test_the_first_sentence_may_ask_for_it(home: Household) -> None:
    done = hold(home, "please forget my voice.", ears=TwoEars)
    assert answers(done) == ["I have forgotten Anna's voice."]
    assert names(home) == ["Ben"]


def test_a_guest_cannot_have_the_owner_forgotten(home: Household) -> None:
    done = hold(home, ABOUT_ME, ben("please forget Anna's voice."), ears=TwoEars)
    assert "only the owner may" in answers(done)[-1]
    assert names(home) == ["Anna", "Ben"]


def test_the_owner_may_have_a_guest_forgotten(home: Household) -> None:
    done = hold(home, ben(ABOUT_ME), "please forget Ben's voice.", ears=TwoEars)
    assert answers(done)[-1] == "I have forgotten Ben's voice."
    assert names(home) == ["Anna"]


def test_a_guest_does_not_become_the_owner_by_taking_their_name(
    home: Household, people: People
) -> None:
    before = people.get("Anna")
    said = [ben(ABOUT_ME), ben(ABOUT_ME), ben("remember my voice, I'm Anna.")]
    assert "say another name" in answers(hold(home, *said, ears=TwoEars))[-1]
    after = people.get("Anna")
    assert (after.rank, after.enrolled.tolist()) == ("owner", before.enrolled.tolist())


def test_what_another_said_before_does_not_become_ones_own_voice(household: Household) -> None:
    said = [ABOUT_ME, ABOUT_ME, ben("remember my voice, I'm Ben.")]
    assert "more than one person" in answers(hold(household, *said, ears=TwoEars))[-1]
    assert names(household) == []


def test_a_stranger_does_not_get_the_voice_of_who_spoke_before(household: Household) -> None:
    household.learn("Anna", anna(LONG))
    said = [ABOUT_ME, ABOUT_ME, ben("remember my voice, I'm Ben.")]
    assert "s of speech; at least" in answers(hold(household, *said, ears=TwoEars))[-1]
    assert names(household) == ["Anna"]


def test_somebody_who_stays_unknown_has_nothing_to_forget(household: Household) -> None:
    household.learn("Anna", anna(LONG))
    done = hold(household, ABOUT_ME, ben("please forget my voice."), ears=TwoEars)
    assert "nothing to forget" in answers(done)[-1]
    assert names(household) == ["Anna"]


# -- a known voice improves --------------------------------------------------------------------


def sounding(pcm: Pcm) -> float:
    """Seconds of whole frames with sound in them."""
    whole = pcm[: len(pcm) // IN_FRAME * IN_FRAME].reshape(-1, IN_FRAME)
    return float(np.sum(np.abs(whole).mean(axis=1) > fakes.LOUD / 2) * FRAME_S)


def test_a_voice_is_learned_further_only_from_where_its_owner_alone_speaks(
    household: Household, people: People
) -> None:
    household.learn("Anna", anna(LONG))
    turn = [anna("i would like to"), ben("do not"), anna("tell you something of what happened.")]
    hold(household, np.concatenate(turn), ears=AnnasEars)
    own_s = sounding(turn[0]) + sounding(turn[2])
    assert people.get("Anna").learned_s == pytest.approx(own_s, abs=3 * FRAME_S)
    assert people.get("Anna").learned[1] == 0


def test_nothing_is_learned_twice(household: Household, people: People) -> None:
    household.learn("Anna", anna(LONG))
    done = hold(household, ABOUT_ME, "who am i?", ears=AnnasEars)
    assert answers(done)[-1] == "You are Anna."
    own_s = sounding(anna(ABOUT_ME))
    assert people.get("Anna").learned_s == pytest.approx(own_s, abs=3 * FRAME_S)


@pytest.mark.parametrize("unsure", [{"owner": 0.69}, {"other": 0.41}, {"person": "Ben"}])
def test_unsure_frames_teach_nothing(
    household: Household, people: People, unsure: dict[str, object]
) -> None:
    class Unsure(AnnasEars):
        def hear(self, mic: Pcm, played: Pcm) -> Sensed:
            sensed = super().hear(mic, played)
            return replace(sensed, **unsure) if sensed.speech else sensed

    household.learn("Anna", anna(LONG))
    to_us = "please tell me what has happened in town today, and what i should do about it."
    assert speakers(hold(household, to_us, ears=Unsure)) == ["Anna"]
    assert people.get("Anna").learned_s == 0


# -- the owner introduces somebody -------------------------------------------------------------


def test_the_owner_has_somebody_elses_voice_learned(household: Household, people: People) -> None:
    household.learn("Anna", anna(LONG))
    ears = AnnasEars()
    said = ["this is Ben, learn his voice.", ben(LONG)]
    told = answers(hold(household, *said, ears=lambda: ears))
    assert told == ["I am listening, Ben. Say a few sentences.", "I know your voice now, Ben."]
    assert people.get("Ben").rank == "guest"
    assert household.who(ben(ABOUT_ME)).name == "Ben"
    assert ears.told == ["Anna and Ben"], "from now on he is heard too"


def test_whoever_says_too_little_in_time_is_not_learned(household: Household) -> None:
    household.learn("Anna", anna(LONG))
    said = ["this is Ben, learn his voice.", ben("hello there"), fakes.silence(20), ben(LONG)]
    assert "at least 5 s are needed" in answers(hold(household, *said, ears=AnnasEars))[-1]
    assert names(household) == ["Anna"]


def test_only_the_owner_has_somebody_elses_voice_learned(home: Household) -> None:
    done = hold(home, ben("learn Carla's voice."), ben(LONG), ears=TwoEars)
    assert "Only the owner may" in answers(done)[0]
    assert names(home) == ["Anna", "Ben"]


def test_a_name_that_is_taken_is_not_given_to_another(home: Household, people: People) -> None:
    before = people.get("Anna")
    done = hold(home, "learn Anna's voice.", ben(LONG), ears=AnnasEars)
    assert "say another name" in answers(done)[-1]
    assert (people.get("Anna").enrolled == before.enrolled).all()


# -- whose the talk is -------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["well, Ben, you ask it.", "i do not know. your turn."])
def test_who_opened_the_talk_hands_it_over(said: str) -> None:
    ears = AnnasEars()
    hold(None, said, ears=lambda: ears)
    assert ears.told == ["hand over"]


def test_somebody_else_in_the_room_hands_nothing_over() -> None:
    ears = AnnasEars()
    hold(None, "what is it", ben("your turn."), "you ask.", ben("your turn."), ears=lambda: ears)
    assert ears.told == ["hand over"]


def test_who_is_handed_the_talk_may_introduce_themselves(household: Household) -> None:
    class Ears(TwoEars):
        def hand_over(self) -> None:
            pass

        def know(self, known: Sequence[tuple[str, Vector]]) -> None:
            pass

    said = [LONG, "you ask it.", ben(LONG), ben("remember my voice, I'm Ben.")]
    assert answers(hold(household, *said, ears=Ears))[-1] == "I know your voice now, Ben."
