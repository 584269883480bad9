"""Who it was that spoke, after each turn; and what people ask of their own and others' voices."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from vivavoce.core import (
    IN_RATE,
    OWNER,
    RANKS,
    UNKNOWN,
    Event,
    Pcm,
    Speaker,
    SpeakerKnown,
    VivavoceError,
)
from vivavoce.ears import Sensed
from vivavoce.people import Ask, Household, Recognised, Vector, VoiceIntent, about_voice
from vivavoce.session.config import Costs
from vivavoce.session.jobs import Jobs

SURE = 0.6
"""Frames in which the owner speaks above this tell whose a short turn is, and are learned from when
it is asked for."""
CERTAIN, HARDLY = 0.7, 0.4
"""Unasked we learn only from frames in which one speaks above this, and others at most so."""
KEPT_FRAMES = 375
"""Frames of each one's speech that are remembered for "learn my voice" (30 s)."""
IMPROVED_FRAMES = 100
"""Frames of a turn that a known voice is learned further from, at most (8 s)."""
KEPT_TURNS = 2_000
"""Whose speakers are remembered."""
SHORTEST_S = 0.8
"""Of a turn with less sound ("yes") the ears alone tell whose it is."""
LEAST_FRAMES = 10
"""Frames of the asking turn itself that a voice is learned from at least (0.8 s): what was said
before it must be the same voice's."""
MEET_FRAMES = 250
"""How long somebody else is listened to whose voice the owner wants learned (20 s)…"""
MET_FRAMES, PAUSE_FRAMES = 125, 8
"""…or until so much of them was heard (10 s), and they pause."""
STRANGER = Speaker("", "guest", by="voice")
"""Where nobody is enrolled: whoever speaks is a guest of the house."""
NOBODY = Recognised(None, 0.0)


@dataclass(slots=True, eq=False)
class _Turn:
    """One turn, until it is known whose it was."""

    heard: list[Sensed] = field(default_factory=list)
    """Its frames in which the owner speaks above SURE."""
    intent: VoiceIntent | None = None


@dataclass(slots=True)
class _Meeting:
    """Somebody whose voice the owner wants learned."""

    name: str
    left: int = MEET_FRAMES
    quiet: int = 0
    sound: list[Pcm] = field(default_factory=list)

    def hear(self, sensed: Sensed) -> bool:
        """One frame; whether it was the last."""
        theirs = sensed.other > CERTAIN and sensed.owner <= HARDLY and sensed.echo <= HARDLY
        if theirs:
            self.sound.append(sensed.pcm)
        self.left -= 1
        self.quiet = 0 if theirs else self.quiet + 1
        return not self.left or (len(self.sound) >= MET_FRAMES and self.quiet >= PAUSE_FRAMES)


