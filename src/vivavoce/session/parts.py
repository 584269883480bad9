"""The stages that a conversation is put together from, and the default ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from vivavoce.core import Pcm
from vivavoce.ears import Sensed
from vivavoce.experts.announcer import Announcer
from vivavoce.floor import Predictor
from vivavoce.mind import Answers
from vivavoce.people import Household, People, Person, Vector
from vivavoce.voice import Voice
from vivavoce.words import Recogniser

NOD_GAIN = 0.4
"""A nod is lower than speech (-8 dB)."""


class Hears(Protocol):
    """One conversation's ears."""

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        """One frame of microphone and loudspeaker, (1280,) each at 16 kHz."""
        ...


@runtime_checkable
class Follows(Hears, Protocol):
    """Ears that can be told in mid-conversation whom to listen to."""

    def hand_over(self) -> None:
        """Whoever speaks next owns the talk, unless somebody is enrolled."""
        ...

    def know(self, known: Sequence[tuple[str, Vector]]) -> None:
        """(name, presence vector) of everybody who is enrolled from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Shared by all conversations, but for the ears, which each gets new."""

    ears: Callable[[], Hears]
    recogniser: Recogniser
    turn_end: Callable[[Pcm], float]
    """Probability that the turn (n,) at 16 kHz is over."""
    mind: Answers | None
    """None: only listen."""
    voice: Voice | None
    """None: text only."""
    predictor: Predictor | None = None
    """The learned floor; None: turns end by turn_end alone."""
    nod: Pcm | None = None
    """What a nod sounds like, (n,) at 24 kHz; None: never nods."""
    household: Household | None = None
    """None: nobody's voice is known or learned."""
    announcer: Announcer | None = None
    """None: nothing is said by itself."""
    sounding: Callable[[bool], None] | None = None
    """Told when our voice begins and ends to sound: what else plays grows quiet."""


def load(
    *,
    mind: Answers | None,
    echo: bool = True,
    owner: Person | None = None,
    people: People | None = None,
    learned_floor: bool = True,
) -> Parts:
    """The default parts, from the weights on this machine; without a mind, only those that listen.

    owner: whose talk it is, kept nowhere; else whoever people knows, asked anew by each
    conversation; else the voice that opens it. without learned_floor,
    Smart Turn alone judges turn ends. WeightsMissing says how to get what is not there."""
    from vivavoce import weights
    from vivavoce.ears import DVector, Ears, EchoCanceller, Presence, Silero, Voices
    from vivavoce.ears.offline import speech
    from vivavoce.floor import SmartTurn
    from vivavoce.people import Hearing
    from vivavoce.voice.piper import Piper
    from vivavoce.words import Whisper

    vad = Silero(weights.path("silero-vad"))
    voice = DVector(weights.path("ge2e-dvector"))
    presence = Presence()
    hearing = Hearing(voice.windows, lambda pcm: speech(vad, pcm), presence.embed)
    household = Household(people, hearing) if people else None

    mouth = Piper(weights.path("piper-en_US-joe-medium"), threads=2) if mind else None

    def ears() -> Ears:
        known = [(owner.name, owner.presence)] if owner else household.voices() if household else []
        return Ears(vad, EchoCanceller() if echo else None, presence, Voices(known, presence.embed))

    return Parts(
        ears=ears,
        recogniser=Whisper(weights.path("whisper-base")),
        turn_end=SmartTurn(weights.path("smart-turn-v3.2")).turn_end,
        mind=mind,
        voice=mouth,
        nod=NOD_GAIN * mouth.say("Mm-hmm.").pcm if mouth else None,
        predictor=Predictor() if learned_floor else None,
        household=household,
    )
