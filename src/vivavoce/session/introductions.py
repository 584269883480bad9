"""Who it was that spoke, after each turn; and what people ask of their own voice."""

from collections import deque
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from vivavoce.core import (
    IN_FRAME,
    IN_RATE,
    UNKNOWN,
    Event,
    Pcm,
    Speaker,
    SpeakerKnown,
    VivavoceError,
)
from vivavoce.people import Ask, Household, Recognised, VoiceIntent, about_voice
from vivavoce.session.config import Costs
from vivavoce.session.jobs import Jobs

T = TypeVar("T")
SURE = 0.6
"""Frames in which the owner speaks above this are theirs to learn from."""
KEPT_FRAMES = 375
"""Frames of the owner's speech that are remembered for "learn my voice" (30 s)."""
LAST_FRAMES = 62
"""Frames of it by which "who am I" is answered (5 s)."""
SHORTEST_S = 0.8
"""Of a turn with less sound ("yes") the ears alone tell whose it is."""
STRANGER = Speaker("", "guest", by="voice")
"""Where nobody is enrolled: whoever speaks is a guest of the house."""


class Introductions:
    """One conversation's. Without a household nobody is known, and nothing is learned."""

    def __init__(
        self,
        household: Household | None,
        jobs: Jobs,
        costs: Costs,
        emit: Callable[[Event], None],
        say: Callable[[str], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._household, self._jobs, self._costs = household, jobs, costs
        self._emit, self._say, self._failed = emit, say, failed
        self._spoken: deque[Pcm] = deque(maxlen=KEPT_FRAMES)
        self._last = Recognised(None, 0.0)
        self._turn = 0
        self._sure: list[float] = []
        """Of the frames of this turn in which the ears heard…"""
        self._person = ""
        """…this person."""
        self.speaker: Speaker | None = STRANGER
        """Whose the last turn was; None: not known yet."""

    def hear(self, pcm: Pcm, owner: float, person: str = "") -> None:
        """One frame, and that the owner speaks in it; person: their name, if the ears know it."""
        if self._household is not None and owner > SURE:
            self._spoken.append(pcm)
            self._sure.append(owner)
            self._person = person

    def turn(self, entry: int, sound: Pcm) -> None:
        """A turn ended, (n,) at 16 kHz: SpeakerKnown tells whose it was, if anybody is known."""
        household, person, sure = self._household, self._person, self._sure
        self._person, self._sure = "", []
        if household is None:
            return
        short = len(sound) < SHORTEST_S * IN_RATE
        self._turn, self.speaker = self._turn + 1, None
        turn = self._turn

        def who() -> Recognised | None:
            if not household.voices():  # reads the disk
                return None
            if not short:
                return household.who(sound)
            mean = float(np.mean(sure)) if sure else 0.0
            return Recognised(person or None, mean, household.rank(person))

        def known(found: Recognised | None) -> None:
            if turn == self._turn:
                self.speaker = _speaker(found)
            if found is None or short:
                return
            self._last = found
            self._emit(SpeakerKnown(self._jobs.now(), entry, found.name or "", found.confidence))

        def failed(error: Exception) -> None:
            if turn == self._turn:
                self.speaker = UNKNOWN
            self._failed(error)

        self._jobs.call(who, self._costs.who_s, known, failed)

    def asked(self, text: str) -> bool:
        """Whether the turn's words are about a voice; then they are answered from here."""
        intent = about_voice(text)
        if intent is None or self._household is None:
            return False
        match intent.ask:
            case Ask.LEARN:
                self._learn(self._household, intent)
            case Ask.FORGET:
                self._forget(self._household, intent)
            case Ask.WHO:
                self._who(self._household)
        return True

    def _who(self, household: Household) -> None:
        sound = self._heard(LAST_FRAMES)

        def told(found: Recognised) -> str:
            return f"You are {found.name}." if found.name else "I don't know your voice yet."

        self._try(lambda: household.who(sound), told)

    def _heard(self, frames: int = KEPT_FRAMES) -> Pcm:
        """(n,): the newest of the owner's speech."""
        newest = list(self._spoken)[-frames:]
        return np.concatenate(newest) if newest else np.zeros(IN_FRAME, np.float32)

    def _learn(self, household: Household, intent: VoiceIntent) -> None:
        name = intent.name or self._last.name
        if name is None:
            self._say("Gladly. Say it with your name: remember my voice, I'm Anna.")
            return
        sound = self._heard()
        self._try(
            lambda: household.learn(name, sound).name,
            lambda learned: f"I know your voice now, {learned}.",
        )

    def _forget(self, household: Household, intent: VoiceIntent) -> None:
        name = intent.name or self._last.name
        if name is None:
            self._say("I don't know your voice, so there is nothing to forget.")
            return
        self._try(
            lambda: household.forget(name),
            lambda _: f"I have forgotten {name}'s voice.",
        )

    def _try(self, work: Callable[[], T], then: Callable[[T], str]) -> None:
        """Say how it went; what people can mend is told to them."""

        def failed(error: Exception) -> None:
            if isinstance(error, VivavoceError):
                self._say(f"That did not work: {error}.")
            else:
                self._failed(error)

        self._jobs.call(work, self._costs.who_s, lambda done: self._say(then(done)), failed)


def _speaker(found: Recognised | None) -> Speaker:
    """None: nobody is enrolled."""
    if found is None:
        return STRANGER
    if found.name is None:
        return Speaker("", "unknown", found.confidence, "voice")
    return Speaker(found.name, found.rank, found.confidence, "voice")
