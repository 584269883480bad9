"""From a frame of the microphone to what the floor wants to know of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from vivavoce.core import Pcm
from vivavoce.ears.dvector import Vector
from vivavoce.ears.echo import EchoCanceller
from vivavoce.ears.loudness import Nearness, OwnersLevel
from vivavoce.ears.opener import Opener
from vivavoce.ears.presence import Presence, PresenceState
from vivavoce.ears.silero import Silero, VadState
from vivavoce.ears.voices import Voices


@dataclass(frozen=True, slots=True)
class Sensed:
    """One frame, heard."""

    pcm: Pcm
    """(1280,) at 16 kHz, without our echo."""
    echo: float
    speech: float
    owner: float
    other: float = 0.0
    """That somebody else speaks who is not our echo."""
    person: str = ""
    """Whose voice `owner` speaks of, where somebody is enrolled."""


class Ears:
    """One conversation's ears: streaming state over shared networks."""

    def __init__(
        self,
        vad: Silero,
        echo: EchoCanceller | None,
        presence: Presence | None = None,
        voices: Voices | None = None,
    ) -> None:
        """Without presence, whoever speaks and is not our echo owns the talk (the baseline)."""
        self._vad, self._echo = vad, echo
        self._speech = VadState()
        self._presence, self._present = presence, PresenceState()
        self._voices = voices or Voices((), None)
        self._level, self._nearness, self._opener = OwnersLevel(), Nearness(), Opener()

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        """mic: (1280,) at 16 kHz; played: (1280,) what our loudspeaker was given meanwhile."""
        pcm, echo = self._echo.clean(mic, played) if self._echo else (mic, 0.0)
        speech = self._vad.speech(pcm, self._speech)
        if self._presence is None:
            return Sensed(pcm, echo, speech, owner=speech * (1 - echo))
        found = self._presence.hear(pcm, self._present, self._voices.vectors)
        best = int(found[:, 0].argmax())
        # Voice activity finds the edges of speech better, presence whose it is.
        owner, other = (float(p) * speech**0.5 * (1 - echo) for p in found[best])
        self._voices.hear(pcm, owner, other, best)
        if not self._voices.names:
            opener = self._opener.weigh(owner, other, speech * (1 - echo))
            return Sensed(pcm, echo, speech, opener, other)
        rise_db = self._nearness.rise_db(pcm, owner, other) * (1 - echo)
        owner = self._nearness.weigh(self._level.weigh(pcm, owner, other, speech), rise_db)
        return Sensed(pcm, echo, speech, owner, other, self._voices.names[best])

    def hand_over(self) -> None:
        """Whoever speaks next owns the talk, unless somebody is enrolled."""
        self._voices.forget()
        self._opener = Opener()

    def know(self, known: Sequence[tuple[str, Vector]]) -> None:
        """(name, vector) of everybody who is enrolled from now on."""
        self._voices.know(known)
