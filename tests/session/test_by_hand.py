"""A client that says itself when turns end and answers begin: no sound, no words and nobody's rank
are lost or mixed up."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import anyio
import numpy as np
import pytest

from tests import fakes
from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    IN_RATE,
    BadAudio,
    Event,
    Failed,
    Heard,
    Message,
    Pcm,
    ReplyDone,
    ReplyStarted,
    Speaker,
)
from vivavoce.ears import Sensed
from vivavoce.experts.announcer import Announcer
from vivavoce.mind import Ask, Direct, Told
from vivavoce.session import Costs, FloorTuning, Session, SessionConfig
from vivavoce.session.jobs import ModelledJobs
from vivavoce.words import Transcript

ABOUT_ME = "i would like to tell you some more of what has happened to me in town."


class Asked(Direct):
    """Knows who asked what."""

    def __init__(self) -> None:
        super().__init__(fakes.FakeModel("One two three four."))
        self.asks: list[tuple[str, Speaker | None]] = []

    async def stream(self, ask: Ask) -> AsyncIterator[Told]:
        if not (ask.request.read_only or ask.request.begun):
            while ask.settled is not None and ask.settled() is None:
                await anyio.lowlevel.checkpoint()
            speaker = ask.settled() if ask.settled else ask.speaker
            self.asks.append((ask.request.messages[-1].text, speaker))
        async for told in super().stream(ask):
            yield told


class Everybody(fakes.FakeEars):
    """Listens to whoever speaks."""

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        sensed = super().hear(mic, played)
        return replace(sensed, owner=sensed.speech, other=0.0)


class Refuses:
    """As Whisper does: no more than it can read at once."""

    def __init__(self, longest_s: float) -> None:
        self.longest_s, self.asked = longest_s, 0

    def transcribe(self, pcm: Pcm) -> Transcript:
        self.asked += 1
        if len(pcm) > self.longest_s * IN_RATE:
            raise BadAudio("too long")
        return fakes.FakeRecogniser().transcribe(pcm)


class Talk:
    def __init__(self, **parts: object) -> None:
        self.events: list[Event] = []
        self.mind = Asked()
        self._jobs = ModelledJobs()
        self.session = Session(
            fakes.parts(None, **{"mind": self.mind, "ears": Everybody} | parts),
            self._jobs,
            self.events.append,
            SessionConfig(floor=FloorTuning(mode="manual").floor()),
            Costs(token_s=0.01, who_s=0.01),
        )

    def append(self, said: str | Pcm) -> None:
        """At once, faster than real time."""
        pcm = fakes.speech(said) if isinstance(said, str) else said
        for frame in np.pad(pcm, (0, -len(pcm) % IN_FRAME)).reshape(-1, IN_FRAME):
            self.session.hear(frame)

    def say(self, said: str | Pcm) -> None:
        self.append(said)
        self.session.commit()

    def write(self, text: str) -> int:
        return self.session.add(Message("user", text))

    async def frames(self, count: int) -> None:
        for _ in range(count):
            await self._jobs.advance(self.session.now + FRAME_S)
            self.session.hear(np.zeros(IN_FRAME, np.float32))
            self.session.play()

    async def until(self, kind: type, times: int) -> None:
        for _ in range(400):
            if len(self.of(kind)) >= times:
                return
            await self.frames(1)
        raise AssertionError(f"{kind.__name__} never came")

    async def answer(self) -> str:
        """Asked for and heard to its end; what the model was asked last."""
        self.session.respond()
        await self.until(ReplyDone, len(self.of(ReplyDone)) + 1)
        return self.told[-1]

    @property
    def told(self) -> list[str]:
        """What the model read last, message by message."""
        model = self.mind._model
        return [f"{m.role}: {m.text}" for m in model.asked[-1].messages[1:]]

    def of(self, kind: type) -> list:
        return [e for e in self.events if isinstance(e, kind)]


def hold(talk: Talk, course: Callable[[Talk], Awaitable[None]]) -> None:
    async def run() -> None:
        await course(talk)
        await talk.session.close()

    anyio.run(run)


# -- the answer that waits for the words -------------------------------------------------------


def test_an_answer_that_was_cancelled_before_it_began_gives_its_number_to_no_other() -> None:
    async def course(talk: Talk) -> None:
        talk.say("tell me")
        first = talk.session.respond()
        talk.session.cancel()
        await talk.until(Heard, 1)
        assert talk.session.respond() != first

    hold(Talk(), course)


def test_nothing_is_announced_while_an_answer_waits_for_the_words() -> None:
    announcer = Announcer()

    async def course(talk: Talk) -> None:
        talk.session.respond()
        await talk.frames(3)
        talk.append("tell me")
        talk.session.cancel()
        talk.say(fakes.silence(FRAME_S))
        promised = talk.session.respond()
        assert not talk.session.quiet
        announcer("The timer is over.")
        await talk.until(ReplyDone, 3)
        assert talk.of(ReplyStarted)[1].reply == promised
        assert [e.text for e in talk.of(ReplyDone)][1:] == [
            "One two three four.",
            "The timer is over.",
        ]

    hold(Talk(announcer=announcer), course)


# -- a recogniser that is behind, or fails -----------------------------------------------------


def test_a_minute_of_speech_at_once_loses_no_word() -> None:
    said = " ".join(f"word{n}" for n in range(190))

    async def course(talk: Talk) -> None:
        talk.say(said)
        await talk.until(Heard, 1)
        assert talk.of(Heard)[0].text == said
        assert not talk.of(Failed)

    hold(Talk(recogniser=Refuses(29.4)), course)


def test_a_recogniser_that_fails_ends_the_turn_with_what_is_known() -> None:
    recogniser = Refuses(4.0)

    async def course(talk: Talk) -> None:
        talk.append("tell me")
        await talk.frames(5)
        talk.say("a b c d e f g h i j k l m n")
        talk.session.respond()
        await talk.until(ReplyDone, 1)
        assert [e.text for e in talk.of(Heard)] == ["tell me"]
        assert [e.code for e in talk.of(Failed)] == ["bad_audio"]
        asked = recogniser.asked
        await talk.frames(20)
        assert recogniser.asked == asked

    hold(Talk(recogniser=recogniser), course)


# -- on whose authority ------------------------------------------------------------------------


def test_what_is_written_lends_its_rank_to_no_spoken_words() -> None:
    async def course(talk: Talk) -> None:
        talk.say("read me my newest mail.")
        await talk.until(Heard, 1)
        talk.write("(context: it is raining)")
        await talk.answer()
        words, speaker = talk.mind.asks[-1]
        assert words == "read me my newest mail. (context: it is raining)"
        assert (speaker.rank, speaker.by) == ("guest", "voice")
        talk.write("And now?")
        await talk.answer()
        words, speaker = talk.mind.asks[-1]
        assert (words, speaker.rank, speaker.by) == ("And now?", "owner", "text")

    hold(Talk(), course)


def test_two_voices_in_one_request_have_the_rank_of_the_lower(tmp_path: Path) -> None:
    household = fakes.household(tmp_path)
    household.learn("Anna", fakes.speech(f"{ABOUT_ME} {ABOUT_ME}"))
    household.learn("Ben", fakes.bystander(f"{ABOUT_ME} {ABOUT_ME}"))

    async def course(talk: Talk) -> None:
        talk.say(fakes.bystander("open the front door now"))
        await talk.until(Heard, 1)
        talk.say("yes please do it now.")
        await talk.until(Heard, 2)
        await talk.answer()
        talk.say("yes please do it now.")
        await talk.until(Heard, 3)
        await talk.answer()
        assert [speaker.name for _, speaker in talk.mind.asks] == ["Ben", "Anna"]

    hold(Talk(household=household), course)


def test_an_answer_that_was_taken_back_leaves_its_request_its_speaker() -> None:
    async def course(talk: Talk) -> None:
        talk.say("read me my newest mail.")
        await talk.until(Heard, 1)
        await talk.answer()
        talk.session.remove(talk.of(ReplyDone)[0].entry)
        talk.write("do it")
        await talk.answer()
        words, speaker = talk.mind.asks[-1]
        assert (words, speaker.rank) == ("read me my newest mail. do it", "guest")

    hold(Talk(), course)


def test_an_answer_to_no_new_words_is_given_on_the_authority_of_the_last() -> None:
    async def course(talk: Talk) -> None:
        talk.say("read me my newest mail.")
        await talk.until(Heard, 1)
        await talk.answer()
        talk.session.add(Message("system", "It is raining."))
        await talk.answer()
        assert [speaker.rank for _, speaker in talk.mind.asks] == ["guest", "guest"]

    hold(Talk(), course)


# -- what comes during an answer ---------------------------------------------------------------


@pytest.mark.parametrize("how", ["write", "say"])
def test_what_comes_during_an_answer_stands_behind_it(how: str) -> None:
    async def course(talk: Talk) -> None:
        talk.write("first question")
        talk.session.respond()
        await talk.frames(10)
        getattr(talk, how)("second question")
        await talk.until(ReplyDone, 1)
        await talk.answer()
        assert talk.told == [
            "user: first question",
            "assistant: One two three four.",
            "user: second question",
        ]

    hold(Talk(), course)


def test_what_was_written_during_an_answer_can_be_followed_and_taken_back() -> None:
    async def course(talk: Talk) -> None:
        talk.write("first question")
        talk.session.respond()
        await talk.frames(10)
        second = talk.write("second question")
        third = talk.write("third question")
        talk.session.add(Message("user", "and a half"), after=second)
        talk.session.remove(third)
        await talk.until(ReplyDone, 1)
        await talk.answer()
        assert talk.told[1:] == [
            "assistant: One two three four.",
            "user: second question and a half",
        ]

    hold(Talk(), course)


# -- the client's own buffer -------------------------------------------------------------------


@pytest.mark.parametrize("spoken", [True, False])
def test_sound_during_an_answer_waits_for_its_commit(spoken: bool) -> None:
    """spoken: the answer was asked for with the sound in the buffer already."""

    async def course(talk: Talk) -> None:
        talk.write("first question")
        if spoken:
            talk.append("wait tell me more")
            await talk.frames(2)
        talk.session.respond()
        await talk.frames(5)
        if not spoken:
            talk.append("wait tell me more")
        await talk.until(ReplyDone, 1)
        await talk.frames(5)
        assert not talk.of(Heard)
        talk.session.commit()
        await talk.answer()
        assert [e.text for e in talk.of(Heard)] == ["wait tell me more"]
        assert talk.told[1:] == ["assistant: One two three four.", "user: wait tell me more"]

    hold(Talk(), course)


def test_sound_that_the_client_cleared_is_forgotten() -> None:
    async def course(talk: Talk) -> None:
        talk.append("wait tell me more")
        await talk.frames(3)
        talk.session.clear_input()
        talk.say("hello")
        await talk.until(Heard, 1)
        assert talk.of(Heard)[0].text == "hello"

    hold(Talk(), course)
