"""Who asks is known before anything is done; what was done is told; the house speaks by itself."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import numpy as np
import pytest

from tests import fakes
from vivavoce.core import Announced, ReplyActed, ReplyDone, ReplyStarted, Speaker
from vivavoce.experts.announcer import Announcer
from vivavoce.mind import Act, Ask, Direct, Outcome, Told
from vivavoce.models import Text, Thinking, Usage
from vivavoce.people import Household
from vivavoce.session import SessionConfig
from vivavoce.session.replay import Replayed, replay

ABOUT_ME = "i would like to tell you some more of what has happened to me in town."


class Doer(Direct):
    """Does something as soon as it may, and says for whom."""

    def __init__(self) -> None:
        super().__init__(fakes.FakeModel("Fine."))
        self.waited: list[int] = []
        self.speakers: list[Speaker] = []

    def resumes(self, conversation: int) -> bool:
        return False

    async def stream(self, ask: Ask) -> AsyncIterator[Told]:
        if ask.request.read_only:
            yield Outcome(Usage())
            return
        assert ask.settled is not None
        waited = 0
        while (speaker := ask.settled()) is None:
            waited += 1
            yield Thinking("")
        self.waited.append(waited)
        self.speakers.append(speaker)
        yield Act("home_switch", {"on": True}, "allow", "its speaker may", "on")
        yield Text("It is on.")
        yield Outcome(Usage(1, 0, 3))


def hold(mind: Doer, *said: str, household: Household | None = None, **more: object) -> Replayed:
    parts = replace(fakes.parts(None, household=household), mind=mind, **more)  # type: ignore[arg-type]
    pcm = [np.concatenate([fakes.speech(s), fakes.silence(4)]) for s in said]

    async def run() -> Replayed:
        return await replay(np.concatenate([fakes.silence(4), *pcm]), parts, SessionConfig())

    return anyio.run(run)


def test_nothing_is_done_before_the_answer_is_wanted() -> None:
    mind = Doer()
    done = hold(mind, "turn it on")  # no end is heard, so that a pause comes first
    kinds = [type(event) for event in done.events]
    assert kinds.count(ReplyActed) == 1
    assert kinds.index(ReplyStarted) < kinds.index(ReplyActed)
    assert mind.waited[-1] > 0, "there was a draft, and it waited"


def test_a_voice_that_nobody_enrolled_is_a_guest() -> None:
    mind = Doer()
    hold(mind, "turn it on.")
    assert [(s.rank, s.by) for s in mind.speakers] == [("guest", "voice")]


def test_what_was_done_is_not_done_again_where_a_cough_broke_the_answer_off() -> None:
    told = []
    for mind in (Doer(), Direct(fakes.FakeModel("It is Paris, a lovely town in France."))):
        parts = replace(fakes.parts(None), mind=mind)
        said = [fakes.speech("what is the capital of France?"), fakes.silence(0.4)]
        pcm = np.concatenate([*said, fakes.cough(0.3), fakes.silence(6)])
        done = anyio.run(partial(replay, pcm, parts, SessionConfig()))
        told.append([e.status for e in done.events if isinstance(e, ReplyDone)])
    acted, plain = told
    assert plain == ["interrupted", "completed"]
    assert acted == ["interrupted"]


def test_an_enrolled_voice_is_its_person_and_another_is_unknown(tmp_path: Path) -> None:
    household = fakes.household(tmp_path)
    household.learn("Anna", fakes.speech(ABOUT_ME))
    mind = Doer()
    hold(mind, "please turn that light on.", household=household)
    assert [(s.name, s.rank) for s in mind.speakers] == [("Anna", "owner")]
    other = Doer()
    pcm = np.concatenate([fakes.bystander("please turn that light on."), fakes.silence(4)])

    class AnyoneIsOwner(fakes.FakeEars):
        def hear(self, mic: np.ndarray, played: np.ndarray) -> object:
            sensed = super().hear(mic, played)
            return replace(sensed, owner=sensed.speech, other=0.0)

    parts = replace(fakes.parts(None, household=household), mind=other, ears=AnyoneIsOwner)

    async def run() -> Replayed:
        return await replay(pcm, parts, SessionConfig())

    anyio.run(run)
    assert [s.rank for s in other.speakers] == ["unknown"]


def test_the_house_speaks_by_itself_when_nobody_does() -> None:
    announcer = Announcer()
    announcer("The timer is over.")
    mind = Doer()
    done = hold(mind, "turn it on.", announcer=announcer)
    assert [e.text for e in done.events if isinstance(e, Announced)] == ["The timer is over."]
    heard = [e.heard for e in done.events if isinstance(e, ReplyDone)]
    assert heard == ["The timer is over.", "It is on."]


def test_other_sound_is_told_when_our_voice_begins_and_ends() -> None:
    told: list[bool] = []
    hold(Doer(), "turn it on.", sounding=told.append)
    assert told == [True, False]


@pytest.mark.parametrize("count", [3])
def test_announcements_wait_for_whoever_comes(count: int) -> None:
    announcer, heard = Announcer(), list[str]()
    for n in range(count):
        announcer(str(n))
    stop = announcer.listen(lambda note: heard.append(note.text))
    announcer("now")
    stop()
    announcer("later")
    assert heard == ["0", "1", "2", "now"]