class Introductions:
    """One conversation's. Without a household nobody is known, and nothing is learned."""

    def __init__(
        self,
        household: Household | None,
        jobs: Jobs,
        costs: Costs,
        emit: Callable[[Event], None],
        say: Callable[[str], None],
        enrolled: Callable[[Sequence[tuple[str, Vector]]], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """enrolled: told who is, whenever that has changed."""
        self._household, self._jobs, self._costs = household, jobs, costs
        self._emit, self._say, self._enrolled, self._failed = emit, say, enrolled, failed
        self._hears: deque[Sensed] = deque(maxlen=KEPT_FRAMES)
        """The present turn's frames, see _Turn.heard."""
        self._turn = _Turn()
        """The last one."""
        self._spoken: dict[str, deque[Pcm]] = {}
        """What each one has said in earlier turns, by name; "" whoever is not known."""
        self._meeting: _Meeting | None = None
        self._telling: deque[str] = deque()
        self._speakers: dict[int, Speaker | None] = {}
        """Whose each turn was, by its place in the history; None: not known yet."""

    def hear(self, sensed: Sensed) -> None:
        """One frame."""
        if self._household is None:
            return
        if sensed.owner > SURE:
            self._hears.append(sensed)
        if self._meeting is not None and self._meeting.hear(sensed):
            met, self._meeting = self._meeting, None
            self._learn(self._household, met.name, _joined(met.sound))

    def step(self, *, quiet: bool) -> None:
        """A frame went by. quiet: nobody has the floor, and no answer is on its way."""
        if quiet and self._telling:
            self._say(self._telling.popleft())

    def forget_turn(self) -> None:
        """What was heard since the last turn belongs to none."""
        self._hears.clear()

    def hand_over(self) -> None:
        """Whoever speaks next is somebody else, as far as nobody is known."""
        self._spoken = {}

    def turn(self, entry: int, sound: Pcm) -> None:
        """A turn ended, (n,) at 16 kHz: SpeakerKnown tells whose it was, if anybody is known."""
        household, spoken = self._household, self._spoken
        turn = self._turn = _Turn(list(self._hears))
        self._hears.clear()
        self._speakers[entry] = STRANGER if household is None else None
        while len(self._speakers) > KEPT_TURNS:
            del self._speakers[next(iter(self._speakers))]
        if household is None:
            return
        short = len(sound) < SHORTEST_S * IN_RATE

        def recognised() -> Recognised | None:
            if household.empty():  # reads the disk
                return None
            return _by_ears(household, turn.heard) if short else household.who(sound)

        def known(found: Recognised | None) -> None:
            self._speakers[entry] = _speaker(found)
            if found is not None and not short:
                name, sure = found.name or "", found.confidence
                self._emit(SpeakerKnown(self._jobs.now(), entry, name, sure))
            if turn.intent is not None or not short:
                who = NOBODY if found is None or short else found
                self._follow(household, turn, who, spoken)

        def failed(error: Exception) -> None:
            self._speakers[entry] = UNKNOWN
            self._failed(error)

        self._jobs.call(recognised, self._costs.who_s, known, failed)

    def whose(self, entries: Iterable[int]) -> Speaker | None:
        """Who may do least of those whose words these are: nobody's gain rank from who speaks next.
        What was written is the owner's. None: not known yet."""
        found = [self._speakers.get(entry, OWNER) for entry in entries] or [STRANGER]
        known = [speaker for speaker in found if speaker is not None]
        if len(known) < len(found):
            return None
        return max(known, key=lambda speaker: (RANKS.index(speaker.rank), -speaker.confidence))

    def asked(self, text: str) -> bool:
        """Whether the last turn's words are about a voice; then they are answered from here, once
        it is known whose it was."""
        self._turn.intent = about_voice(text) if self._household is not None else None
        return self._turn.intent is not None

    def _follow(
        self, household: Household, turn: _Turn, who: Recognised, spoken: dict[str, deque[Pcm]]
    ) -> None:
        """What a turn of theirs asks for and teaches."""
        name = who.name or ""
        theirs = [frame for frame in turn.heard if frame.person in (name, "") or not name]
        sound = [frame.pcm for frame in theirs]
        before = spoken.setdefault(name, deque(maxlen=KEPT_FRAMES))
        if turn.intent is not None:
            self._do(household, turn.intent, who, (list(before), sound))
        before.extend(sound)
        certain = [
            frame.pcm
            for frame in theirs
            if frame.person == name and frame.owner > CERTAIN and frame.other <= HARDLY
        ]
        if name and certain:
            best = _joined(certain[-IMPROVED_FRAMES:])
            self._jobs.call(
                lambda: household.improve(name, best),
                self._costs.who_s,
                lambda _: None,
                self._failed,
            )

    def _do(
        self,
        household: Household,
        intent: VoiceIntent,
        who: Recognised,
        sound: tuple[list[Pcm], list[Pcm]],
    ) -> None:
        """sound: frames of earlier turns of theirs, and of this one."""
        name, (before, now) = intent.name or who.name, sound
        if intent.ask is Ask.WHO:
            self._tell(f"You are {who.name}." if who.name else "I don't know your voice yet.")
        elif intent.ask is Ask.MEET:
            self._meet(intent.name, who)
        elif intent.ask is Ask.FORGET:
            if name is None:
                self._tell("I don't know your voice, so there is nothing to forget.")
            else:
                self._forget(household, name, who)
        elif name is None:
            self._tell("Gladly. Say it with your name: remember my voice, I'm Anna.")
        elif len(now) < LEAST_FRAMES:
            self._tell("I did not hear you well enough. Come nearer, and say it again.")
        else:
            self._learn(household, name, *(_joined(part) for part in (before, now) if part))

    def _meet(self, name: str | None, who: Recognised) -> None:
        if who.rank != "owner":
            self._tell("Only the owner may have somebody else's voice learned.")
        elif name is None:
            self._tell("Gladly. Say it with the name: this is Ben, learn his voice.")
        else:
            self._meeting = _Meeting(name)
            self._tell(f"I am listening, {name}. Say a few sentences.")

    def _learn(self, household: Household, name: str, *recordings: Pcm) -> None:
        def learned() -> str:
            return f"I know your voice now, {household.learn(name, *recordings).name}."

        self._change(household, learned)

    def _forget(self, household: Household, name: str, who: Recognised) -> None:
        def forgotten() -> str:
            household.forget(name, who)
            return f"I have forgotten {name}'s voice."

        self._change(household, forgotten)

    def _change(self, household: Household, change: Callable[[], str]) -> None:
        """Say how it went; what people can mend is told to them."""

        def done(result: tuple[str, Sequence[tuple[str, Vector]]]) -> None:
            self._spoken = {}
            self._enrolled(result[1])
            self._tell(result[0])

        def failed(error: Exception) -> None:
            if isinstance(error, VivavoceError):
                self._tell(f"That did not work: {error}.")
            else:
                self._failed(error)

        self._jobs.call(lambda: (change(), household.voices()), self._costs.who_s, done, failed)

    def _tell(self, text: str) -> None:
        """Say it in the next pause."""
        self._telling.append(text)


def _joined(frames: Sequence[Pcm]) -> Pcm:
    return np.concatenate(frames) if frames else np.zeros(1, np.float32)


def _by_ears(household: Household, heard: Sequence[Sensed]) -> Recognised:
    """Who spoke last, as far as the ears can tell."""
    if not heard or not heard[-1].person:
        return NOBODY
    person = heard[-1].person
    sure = float(np.mean([frame.owner for frame in heard if frame.person == person]))
    return Recognised(person, sure, household.rank(person))


def _speaker(found: Recognised | None) -> Speaker:
    """None: nobody is enrolled."""
    if found is None:
        return STRANGER
    if found.name is None:
        return Speaker("", "unknown", found.confidence, "voice")
    return Speaker(found.name, found.rank, found.confidence, "voice")
