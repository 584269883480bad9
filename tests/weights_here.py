"""Real weights for tests marked real."""

from functools import cache
from typing import Any

from vivavoce import weights


@cache
def whisper() -> Any:
    from vivavoce.words import Whisper

    return Whisper(weights.path("whisper-base"))


@cache
def silero() -> Any:
    from vivavoce.ears import Silero

    return Silero(weights.path("silero-vad"))


@cache
def dvector() -> Any:
    from vivavoce.ears.dvector import DVector

    return DVector(weights.path("ge2e-dvector"))


@cache
def smart_turn() -> Any:
    from vivavoce.floor import SmartTurn

    return SmartTurn(weights.path("smart-turn-v3.2"))


@cache
def llama() -> Any:
    from vivavoce.mind.house import DEFAULT, DOUBT
    from vivavoce.models.llamacpp import Llama, LlamaConfig

    return Llama(weights.path(DEFAULT), LlamaConfig(doubt=DOUBT[DEFAULT]))


@cache
def piper() -> Any:
    from vivavoce.voice.piper import Piper

    return Piper(weights.path("piper-en_US-joe-medium"))


def parts() -> Any:
    """The whole default house; the models are loaded once a test run."""
    from vivavoce.ears import Ears, EchoCanceller
    from vivavoce.mind import Direct
    from vivavoce.session import Parts

    return Parts(
        ears=lambda: Ears(silero(), EchoCanceller()),
        recogniser=whisper(),
        turn_end=smart_turn().turn_end,
        mind=Direct(llama()),
        voice=piper(),
    )
