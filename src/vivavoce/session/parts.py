"""The stages that a conversation is put together from, and the default ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vivavoce.core import Pcm
from vivavoce.ears import Sensed
from vivavoce.models import LanguageModel
from vivavoce.people import Household
from vivavoce.voice import Voice
from vivavoce.words import Recogniser


class Hears(Protocol):
    """One conversation's ears."""

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        """One frame of microphone and loudspeaker, (1280,) each at 16 kHz."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Shared by all conversations, but for the ears, which each gets new."""

    ears: Callable[[], Hears]
    recogniser: Recogniser
    turn_end: Callable[[Pcm], float]
    """Probability that the turn (n,) at 16 kHz is over."""
    model: LanguageModel | None
    """None: only listen."""
    voice: Voice | None
    """None: text only."""
    household: Household | None = None
    """None: nobody's voice is known or learned."""


def load(
    *, model: str = "qwen2.5-coder-1.5b-instruct", echo: bool = True, replies: bool = True
) -> Parts:
    """The default parts, from the weights on this machine; without replies, only those that listen.

    WeightsMissing says how to get what is not there."""
    from vivavoce import weights
    from vivavoce.ears import Ears, EchoCanceller, Silero
    from vivavoce.floor import SmartTurn
    from vivavoce.models.llamacpp import Llama
    from vivavoce.voice.piper import Piper
    from vivavoce.words import Whisper

    vad = Silero(weights.path("silero-vad"))
    return Parts(
        ears=lambda: Ears(vad, EchoCanceller() if echo else None),
        recogniser=Whisper(weights.path("whisper-base")),
        turn_end=SmartTurn(weights.path("smart-turn-v3.2")).turn_end,
        model=Llama(weights.path(model)) if replies else None,
        voice=Piper(weights.path("piper-en_US-joe-medium"), threads=2) if replies else None,
    )
