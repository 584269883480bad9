"""From a frame of the microphone to what the floor wants to know of it."""

from dataclasses import dataclass

from vivavoce.core import Pcm
from vivavoce.ears.echo import EchoCanceller
from vivavoce.ears.silero import Silero, VadState


@dataclass(frozen=True, slots=True)
class Sensed:
    """One frame, heard."""

    pcm: Pcm
    """(1280,) at 16 kHz, without our echo."""
    echo: float
    speech: float
    owner: float
    """Baseline: nobody is enrolled, so whoever speaks and is not our echo owns the talk."""


class Ears:
    """One conversation's ears: streaming state over shared networks."""

    def __init__(self, vad: Silero, echo: EchoCanceller | None) -> None:
        self._vad = vad
        self._echo = echo
        self._state = VadState()

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        """mic: (1280,) at 16 kHz; played: (1280,) what our loudspeaker was given meanwhile."""
        pcm, echo = self._echo.clean(mic, played) if self._echo else (mic, 0.0)
        speech = self._vad.speech(pcm, self._state)
        return Sensed(pcm, echo, speech, owner=speech * (1 - echo))
