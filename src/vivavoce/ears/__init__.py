"""Echo cancelling, and who is speaking now."""

from vivavoce.ears.dvector import DVector
from vivavoce.ears.ears import Ears, Sensed
from vivavoce.ears.echo import EchoCanceller
from vivavoce.ears.level import Level, LevelConfig
from vivavoce.ears.presence import Presence, PresenceState
from vivavoce.ears.silero import Silero
from vivavoce.ears.voices import VoiceConfig, Voices

__all__ = [
    "DVector",
    "Ears",
    "EchoCanceller",
    "Level",
    "LevelConfig",
    "Presence",
    "PresenceState",
    "Sensed",
    "Silero",
    "VoiceConfig",
    "Voices",
]
